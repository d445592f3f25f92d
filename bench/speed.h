// SPDX-License-Identifier: Apache-2.0
// How fast the simulators are, by program.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/interleaved.h"
#include "bench/learning.h"
#include "bench/mapping_set.h"
#include "sim/simulator.h"

namespace memplace::bench {

// Learning is no model of a chip, but measured beside them. Those that move plan and simulate what
// the heuristic `stream` makes, on one thread.
enum class Model {
  kSystemC,
  kEvent,
  kEventIncremental,
  kSystemCMoving,
  kEventMoving,
  kLearning,
};
inline constexpr std::array<Model, 6> kModels{Model::kSystemC,          Model::kEvent,
                                              Model::kEventIncremental, Model::kSystemCMoving,
                                              Model::kEventMoving,      Model::kLearning};
// systemc, event, event-incremental, systemc-moving, event-moving, learning
std::string_view name_of(Model model);
inline bool moves(Model model) {
  return model == Model::kSystemCMoving || model == Model::kEventMoving;
}
inline bool is_systemc(Model model) {
  return model == Model::kSystemC || model == Model::kSystemCMoving;
}

struct SpeedOptions {
  std::vector<Model> models;
  int threads = 2;  // measured beside one; SystemC only has one
  Effort effort;
};

struct Rate {
  Model model = Model::kEvent;
  int threads = 1;
  double evaluations_per_second = 0;          // the median of the rounds
  std::optional<double> ratio_to_systemc;     // of the medians
  std::optional<double> ratio_to_one_thread;  // the median of the rounds' ratios
};

inline constexpr std::size_t kTenths = 10;  // of a network's ops

// Changes of one tensor whose first op lies in these steps.
struct IncrementalRow {
  Steps steps;
  std::size_t changes = 0;
  double ratio = 0;            // time of evaluating them whole / incrementally
  std::size_t ops_walked = 0;  // the median of the changes
};

struct Speed {
  std::string workload;
  std::size_t mappings = 0;
  std::size_t ops = 0;
  std::int64_t tiles = 0;     // of an evaluation
  std::int64_t requests = 0;  // of an evaluation, those with bytes
  std::vector<Rate> rates;
  std::vector<IncrementalRow> incremental;
  std::vector<LearningRow> learning;

  std::int64_t events() const { return tiles + requests; }
};

// `systemc` may be null where it is not among the models. Throws Error where the network does not
// fit the chip.
Speed measure_speed(const Program& program, Simulator* systemc, Simulator& event,
                    const SpeedOptions& options);

}  // namespace memplace::bench
