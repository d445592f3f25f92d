// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/mapping_digits.h"

#include <cstddef>
#include <span>

namespace memplace {

static_assert(kMaxMemories <= 10, "a digit a memory");

std::string mapping_digits(const Problem& problem, const Mapping& mapping) {
  std::string digits;
  digits.reserve(problem.decisions().size());
  for (const TensorId id : problem.decisions().tensors()) {
    digits += static_cast<char>('0' + mapping[id].index());
  }
  return digits;
}

std::optional<Mapping> mapping_of_digits(const Problem& problem, std::string_view digits) {
  const std::span<const Decision> decisions = problem.decisions().list();
  if (digits.size() != decisions.size()) {
    return std::nullopt;
  }
  Mapping mapping = uniform_mapping(problem, problem.chip().slowest());
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int index = digits[i] - '0';
    if (index < 0 || index >= static_cast<int>(problem.chip().memories.size())) {
      return std::nullopt;
    }
    const MemoryId memory(static_cast<std::size_t>(index));
    if (!decisions[i].memories.contains(memory)) {
      return std::nullopt;
    }
    mapping[decisions[i].tensor] = memory;
  }
  settle(problem, mapping);
  return mapping;
}

}  // namespace memplace
