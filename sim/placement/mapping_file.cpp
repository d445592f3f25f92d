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

// A place as written, and where in it.
struct Place {
  MemoryId home;
  MemoryId near;
};

// Where the '>' of a place stands; none where it is one memory, or no place at all.
std::size_t arrow_in(const YamlValue& value) {
  return value.is_scalar() ? value.as_string().find('>') : std::string::npos;
}

class PlaceReader {
 public:
  explicit PlaceReader(const Problem& problem, bool may_move)
      : problem_(problem), may_move_(may_move), names_(memory_names(problem.chip())) {}

  MemoryId memory(const YamlValue& value) const {
    return MemoryId(value.as_choice("memory", names_));
  }

  // What the tensor is given, which it can be.
  Place place(const YamlValue& value, TensorId id) const {
    const std::size_t arrow = arrow_in(value);
    if (arrow == std::string::npos) {
      const MemoryId home = memory(value);
      check_holds(value, id, home);
      return {home, home};
    }
    const std::string text = value.as_string();
    const Place place{named(value, text.substr(0, arrow)), named(value, text.substr(arrow + 1))};
    check_holds(value, id, place.home);
    check_fetched(value, id, place);
    return place;
  }

 private:
  MemoryId named(const YamlValue& value, const std::string& text) const {
    const std::size_t begin = text.find_first_not_of(' ');
    const std::size_t end = text.find_last_not_of(' ');
    const std::string name = begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
    const auto memory = problem_.chip().find_memory(name);
    if (!memory.has_value()) {
      throw value.error(unknown_name_message("memory", name, names_));
    }
    return *memory;
  }

  void check_holds(const YamlValue& value, TensorId id, MemoryId home) const {
    if (problem_.decisions().decides(id) && !problem_.decisions().memories(id).contains(home)) {
      throw value.error(
          fmt::format("{} is read-only, and \"{}\" is written", names_[home.index()], name_of(id)));
    }
  }

  void check_fetched(const YamlValue& value, TensorId id, const Place& place) const {
    const std::string& home = names_[place.home.index()];
    const std::string& near = names_[place.near.index()];
    if (!may_move_) {
      throw value.error(fmt::format(
          "got \"{} > {}\", expected one memory: here nothing is fetched during an inference", home,
          near));
    }
    if (const std::string why = why_immovable(problem_, id); !why.empty()) {
      throw value.error(fmt::format("\"{}\" cannot be fetched: {}", name_of(id), why));
    }
    if (place.near <= place.home) {
      throw value.error(
          fmt::format("{} is no faster than {}; a tensor is fetched to a memory that "
                      "stands later in the chip file",
                      near, home));
    }
    if (problem_.chip().memories[place.near].read_only) {
      throw value.error(fmt::format("{} is read-only, and what is fetched is written", near));
    }
    if (problem_.decisions().is_fixed(id) && place.home != problem_.chip().io_memory) {
      throw value.error(fmt::format("\"{}\" is an input of the network, whose home is always {}",
                                    name_of(id), names_[problem_.chip().io_memory.index()]));
    }
  }

  const std::string& name_of(TensorId id) const { return problem_.graph().tensor(id).name; }

  const Problem& problem_;
  bool may_move_;
  std::vector<std::string> names_;
};

// The tensor named by a key of `tensors`: a decision, or an input that is fetched.
TensorId read_tensor(const YamlValue& key, const YamlValue& value, const Problem& problem) {
  const std::string name = key.as_string();
  const auto id = problem.graph().find_tensor(name);
  if (!id.has_value()) {
    throw key.error(unknown_tensor_message(problem, name));
  }
  const bool fetched = arrow_in(value) != std::string::npos;
  const bool input = problem.graph().tensor(*id).kind == TensorKind::kInput;
  if (!problem.decisions().decides(*id) && !(input && fetched)) {
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

Placement read_placement(const YamlDocument& document, const Problem& problem, bool may_move) {
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
  const PlaceReader reader(problem, may_move);
  const auto fallback = map.optional("default");
  const MemoryId memory =
      fallback.has_value() ? reader.memory(*fallback) : problem.chip().slowest();
  const auto tensors =
      fallback.has_value() ? map.optional("tensors") : std::optional(map.required("tensors"));
  map.finish();

  Placement placement(uniform_mapping(problem, memory));
  std::vector<bool> named(graph.tensors().size(), false);
  if (tensors.has_value()) {
    for (const auto& [key, value] : tensors->entries()) {
      const TensorId id = read_tensor(key, value, problem);
      const Place place = reader.place(value, id);
      placement.homes[id] = place.home;
      placement.near[id] = place.near;
      named[id.index()] = true;
    }
  }
  if (!fallback.has_value()) {
    check_complete(*tensors, problem, named);
  }
  settle(problem, placement);
  return placement;
}

// What a file says of: decisions, and inputs that are fetched.
std::vector<TensorId> written_tensors(const Problem& problem, const Placement& placement) {
  const std::span<const TensorId> decisions = problem.decisions().tensors();
  std::vector<TensorId> tensors(decisions.begin(), decisions.end());
  for (const Movable& movable : problem.movables().list()) {
    if (problem.decisions().is_fixed(movable.tensor) && placement.fetches(movable.tensor)) {
      tensors.push_back(movable.tensor);
    }
  }
  return tensors;
}

}  // namespace

Placement read_placement(const YamlDocument& document, const Problem& problem) {
  return read_placement(document, problem, true);
}

Mapping read_mapping(const YamlDocument& document, const Problem& problem) {
  return read_placement(document, problem, false).homes;
}

std::string write_mapping(const Problem& problem, const Placement& placement) {
  check_settled(problem, placement.homes);
  const std::vector<TensorId> tensors = written_tensors(problem, placement);
  std::string text =
      fmt::format("workload: {}\nchip: {}\ntensors:{}\n", one_line(Json(problem.graph().name())),
                  one_line(Json(problem.chip().name)), tensors.empty() ? " {}" : "");
  for (const TensorId id : tensors) {
    const std::span<const std::string> origin = problem.graph().origin(id);
    text += fmt::format(
        "  {}: {}{}\n", one_line(Json(problem.graph().tensor(id).name)),
        one_line(Json(place_text(problem.chip(), placement.homes[id], placement.near[id]))),
        origin.empty() ? "" : "  # " + printable(origin.front()));
  }
  return text;
}

Json mapping_json(const Problem& problem, const Placement& placement) {
  check_settled(problem, placement.homes);
  const Graph& graph = problem.graph();
  Json json{{"workload", graph.name()}, {"chip", problem.chip().name}};
  Json& tensors = json["tensors"] = Json::object();
  Json origins = Json::object();
  for (const TensorId id : written_tensors(problem, placement)) {
    tensors[graph.tensor(id).name] =
        place_text(problem.chip(), placement.homes[id], placement.near[id]);
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
