// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/sweep.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/fnv.h"
#include "base/stopping.h"
#include "optimizer/bound/bound.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/heuristics/named_mapping.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/chip/chip_reader.h"
#include "sim/feasible/feasible.h"
#include "sim/metrics.h"
#include "sim/placement/mapping_file.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

std::string hash_text(std::string_view bytes) { return fmt::format("{:016x}", fnv1a(bytes)); }

constexpr std::int64_t kUnknownBound = -1;

// A mapping to simulate, and how it came about.
struct Found {
  Mapping mapping;
  Epsilon epsilon;
  bool feasible = false;  // as asked
  std::uint64_t evaluations = 1;
  // Of a search that found nothing better than a heuristic: which, and the search's own best.
  std::string heuristic = {};
  std::optional<Picoseconds> own_latency = {};
};

Found map_by_heuristic(const Problem& problem, const std::string& heuristic) {
  Rectified rectified = made_feasible(problem, apply_heuristic(heuristic, problem));
  const bool feasible = rectified.feasible_as_asked();
  return {std::move(rectified.mapping), rectified.epsilon, feasible};
}

// The least latency of those that fit; what a point itself found would make its bound another one
// than that of its chip.
std::optional<Picoseconds> best_of_heuristics(const Program& program, Simulator& simulator) {
  std::optional<Picoseconds> best;
  for (const std::string& name : heuristic_names()) {
    const RectifyResult result = rectify(program.problem, apply_heuristic(name, program.problem));
    if (const auto* rectified = std::get_if<Rectified>(&result)) {
      const Picoseconds latency = simulator.run(program, rectified->mapping).latency;
      best = std::min(best.value_or(latency), latency);
    }
  }
  return best;
}

Found map_by_search(const RunConfig& config, const Program& program, Simulator& simulator) {
  const RunResult run = execute_run(config, program, simulator);
  if (!run.over) {
    throw Stopped();
  }
  MEMPLACE_ASSERT(run.search.best.has_value(), config.strategy);
  const Evaluated& best = run.verdict.best;
  Found found{best.given, best.epsilon, best.epsilon.demoted_bytes == Bytes(0),
              run.search.history.size()};
  if (!run.verdict.own()) {
    found.heuristic = run.verdict.heuristic;
    found.own_latency = run.search.best->measures.latency;
  }
  return found;
}

PointResult summarize(const Program& program, const Found& found, const SimResult& run) {
  PointResult result;
  result.feasible = found.feasible;
  result.epsilon = found.epsilon.value();
  result.latency = run.latency;
  result.makespan = run.makespan;
  result.throughput_per_s = throughput_per_second(program.mode(), run);
  result.energy_pj = energy_of_inference(program, run);
  result.area = area_of(program.chip());
  for (const OpTiming& op : run.ops) {
    result.compute += op.compute;
  }
  result.evaluations = found.evaluations;
  result.heuristic = found.heuristic;
  result.own_latency = found.own_latency;
  for (const MemoryId id : program.chip().memories.ids()) {
    const MemoryActivity& activity = run.memories[id];
    result.traffic.push_back(
        {program.chip().memories[id].name, activity.read, activity.written, activity.busy});
  }
  return result;
}

SweepSpec complete(SweepSpec spec, const std::vector<Graph>& graphs, std::string version) {
  spec.version = std::move(version);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    WorkloadChoice& workload = spec.workloads[i];
    const std::string digest = graph_digest(graphs[i]);
    if (!workload.digest.empty() && workload.digest != digest) {
      throw Error(fmt::format("the sweep is of another network; {} was changed",
                              printable(workload.label())));
    }
    workload.digest = digest;
  }
  return spec;
}

// The points that one task evaluates, one after the other: [begin, end).
struct Chain {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::string mode_text(const SearchRequest& search) {
  static const auto fields =
      select(search_fields(), {"streams", "engines_per_stream", "inferences"});
  const auto entries = yaml_entries<SearchRequest>(fields, search, nullptr);
  return entries.empty() ? "{}" : entries.front().second;
}

std::vector<std::optional<std::string>> policies_of(const SweepSpec& spec) {
  std::vector<std::optional<std::string>> policies;
  for (const MappingSource& source : spec.mappings) {
    policies.push_back(read_policy_of(source.search));
  }
  return policies;
}

std::vector<std::optional<std::string>> inits_of(const SweepSpec& spec) {
  std::vector<std::optional<std::string>> inits;
  for (const MappingSource& source : spec.mappings) {
    const std::string& init = source.search.init_mapping;
    inits.push_back(init.empty() || is_rule(init) ? std::nullopt : std::optional(read_file(init)));
  }
  return inits;
}

// What is left to do. In a chain what is there comes first: its points came one after the other.
std::vector<Chain> chains_of(const Sweep& sweep, const SweepPoints& points) {
  const SweepGrid& grid = sweep.grid();
  std::vector<Chain> chains;
  for (std::size_t begin = 0; begin < points.size();) {
    const bool warm = sweep.spec().mappings[grid.place(begin).mapping].warm_start;
    const std::size_t end = begin + (warm ? sweep.spec().axes.back().size() : 1);
    const auto missing =
        std::find_if(points.begin() + static_cast<std::ptrdiff_t>(begin),
                     points.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const std::optional<SweepPoint>& point) { return !point.has_value(); });
    const auto first = static_cast<std::size_t>(missing - points.begin());
    if (first < end) {
      chains.push_back({first, end});
    }
    begin = end;
  }
  return chains;
}

}  // namespace

