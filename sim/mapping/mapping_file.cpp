// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/mapping_file.h"

#include <cstddef>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json.h"
#include "sim/mapping/names.h"

namespace memplace {
namespace {

// As many missing tensors are named in the message; a network has hundreds.
constexpr std::size_t kMissingNamed = 5;

MemoryId read_memory(const YamlValue& value, const std::vector<std::string>& names) {
  return MemoryId(value.as_choice("memory", names));
}

// The tensor named by a key of `tensors`.
TensorId read_tensor(const YamlValue& key, const Graph& graph, const Chip& chip) {
  const std::string name = key.as_string();
  const auto id = graph.find_tensor(name);
  if (!id.has_value()) {
    throw key.error(unknown_tensor_message(graph, name));
  }
  if (!is_decision(graph, *id)) {
    throw key.error(undecided_message(graph, chip, *id));
  }
  return *id;
}

void check_complete(const YamlValue& at, const Graph& graph, const std::vector<bool>& named) {
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (const TensorId id : graph.decisions()) {
    if (!named[id.index()]) {
      if (++count <= kMissingNamed) {
        missing.push_back(graph.tensor(id).name);
      }
    }
  }
  if (count > 0) {
    throw at.error(fmt::format(
        "{} of {} tensors {} no memory: {}{}; name them here or give \"default: MEMORY\"", count,
        graph.decisions().size(), count == 1 ? "has" : "have", fmt::join(missing, ", "),
        count > kMissingNamed ? ", ..." : ""));
  }
}

}  // namespace

Mapping read_mapping(const YamlDocument& document, const Graph& graph, const Chip& chip) {
  YamlMap map(document.root());
  if (const auto workload = map.optional("workload")) {
    if (const std::string name = workload->as_string(); name != graph.name()) {
      throw workload->error(fmt::format(
          "got \"{}\", expected \"{}\": the mapping is for another network", name, graph.name()));
    }
  }
  if (const auto name = map.optional("chip")) {
    static_cast<void>(name->as_name());
  }
  const std::vector<std::string> names = memory_names(chip);
  const auto fallback = map.optional("default");
  const MemoryId memory = fallback.has_value() ? read_memory(*fallback, names) : chip.slowest();
  const auto tensors =
      fallback.has_value() ? map.optional("tensors") : std::optional(map.required("tensors"));
  map.finish();

  Mapping mapping(graph.tensors().size(), memory);
  std::vector<bool> named(graph.tensors().size(), false);
  if (tensors.has_value()) {
    for (const auto& [key, value] : tensors->entries()) {
      const TensorId id = read_tensor(key, graph, chip);
      mapping[id] = read_memory(value, names);
      named[id.index()] = true;
    }
  }
  if (!fallback.has_value()) {
    check_complete(*tensors, graph, named);
  }
  settle(graph, chip, mapping);
  return mapping;
}

std::string write_mapping(const Graph& graph, const Chip& chip, const Mapping& mapping) {
  check_settled(graph, chip, mapping);
  std::string text =
      fmt::format("workload: {}\nchip: {}\ntensors:{}\n", one_line(Json(graph.name())),
                  one_line(Json(chip.name)), graph.decisions().empty() ? " {}" : "");
  for (const TensorId id : graph.decisions()) {
    text += fmt::format("  {}: {}\n", one_line(Json(graph.tensor(id).name)),
                        one_line(Json(chip.memories[mapping[id]].name)));
  }
  return text;
}

}  // namespace memplace
