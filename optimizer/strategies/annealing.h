// SPDX-License-Identifier: Apache-2.0
// Simulated annealing over decisions. docs/strategies/annealing.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/rng.h"
#include "optimizer/neighbourhood.h"
#include "optimizer/strategy.h"

namespace memplace {

// Asks one mapping at a time: the start first, then neighbours of the current mapping. A slower one
// becomes the current one with probability exp(-rise / temperature) (Kirkpatrick, Gelatt, Vecchi,
// "Optimization by simulated annealing", Science 220, 1983); the temperature falls geometrically
// over the budget. No neighbour is asked twice: the latency of one seen before is remembered.
class AnnealingStrategy final : public Strategy {
 public:
  AnnealingStrategy(const StrategyTask& task, const Options& options);

  std::vector<Mapping> ask(std::size_t room) override;
  void tell(std::span<const Evaluated> results) override;
  bool done() const override { return !next_.has_value(); }

  static StrategyInfo info();

 private:
  struct State {
    Mapping mapping;
    Picoseconds latency;
  };

  void step(State neighbour);
  // Walks on over mappings seen before until it comes to a new one. Nothing where it finds none.
  std::optional<Mapping> find_new();
  bool accepts(Picoseconds latency);
  double temperature() const;

  std::uint64_t budget_;
  MoveChances chances_;
  double t_start_;
  double t_end_;
  Rng rng_;
  Neighbourhood neighbourhood_;
  std::vector<Mapping> starts_;
  std::size_t told_ = 0;
  std::optional<Mapping> next_;  // to be asked; nothing once done
  std::optional<State> state_;
  Picoseconds start_latency_;
  std::unordered_map<std::uint64_t, Picoseconds> known_;  // by mapping_hash
};

}  // namespace memplace
