// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/mapping_file.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/json.h"
#include "sim/placement/names.h"

namespace memplace {
namespace {

// As many missing tensors are named in the message; a network has hundreds.
constexpr std::size_t kMissingNamed = 5;

MemoryId read_memory(const YamlValue& value, const std::vector<std::string>& names) {
  return MemoryId(value.as_choice("memory", names));
}

// The tensor named by a key of `tensors`.
TensorId read_tensor(const YamlValue& key, const Problem& problem) {
  const std::string name = key.as_string();
  const auto id = problem.graph().find_tensor(name);
  if (!id.has_value()) {
    throw key.error(unknown_tensor_message(problem, name));
  }
  if (!problem.decisions().decides(*id)) {
    throw key.error(undecided_message(problem, *id));
  }
  return *id;
}

void check_complete(const YamlValue& at, const Problem& problem, const std::vector<bool>& named) {
  const std::span<const TensorId> decisions = problem.decisions().tensors();
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (const TensorId id : decisions) {
    if (!named[id.index()]) {
      if (++count <= kMissingNamed) {
        missing.push_back(problem.graph().tensor(id).name);
      }
    }
  }
  if (count > 0) {
    throw at.error(fmt::format(
        "{} of {} tensors {} no memory: {}{}; name them here or give \"default: MEMORY\"", count,
        decisions.size(), count == 1 ? "has" : "have", fmt::join(missing, ", "),
        count > kMissingNamed ? ", ..." : ""));
  }
}

}  // namespace

Mapping read_mapping(const YamlDocument& document, const Problem& problem) {
  const Graph& graph = problem.graph();
  YamlMap map(document.root());
  if (const auto workload = map.optional("workload")) {
    if (const std::string name = workload->as_string(); name != graph.name()) {
      throw workload->error(fmt::format("got {}, expected {}: the mapping is for another network",
                                        memplace::quoted(name), memplace::quoted(graph.name())));
    }
  }
  if (const auto name = map.optional("chip")) {
    static_cast<void>(name->as_name());
  }
  if (const auto origins = map.optional("origins")) {
    static_cast<void>(origins->entries());
  }
  const std::vector<std::string> names = memory_names(problem.chip());
  const auto fallback = map.optional("default");
  const MemoryId memory =
      fallback.has_value() ? read_memory(*fallback, names) : problem.chip().slowest();
  const auto tensors =
      fallback.has_value() ? map.optional("tensors") : std::optional(map.required("tensors"));
  map.finish();

  Mapping mapping = uniform_mapping(problem, memory);
  std::vector<bool> named(graph.tensors().size(), false);
  if (tensors.has_value()) {
    for (const auto& [key, value] : tensors->entries()) {
      const TensorId id = read_tensor(key, problem);
      mapping[id] = read_memory(value, names);
      if (!problem.decisions().memories(id).contains(mapping[id])) {
        throw value.error(fmt::format("{} is read-only, and \"{}\" is written",
                                      names[mapping[id].index()], graph.tensor(id).name));
      }
      named[id.index()] = true;
    }
  }
  if (!fallback.has_value()) {
    check_complete(*tensors, problem, named);
  }
  settle(problem, mapping);
  return mapping;
}

std::string write_mapping(const Problem& problem, const Mapping& mapping) {
  check_settled(problem, mapping);
  const std::span<const TensorId> decisions = problem.decisions().tensors();
  std::string text =
      fmt::format("workload: {}\nchip: {}\ntensors:{}\n", one_line(Json(problem.graph().name())),
                  one_line(Json(problem.chip().name)), decisions.empty() ? " {}" : "");
  for (const TensorId id : decisions) {
    const std::span<const std::string> origin = problem.graph().origin(id);
    text += fmt::format("  {}: {}{}\n", one_line(Json(problem.graph().tensor(id).name)),
                        one_line(Json(problem.chip().memories[mapping[id]].name)),
                        origin.empty() ? "" : "  # " + printable(origin.front()));
  }
  return text;
}

Json mapping_json(const Problem& problem, const Mapping& mapping) {
  check_settled(problem, mapping);
  const Graph& graph = problem.graph();
  Json json{{"workload", graph.name()}, {"chip", problem.chip().name}};
  Json& tensors = json["tensors"] = Json::object();
  Json origins = Json::object();
  for (const TensorId id : problem.decisions().tensors()) {
    tensors[graph.tensor(id).name] = problem.chip().memories[mapping[id]].name;
    if (!graph.origin(id).empty()) {
      origins[graph.tensor(id).name] = graph.origin(id);
    }
  }
  if (!origins.empty()) {
    json["origins"] = std::move(origins);
  }
  return json;
}

}  // namespace memplace
