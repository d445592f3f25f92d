// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/rng.h"
#include "sim/placement/placement.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/sim_case.h"

namespace memplace::test {
namespace {

constexpr std::uint32_t kPurpose = 9;
constexpr std::int64_t kMostTiles = 20'000;
constexpr std::uint32_t kMovingPurpose = 11;
constexpr std::uint64_t kNextMovingCase = 8'000'000;  // of the same kind
constexpr std::int64_t kMostPiecesOfCase = 2'000;

enum class Kind { kAny, kLarge, kEven };

// A byte, a cycle and a latency take a few nanoseconds each.
void make_even(Rng& rng, Chip& chip) {
  chip.engines.clock = Frequency(1'000'000'000);
  chip.engines.dispatch_overhead = Picoseconds(1000 * rng.between(0, 3));
  for (Memory& memory : chip.memories) {
    memory.read_bandwidth = memory.write_bandwidth =
        Bandwidth(1'000'000'000 / (std::int64_t{1} << rng.between(0, 2)));
    memory.latency = Picoseconds(1000 * rng.between(0, 2));
    if (memory.max_burst) {
      memory.max_burst = Bytes(rng.between(1, 8));
    }
  }
  chip.engines.staging = {Bytes(rng.between(64, 128)), Bytes(rng.between(64, 128)),
                          Bytes(rng.between(32, 64))};
}

SimCase draw(Rng& rng, bool one_stream, Kind kind) {
  RandomGraphOptions options;
  if (kind == Kind::kEven) {
    options.most_elements = 64;
    options.most_channels = 4;
  }
  if (kind == Kind::kLarge) {
    options.most_elements = 1 << 22;
    options.most_ops = 6;
    options.most_channels = 1024;
  }
  SimCase c;
  c.graph = std::make_shared<const Graph>(random_graph(rng, options));
  c.chip = random_chip(rng);
  for (std::int64_t& cost : c.chip.engines.vector.cost) {
    cost = std::max<std::int64_t>(cost, 1);  // no chip file can say 0
  }
  if (kind == Kind::kEven) {
    make_even(rng, c.chip);
  }
  c.mode = random_mode(rng, c.chip);
  if (one_stream) {
    c.mode.streams = 1;
    c.mode.engines_per_stream = rng.between(1, c.chip.engines.count);
    if (rng.chance(0.8)) {
      for (Memory& memory : c.chip.memories) {
        memory.max_burst.reset();
      }
    }
  }
  c.mapping = random_mapping(rng, *c.graph, c.chip);
  return c;
}

bool is_small_enough(const SimCase& c) {
  try {
    const auto tiles = static_cast<std::int64_t>(lower(c).tiles.size());
    return tiles * c.mode.streams * c.mode.inferences <= kMostTiles;
  } catch (const Error&) {
    return false;  // a position of its input does not fit a slot
  }
}

// Pieces of the sizes that staging has, and not too many of them.
Mover random_mover(Rng& rng, const SimCase& c, bool even) {
  const Problem problem(*c.graph, c.chip);
  Bytes all;
  for (const Movable& movable : problem.movables().list()) {
    all += c.graph->tensor(movable.tensor).bytes;
  }
  Mover mover;
  mover.piece = Bytes(std::max(all.count() / kMostPiecesOfCase, rng.between(1, even ? 16 : 4096)));
  mover.in_flight = rng.between(1, rng.chance(0.8) ? 3 : 9);
  if (rng.chance(0.3)) {
    mover.overhead =
        even ? Picoseconds(1000 * rng.between(1, 3)) : Picoseconds(rng.between(1, 9999));
  }
  mover.service = rng.chance(0.7) ? MoverService::kDemandFirst : MoverService::kFcfs;
  return mover;
}

void add_moves(Rng& rng, SimCase& c) {
  const Problem problem(*c.graph, c.chip, c.mode);
  const double share = rng.chance(0.5) ? 0.9 : 0.5;
  for (const Movable& movable : problem.movables().list()) {
    const std::size_t above = c.chip.memories.size() - 1 - c.mapping[movable.tensor].index();
    if (above == 0 || !rng.chance(share)) {
      continue;
    }
    CaseMove move;
    move.tensor = c.graph->tensor(movable.tensor).name;
    move.to = MemoryId(c.mapping[movable.tensor].index() + 1 +
                       static_cast<std::size_t>(rng.below(above)));
    if (movable.first_op.index() > 0 && rng.chance(0.7)) {
      const OpId after(static_cast<std::size_t>(rng.below(movable.first_op.index())));
      move.after = c.graph->op(after).name;
    }
    c.moves.push_back(std::move(move));
  }
}

// A byte a nanosecond everywhere: very much happens at the same instant.
void make_unit(Rng& rng, Chip& chip) {
  chip.engines.dispatch_overhead = Picoseconds(0);
  chip.mover.piece = Bytes(rng.between(1, 4));
  for (Memory& memory : chip.memories) {
    memory.read_bandwidth = memory.write_bandwidth = Bandwidth(1'000'000'000);
    memory.latency = Picoseconds(0);
  }
}

}  // namespace

MovePlan plan_of(const SimCase& c) {
  const Problem problem(*c.graph, c.chip, c.mode);
  MovePlan plan{c.mapping, {}};
  for (const Movable& movable : problem.movables().list()) {
    const Tensor& tensor = c.graph->tensor(movable.tensor);
    const auto found = std::find_if(c.moves.begin(), c.moves.end(), [&](const CaseMove& move) {
      return move.tensor == tensor.name;
    });
    const MemoryId home = c.mapping[movable.tensor];
    if (found == c.moves.end() || !can_fetch(problem, movable.tensor, home, found->to)) {
      continue;
    }
    Move move{movable.tensor,  home,    found->to, tensor.bytes, std::nullopt, movable.first_op,
              movable.last_op, Bytes(0)};
    const auto after = c.graph->find_op(found->after);
    if (after.has_value() && *after < movable.first_op) {
      move.after = after;
    }
    plan.near[movable.tensor] = found->to;
    plan.moves.push_back(move);
  }
  for (const TensorId id : problem.movables().viewed()) {
    plan.near[id] = plan.near[c.graph->storage(id)];
  }
  return plan;
}

SimCase random_moving_case(std::uint64_t seed) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    SimCase c = random_case(seed + attempt * kNextMovingCase);
    Rng rng(seed, kMovingPurpose, attempt);
    const bool even = seed % 8 == 3 || seed % 8 == 6;
    c.chip.mover = random_mover(rng, c, even);
    if (even && rng.chance(0.5)) {
      make_unit(rng, c.chip);
    }
    add_moves(rng, c);
    if (!c.moves.empty() && is_small_enough(c)) {
      return c;
    }
  }
}

SimCase random_case(std::uint64_t seed) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    Rng rng(seed, kPurpose, attempt);
    const std::uint64_t kind = seed % 8;
    SimCase c = draw(rng, seed % 2 == 0,
                     kind == 2 || kind == 5   ? Kind::kLarge
                     : kind == 3 || kind == 6 ? Kind::kEven
                                              : Kind::kAny);
    if (is_small_enough(c)) {
      return c;
    }
  }
}

}  // namespace memplace::test
