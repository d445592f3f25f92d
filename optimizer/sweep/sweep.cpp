// SPDX-License-Identifier: Apache-2.0
#include "optimizer/sweep/sweep.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fnv.h"
#include "optimizer/bound/bound.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/mapping_digits.h"
#include "optimizer/options.h"
#include "optimizer/run.h"
#include "sim/mapping/rectify.h"
#include "sim/metrics.h"
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
};

Found map_by_heuristic(const Program& program, const std::string& heuristic) {
  const Graph& graph = *program.graph;
  RectifyResult result = rectify(graph, program.chip, program.mode,
                                 apply_heuristic(heuristic, graph, program.chip, program.mode));
  if (const auto* infeasible = std::get_if<Infeasible>(&result)) {
    throw Error(infeasible->message);
  }
  auto& rectified = std::get<Rectified>(result);
  const bool feasible = rectified.feasible_as_asked();
  return {std::move(rectified.mapping), rectified.epsilon, feasible};
}

// The least latency of those that fit; what a point itself found would make its bound another one
// than that of its chip.
std::optional<Picoseconds> best_of_heuristics(const Program& program, Simulator& simulator) {
  const Graph& graph = *program.graph;
  std::optional<Picoseconds> best;
  for (const std::string& name : heuristic_names()) {
    const RectifyResult result = rectify(graph, program.chip, program.mode,
                                         apply_heuristic(name, graph, program.chip, program.mode));
    if (const auto* rectified = std::get_if<Rectified>(&result)) {
      const Picoseconds latency = simulator.run(program, rectified->mapping).latency;
      best = std::min(best.value_or(latency), latency);
    }
  }
  return best;
}

Found map_by_search(const RunConfig& config, const Program& program, Simulator& simulator) {
  const RunResult run = execute_run(config, program, simulator);
  MEMPLACE_ASSERT(run.search.best.has_value(), config.strategy);
  const Evaluated& best = *run.search.best;
  return {best.given, best.epsilon, best.epsilon.demoted_bytes == Bytes(0),
          run.search.history.size()};
}

PointResult summarize(const Program& program, const Found& found, const SimResult& run) {
  PointResult result;
  result.feasible = found.feasible;
  result.epsilon = found.epsilon.value();
  result.latency = run.latency;
  result.makespan = run.makespan;
  result.throughput_per_s = throughput_per_second(program.mode, run);
  const std::int64_t inferences = program.mode.streams * program.mode.inferences;
  result.energy_pj =
      even_share(energy_picojoules(program, run) + inferences / 2, inferences, inferences - 1);
  result.area = area_of(program.chip);
  for (const OpTiming& op : run.ops) {
    result.compute += op.compute;
  }
  result.evaluations = found.evaluations;
  for (const MemoryId id : program.chip.memories.ids()) {
    const MemoryActivity& activity = run.memories[id];
    result.traffic.push_back(
        {program.chip.memories[id].name, activity.read, activity.written, activity.busy});
  }
  return result;
}

SweepSpec complete(SweepSpec spec, const std::vector<std::shared_ptr<const Graph>>& graphs,
                   std::string version) {
  spec.version = std::move(version);
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    SweepWorkload& workload = spec.workloads[i];
    const std::string digest = graph_digest(*graphs[i]);
    if (!workload.digest.empty() && workload.digest != digest) {
      throw Error(
          fmt::format("the sweep is of another network; {} was changed", printable(workload.name)));
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

Sweep::Sweep(SweepSpec spec, std::vector<std::shared_ptr<const Graph>> graphs, std::string version,
             MakeSimulator make_simulator)
    : spec_(complete(std::move(spec), graphs, std::move(version))),
      grid_(spec_),
      graphs_(std::move(graphs)),
      make_simulator_(std::move(make_simulator)),
      chip_(YamlDocument::from_text(spec_.chip.yaml.text, spec_.chip.yaml.source)),
      bounds_(spec_.bound ? graphs_.size() * grid_.cells() : 0) {
  for (std::atomic<std::int64_t>& bound : bounds_) {
    bound = kUnknownBound;
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
  point.workload = spec_.workloads[place.workload].name;
  point.chip = spec_.chip.name;
  point.parameters = grid_.parameters(place.cell);
  point.mapping = source.label;
  Json depends = {{"version", spec_.version},
                  {"workload", spec_.workloads[place.workload].digest},
                  {"dtype", name_of(spec_.dtype)},
                  {"chip", spec_.chip.yaml.text},
                  {"parameters", point.parameters},
                  {"mode", mode_text(spec_.mode)},
                  {"heuristic", source.heuristic},
                  {"strategy", source.strategy},
                  {"options", source.options},
                  {"budget", source.budget},
                  {"seed", source.seed},
                  {"warm_start", source.warm_start},
                  {"objective", name_of(spec_.objective)}};
  if (spec_.bound) {
    depends["bound"] = true;
  }
  point.hash = hash_text(one_line(depends));
  return point;
}

SweepPoint Sweep::evaluate(std::size_t index, const SweepPoint* before) const {
  SweepPoint point = describe(index);
  try {
    point.result = result_of(grid_.place(index), before);
  } catch (const Error& reason) {
    point.error = printable(reason.what());
  }
  return point;
}

PointResult Sweep::result_of(const GridPlace& place, const SweepPoint* before) const {
  const MappingSource& source = spec_.mappings[place.mapping];
  const Chip chip = this->chip(place.cell);
  const Mode mode =
      resolve_mode(chip, spec_.mode.streams, spec_.mode.engines_per_stream, spec_.mode.inferences);
  const Program program = lower(graphs_[place.workload], chip, mode);
  const std::unique_ptr<Simulator> simulator = make_simulator_();
  if (!source.searches()) {
    const Found found = map_by_heuristic(program, source.heuristic);
    PointResult result = summarize(program, found, simulator->run(program, found.mapping));
    result.bound = bound_of(place, program, *simulator);
    return result;
  }
  const StrategyInfo& info = find_strategy(source.strategy);
  RunConfig config;
  config.version = spec_.version;
  config.workload = spec_.workloads[place.workload].name;
  config.dtype = spec_.dtype;
  config.chip = chip;
  config.mode = mode;
  config.strategy = source.strategy;
  config.options = Options("strategy " + info.name, info.options, source.options).resolved();
  config.seed = source.seed;
  config.budget = source.budget;
  config.objective = spec_.objective;
  if (before != nullptr && !before->failed()) {
    config.init = mapping_of_digits(*program.graph, chip, before->result.digits);
  }
  const Found found = map_by_search(config, program, *simulator);
  PointResult result = summarize(program, found, simulator->run(program, found.mapping));
  result.digits = mapping_digits(*program.graph, found.mapping);
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
      SweepPoint point = sweep.evaluate(i, before.has_value() ? &*before : nullptr);
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
      MEMPLACE_ASSERT(point.has_value(), line);
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