std::size_t count_known(const SweepPoints& points) {
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(),
                    [](const std::optional<SweepPoint>& point) { return point.has_value(); }));
}

std::size_t count_failed(const SweepPoints& points) {
  return static_cast<std::size_t>(std::count_if(
      points.begin(), points.end(),
      [](const std::optional<SweepPoint>& point) { return point.has_value() && point->failed(); }));
}

std::string graph_digest(const Graph& graph) { return hash_text(write_graph_yaml(graph)); }

Sweep::Sweep(SweepSpec spec, std::vector<Graph> graphs, std::string version,
             MakeSimulator make_simulator)
    : spec_(complete(std::move(spec), graphs, std::move(version))),
      grid_(spec_),
      graphs_(std::move(graphs)),
      make_simulator_(std::move(make_simulator)),
      policies_(policies_of(spec_)),
      inits_(inits_of(spec_)),
      chip_(YamlDocument::from_text(spec_.chip.yaml.text, spec_.chip.yaml.source)),
      bounds_(spec_.bound ? graphs_.size() * grid_.cells() : 0) {
  for (std::atomic<std::int64_t>& bound : bounds_) {
    bound = kUnknownBound;
  }
  check_sources();
}

Mapping Sweep::init_of(std::size_t source, const Problem& problem) const {
  const std::string& init = spec_.mappings[source].search.init_mapping;
  if (!inits_[source].has_value()) {
    return named_mapping(init, problem);
  }
  return read_mapping(YamlDocument::from_text(*inits_[source], init), problem);
}

// On the chip as it was given: no cell has other memories or a mode that makes a difference here.
void Sweep::check_sources() const {
  const Chip chip = read_chip(chip_);
  for (std::size_t i = 0; i < spec_.mappings.size(); ++i) {
    if (policies_[i].has_value()) {
      static_cast<void>(policy_of(spec_.mappings[i].search, *policies_[i], chip));
    }
  }
  const auto begins = [](const MappingSource& source) {
    return !source.search.init_mapping.empty();
  };
  const bool any_begins = std::any_of(spec_.mappings.begin(), spec_.mappings.end(), begins);
  for (const Graph& graph : graphs_) {
    static_cast<void>(problem_of(spec_.common, Problem(graph, chip)));
    if (!any_begins) {
      continue;
    }
    const Program program = lower({graph, chip, resolve_mode(chip, spec_.common.mode_choice)});
    for (std::size_t i = 0; i < spec_.mappings.size(); ++i) {
      if (begins(spec_.mappings[i])) {
        static_cast<void>(init_of(i, program.problem));
      }
    }
  }
}

Chip Sweep::chip(std::size_t cell) const {
  YamlDocument document = chip_;
  for (std::size_t axis = 0; axis < spec_.axes.size(); ++axis) {
    const std::size_t index = grid_.value_index(cell, axis);
    for (const SweepParameter& parameter : spec_.axes[axis].parameters) {
      const std::string& value = parameter.values[index].text;
      document.set(parameter.path, value, fmt::format("{} {}", printable(parameter.path), value));
    }
  }
  return read_chip(document);
}

SweepPoint Sweep::describe(std::size_t index) const {
  const GridPlace place = grid_.place(index);
  const MappingSource& source = spec_.mappings[place.mapping];
  SweepPoint point;
  point.index = index;
  point.workload = spec_.workloads[place.workload].label();
  point.chip = spec_.chip.name;
  point.parameters = grid_.parameters(place.cell);
  point.mapping = source.label;
  point.hash = hash_text(one_line(depends_on(place)));
  return point;
}

