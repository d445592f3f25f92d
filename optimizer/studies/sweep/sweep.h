// SPDX-License-Identifier: Apache-2.0
// A sweep that can run: its spec with its networks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task_crew.h"
#include "base/yaml_reader.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/studies/sweep/grid.h"
#include "optimizer/studies/sweep/point.h"
#include "optimizer/studies/sweep/spec.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Of all that a network is, as 16 hexadecimal digits.
std::string graph_digest(const Graph& graph);

class Sweep {
 public:
  using MakeSimulator = std::function<std::unique_ptr<Simulator>(const std::string& model)>;

  // `graphs` are the spec's workloads, in their order. Throws Error where a network is not the one
  // that the spec has the digest of, and where what searches begin with or constraints are not of
  // the networks and the chip.
  Sweep(SweepSpec spec, std::vector<Graph> graphs, std::string version,
        MakeSimulator make_simulator);
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  const SweepSpec& spec() const { return spec_; }  // version and digests filled in
  const SweepGrid& grid() const { return grid_; }
  const Graph& graph(std::size_t workload) const { return graphs_[workload]; }

  // The chip of a cell. Throws Error where its parameters do not go together.
  Chip chip(std::size_t cell) const;

  // What a point is called and depends on, without a result.
  SweepPoint describe(std::size_t index) const;

  // Simulates point `index`; whatever goes wrong with it becomes its `error`. `before` is the point
  // that its search begins with; null: none. Any number of threads may call it.
  SweepPoint evaluate(std::size_t index, const SweepPoint* before) const;

 private:
  PointResult result_of(const GridPlace& place, const SweepPoint* before) const;
  Json depends_on(const GridPlace& place) const;
  void check_sources() const;
  Mapping init_of(std::size_t source, const Problem& problem) const;
  std::optional<Picoseconds> bound_of(const GridPlace& place, const Program& program,
                                      Simulator& simulator) const;

  SweepSpec spec_;
  SweepGrid grid_;
  std::vector<Graph> graphs_;
  MakeSimulator make_simulator_;
  // By mapping source: the bytes of its policy and of the mapping that it begins with, where that
  // is a file.
  std::vector<std::optional<std::string>> policies_;
  std::vector<std::optional<std::string>> inits_;
  YamlDocument chip_;
  // By workload and cell; less than zero: not known yet. The same for all mapping sources.
  mutable std::vector<std::atomic<std::int64_t>> bounds_;
};

// What is known of each point; nothing where it was not evaluated yet.
using SweepPoints = std::vector<std::optional<SweepPoint>>;

std::size_t count_known(const SweepPoints& points);
std::size_t count_failed(const SweepPoints& points);

// What becomes of points as they come.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  // `lines` are those of `points`, which are there from now on.
  virtual void on_points(const std::vector<SweepPoint>& points,
                         const std::vector<std::string>& lines) = 0;
};

// Evaluates what `points` lacks, on `crew`. A task is a point; where its source starts warm, the
// points along the last axis are one task, since each begins with what the one before it found.
// Returns whether all are there: false where `stop` said so.
bool run_sweep(const Sweep& sweep, TaskCrew& crew, SweepPoints& points, SweepObserver& observer,
               const std::function<bool()>& stop);

}  // namespace memplace
