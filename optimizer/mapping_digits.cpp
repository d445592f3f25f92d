// SPDX-License-Identifier: Apache-2.0
#include "optimizer/mapping_digits.h"

#include <cstddef>

namespace memplace {

static_assert(kMaxMemories <= 10, "a digit a memory");

std::string mapping_digits(const Graph& graph, const Mapping& mapping) {
  std::string digits;
  digits.reserve(graph.decisions().size());
  for (const TensorId id : graph.decisions()) {
    digits += static_cast<char>('0' + mapping[id].index());
  }
  return digits;
}

std::optional<Mapping> mapping_of_digits(const Graph& graph, const Chip& chip,
                                         std::string_view digits) {
  if (digits.size() != graph.decisions().size()) {
    return std::nullopt;
  }
  Mapping mapping = uniform_mapping(graph, chip, chip.slowest());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int index = digits[i] - '0';
    if (index < 0 || index >= static_cast<int>(chip.memories.size())) {
      return std::nullopt;
    }
    mapping[graph.decisions()[i]] = MemoryId(static_cast<std::size_t>(index));
  }
  settle(graph, chip, mapping);
  return mapping;
}

}  // namespace memplace