// What older journals do not know stands there only where it is said.
Json Sweep::depends_on(const GridPlace& place) const {
  const MappingSource& source = spec_.mappings[place.mapping];
  const SearchRequest& search = source.search;
  const bool searches = source.searches();
  Json depends = {{"version", spec_.version},
                  {"workload", spec_.workloads[place.workload].digest},
                  {"dtype", name_of(search.dtype)},
                  {"chip", spec_.chip.yaml.text},
                  {"parameters", grid_.parameters(place.cell)},
                  {"mode", mode_text(search)},
                  {"heuristic", source.heuristic},
                  {"strategy", searches ? search.strategy : ""},
                  {"options", searches ? joined_options(search.options) : Words()},
                  {"budget", searches ? search.budget : 1},
                  {"seed", search.seed},
                  {"warm_start", source.warm_start},
                  {"objective", name_of(search.objective)}};
  if (spec_.bound) {
    depends["bound"] = true;
  }
  const SearchRequest usual;
  for (const auto fields : {sweep_fields(), source_fields()}) {
    for (const auto& [key, value] : yaml_entries(fields, search, &usual)) {
      if (!depends.contains(key)) {
        depends[key] = value;
      }
    }
  }
  if (policies_[place.mapping].has_value()) {
    depends["policy_bytes"] = hash_text(*policies_[place.mapping]);
  }
  if (inits_[place.mapping].has_value()) {
    depends["init_file"] = hash_text(*inits_[place.mapping]);
  }
  return depends;
}

SweepPoint Sweep::evaluate(std::size_t index, const SweepPoint* before) const {
  SweepPoint point = describe(index);
  try {
    point.result = result_of(grid_.place(index), before);
  } catch (const Error& reason) {
    point.error = reason.what();
  } catch (const InfeasibleFailure& reason) {
    point.error = printable(reason.what());
  }
  return point;
}

PointResult Sweep::result_of(const GridPlace& place, const SweepPoint* before) const {
  const MappingSource& source = spec_.mappings[place.mapping];
  const Chip chip = this->chip(place.cell);
  const Program program =
      lower(problem_of(source.search, Problem(graphs_[place.workload], chip,
                                              resolve_mode(chip, source.search.mode_choice))));
  const std::unique_ptr<Simulator> simulator = make_simulator_(source.search.model);
  RunConfig config =
      settled(of_workload(source.search, spec_.workloads[place.workload]), spec_.version);
  if (!source.searches()) {
    const Found found = map_by_heuristic(program.problem, source.heuristic);
    PointResult result = summarize(program, found, simulator->run(program, found.mapping));
    result.bound = bound_of(place, program, *simulator);
    return result;
  }
  config.policy = policies_[place.mapping];
  if (!config.init_mapping.empty()) {
    config.init = init_of(place.mapping, program.problem);
  }
  if (before != nullptr && !before->failed()) {
    config.init = mapping_of_digits(program.problem, before->result.digits);
  }
  const Found found = map_by_search(config, program, *simulator);
  PointResult result = summarize(program, found, simulator->run(program, found.mapping));
  result.digits = mapping_digits(program.problem, found.mapping);
  result.bound = bound_of(place, program, *simulator);
  return result;
}

// The same whoever asks, in whatever order. Threads that ask at once each prove it.
std::optional<Picoseconds> Sweep::bound_of(const GridPlace& place, const Program& program,
                                           Simulator& simulator) const {
  if (!spec_.bound) {
    return std::nullopt;
  }
  std::atomic<std::int64_t>& known = bounds_[place.workload * grid_.cells() + place.cell];
  std::int64_t bound = known.load();
  if (bound == kUnknownBound) {
    BoundRequest request;
    request.effort = kQuickBound;
    request.known = best_of_heuristics(program, simulator);
    bound = prove_bound(program, request).proven.count();
    known.store(bound);
  }
  return Picoseconds(bound);
}

bool run_sweep(const Sweep& sweep, TaskCrew& crew, SweepPoints& points, SweepObserver& observer,
               const std::function<bool()>& stop) {
  const std::vector<Chain> chains = chains_of(sweep, points);
  // Tasks read only what was there before the first began: `known` is never written.
  const SweepPoints known = points;
  const auto task = [&](std::size_t index, const TaskCrew::Give& give) {
    const Chain& chain = chains[index];
    const bool warm = sweep.spec().mappings[sweep.grid().place(chain.begin).mapping].warm_start;
    const std::size_t length = sweep.spec().axes.back().size();
    std::optional<SweepPoint> before;
    if (warm && chain.begin % length > 0) {
      before = known[chain.begin - 1];
    }
    for (std::size_t i = chain.begin; i < chain.end; ++i) {
      if (known[i].has_value()) {
        before = known[i];
        continue;
      }
      SweepPoint point;
      try {
        point = sweep.evaluate(i, before.has_value() ? &*before : nullptr);
      } catch (const Stopped&) {
        return;
      }
      if (!give(point_line(point))) {
        return;
      }
      before = std::move(point);
    }
  };
  const auto take = [&](const std::vector<std::string>& lines) {
    std::vector<SweepPoint> taken;
    taken.reserve(lines.size());
    for (const std::string& line : lines) {
      std::optional<SweepPoint> point = read_point_line(line);
      MEMPLACE_ASSERT(point.has_value() && point->index < points.size(), line);
      taken.push_back(*std::move(point));
    }
    observer.on_points(taken, lines);
    for (SweepPoint& point : taken) {
      points[point.index] = std::move(point);
    }
  };
  crew.run(chains.size(), task, take, stop);
  return count_known(points) == points.size();
}

}  // namespace memplace
