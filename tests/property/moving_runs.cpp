// SPDX-License-Identifier: Apache-2.0
#include "tests/property/moving_runs.h"

#include <algorithm>
#include <optional>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "base/rng.h"
#include "sim/check/event_log.h"
#include "sim/event/event_simulator.h"
#include "sim/feasible/feasible.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/event_validator.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"

namespace memplace::test {
namespace {

constexpr std::uint32_t kPurpose = 13;
constexpr std::int64_t kMostTiles = 1'000;
constexpr std::int64_t kMostPieces = 500;
constexpr std::size_t kManyMovables = 7;

Chip draw_chip(Rng& rng, const Graph& graph) {
  Chip chip = random_chip(rng, graph, rng.chance(0.2));
  for (std::int64_t& cost : chip.engines.vector.cost) {
    cost = std::max<std::int64_t>(cost, 1);
  }
  for (Memory& memory : chip.memories) {
    memory.alignment = Bytes(rng.chance(0.5) ? 1 : rng.between(2, 64));
    if (memory.max_burst && rng.chance(0.5)) {
      memory.max_burst = Bytes(rng.between(1, 64));
    }
  }
  if (chip.memories.size() > 1 && rng.chance(0.1)) {
    chip.io_memory = MemoryId(1);
    chip.memories[MemoryId(0)].read_only = true;
    chip.memories[MemoryId(1)].capacity = chip.memories[MemoryId(0)].capacity;
  }
  if (rng.chance(0.4)) {  // much is cut, and some weights are read more than once
    chip.engines.staging.input_slot = Bytes(rng.between(64, 512));
    chip.engines.staging.weights = Bytes(rng.between(64, 512));
    chip.engines.staging.output_slot = Bytes(rng.between(64, 512));
  }
  return chip;
}

// Faster memories that have room for some of what moves, in each stream.
void make_scarce(Rng& rng, const Problem& problem, Chip& chip) {
  std::int64_t largest = 1;
  std::int64_t all = 1;
  for (const Movable& movable : problem.movables().list()) {
    const std::int64_t bytes = problem.graph().tensor(movable.tensor).bytes.count();
    largest = std::max(largest, bytes);
    all += bytes;
  }
  for (const MemoryId id : chip.memories.ids()) {
    if (chip.memories[id].read_only || id <= chip.io_memory || rng.chance(0.3)) {
      continue;
    }
    const std::int64_t arena =
        rng.between(largest, std::max(largest, rng.chance(0.5) ? all : 2 * largest)) +
        rng.between(0, 64);
    const bool pooled = chip.memories[id].scope == Scope::kEngine;
    chip.memories[id].capacity = Bytes(pooled ? ceil_div(arena, problem.mode().engines_per_stream)
                                              : arena * problem.mode().streams);
  }
}

std::optional<MovingCase> draw(Rng& rng, std::size_t least_movables) {
  MovingCase c;
  RandomGraphOptions options;
  options.least_ops = 4;
  options.most_ops = rng.chance(0.5) ? 10 : 24;
  options.most_elements = rng.chance(0.5) ? 256 : 4096;
  options.most_channels = rng.chance(0.5) ? 8 : 64;
  c.graph = std::make_shared<const Graph>(random_graph(rng, options));
  c.chip = draw_chip(rng, *c.graph);
  c.mode = random_mode(rng, c.chip);
  if (c.mode.streams > 1 && rng.chance(0.7)) {
    c.mode.streams = 2;
  }
  const std::int64_t turns = c.mode.streams * c.mode.inferences;
  std::int64_t bytes = 0;
  const Problem movers(*c.graph, c.chip, c.mode);
  if (movers.movables().list().size() < least_movables) {
    return std::nullopt;
  }
  for (const Movable& movable : movers.movables().list()) {
    bytes += c.graph->tensor(movable.tensor).bytes.count();
  }
  if (rng.chance(0.7)) {
    make_scarce(rng, movers, c.chip);
  }
  c.chip.mover.piece =
      Bytes(std::max(turns * bytes / kMostPieces + 1, rng.between(1, rng.chance(0.5) ? 64 : 1024)));
  c.chip.mover.in_flight = rng.between(1, rng.chance(0.8) ? 3 : 9);
  c.chip.mover.overhead = Picoseconds(rng.chance(0.7) ? 0 : rng.between(1, 99'999));
  c.chip.mover.service = rng.chance(0.7) ? MoverService::kDemandFirst : MoverService::kFcfs;
  const Problem problem(*c.graph, c.chip, c.mode);
  c.asked = random_placement(rng, problem);
  try {
    if (static_cast<std::int64_t>(lower(problem).tiles.size()) * turns > kMostTiles) {
      return std::nullopt;
    }
  } catch (const Error&) {
    return std::nullopt;  // a position of its input does not fit a slot
  }
  return c.asked.stays() ? std::nullopt : std::optional(c);
}

bool same(const RectifiedPlacement& a, const RectifiedPlacement& b) {
  return a.homes == b.homes && a.plan == b.plan && a.epsilon == b.epsilon &&
         a.unfetched == b.unfetched && a.demotions.size() == b.demotions.size();
}

std::optional<RectifiedPlacement> rectified(PlacementRectifier& rectifier, const Placement& asked) {
  try {
    return rectifier.rectify(asked);
  } catch (const InfeasibleFailure&) {
    return std::nullopt;
  }
}

std::string text_of(const Program& program, const EventValidation& found, const EventLog& log) {
  std::string text = fmt::format("{} at {} ns", name_of(found.violation), nanoseconds(found.when));
  for (const auto& tensor : {found.tensor, found.other}) {
    text += tensor ? " " + program.graph().tensor(*tensor).name : "";
  }
  for (const TransferEvent& event : log.transfers) {
    text += found.request && event.key == *found.request ? ": " + line_of(program, event) : "";
  }
  return text;
}

// The homes' part of the addresses is what the validator of mappings asks for.
void check_home_addresses(const Problem& problem, const RectifiedPlacement& given,
                          Addresses addresses) {
  std::erase_if(addresses.tensors, [&](const Address& address) {
    return address.memory != given.homes[address.tensor];
  });
  REQUIRE(validate(problem, given.homes, addresses) == AddressValidation{});
}

bool is_any_late(const MovePlan& plan) {
  return std::any_of(plan.moves.begin(), plan.moves.end(),
                     [](const Move& move) { return move.after.has_value(); });
}

void count(const Program& program, const RectifiedPlacement& given, MovingRuns& runs) {
  const Chip& chip = program.chip();
  const auto& moves = given.plan.moves;
  const auto any = [&](const auto& has) {
    return std::any_of(moves.begin(), moves.end(), has) ? 1 : 0;
  };
  const Graph& graph = program.graph();
  runs.unfetched += given.unfetched.empty() ? 0 : 1;
  if (moves.empty()) {
    return;
  }
  ++runs.moving;
  runs.demoted += given.demotions.empty() ? 0 : 1;
  runs.streams += program.mode().streams > 1 ? 1 : 0;
  runs.inferences += program.mode().inferences > 1 ? 1 : 0;
  runs.bursts += any([&](const Move& move) {
    const Bytes piece = std::min(move.bytes, chip.mover.piece);
    return chip.memories[move.from].max_burst.value_or(piece) < piece ||
           chip.memories[move.to].max_burst.value_or(piece) < piece;
  });
  runs.own_pieces +=
      any([&](const Move& move) { return chip.memories[move.to].scope == Scope::kEngine; });
  runs.inputs +=
      any([&](const Move& move) { return graph.tensor(move.tensor).kind == TensorKind::kInput; });
  runs.late += is_any_late(given.plan) ? 1 : 0;
  runs.several_ops += any([](const Move& move) { return move.first_op < move.last_op; });
  runs.reused += any([&](const Move& a) {
    return std::any_of(moves.begin(), moves.end(), [&](const Move& b) {
      return a.tensor < b.tensor && a.to == b.to && a.offset < b.offset + b.bytes &&
             b.offset < a.offset + a.bytes;
    });
  });
  runs.reread += any([&](const Move& move) {
    return std::any_of(program.ops.begin(), program.ops.end(), [&](const LoweredOp& op) {
      Bytes read;
      for (std::uint32_t chunk = op.first_chunk; chunk < op.end_chunk; ++chunk) {
        read += program.chunks[chunk].bytes;
      }
      return op.first_chunk < op.end_chunk && op.weights == move.tensor && read > move.bytes;
    });
  });
  for (const Move& move : moves) {
    ++runs.moves;
    runs.pieces += ceil_div(move.bytes.count(), chip.mover.piece.count());
  }
}

void check_plan(const Problem& problem, const MovingCase& c, PlacementRectifier& rectifier,
                const RectifiedPlacement& given, PlannerKind kind) {
  check_settled(problem, given.plan);
  for (const Move& move : given.plan.moves) {
    REQUIRE((!move.after.has_value() || *move.after < move.first_op));
    REQUIRE(move.from == given.homes[move.tensor]);
    REQUIRE(move.to == c.asked.near[move.tensor]);
  }
  for (const TensorId id : given.unfetched) {
    REQUIRE(given.plan.near[id] == given.homes[id]);
  }
  // Fetches give way to what stays, and leave nothing behind.
  const RectifiedPlacement staying = rectifier.rectify(Placement(c.asked.homes));
  REQUIRE(staying.homes == given.homes);
  REQUIRE(staying.plan.moves.empty());
  REQUIRE(same(rectifier.rectify(c.asked), given));
  REQUIRE(same(PlacementRectifier(problem, kind).rectify(c.asked), given));
  // What was given is given again.
  const RectifiedPlacement again = rectifier.rectify(Placement(given.homes, given.plan.near));
  REQUIRE(again.feasible_as_asked());
  REQUIRE(again.plan == given.plan);
}

// Whether copies are found where something lives if no move waits for another op.
bool begins_in_use(const Program& program, const RectifiedPlacement& given,
                   const Addresses& addresses) {
  MovePlan hasty = given.plan;
  for (Move& move : hasty.moves) {
    move.after.reset();
  }
  EventLog log;
  EventSimulator().run(program, hasty, &log);
  const EventViolation found =
      validate_run(program, given.homes, hasty, addresses, {log.transfers, log.computes}).violation;
  REQUIRE((found == EventViolation::kNone || found == EventViolation::kOverCapacity ||
           found == EventViolation::kOverlap));
  return found != EventViolation::kNone;
}

}  // namespace

MovingCase random_moving_placement(std::uint64_t seed) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    Rng rng(seed, kPurpose, attempt);
    if (auto c = draw(rng, seed % 2 == 0 ? 1 : kManyMovables)) {
      return *std::move(c);
    }
  }
}

Placement random_placement(Rng& rng, const Problem& problem) {
  const Chip& chip = problem.chip();
  const double slow = rng.chance(0.5) ? 0.8 : 0.2;
  const double share = rng.chance(0.5) ? 1.0 : 0.6;
  Mapping homes = random_mapping(rng, problem.graph(), chip);
  for (const TensorId id : decisions_of(problem.graph())) {
    homes[id] = rng.chance(slow) ? chip.slowest() : homes[id];
  }
  homes = allowed(problem, std::move(homes));
  Placement placement(homes);
  for (const Movable& movable : problem.movables().list()) {
    const std::size_t above = chip.memories.size() - 1 - homes[movable.tensor].index();
    if (above > 0 && rng.chance(share)) {
      placement.near[movable.tensor] =
          MemoryId(chip.memories.size() - 1 - static_cast<std::size_t>(rng.below(above)));
    }
  }
  settle(problem, placement);
  return placement;
}

void check_moving_run(const MovingCase& c, PlannerKind kind, MovingRuns& runs) {
  const Problem problem(*c.graph, c.chip, c.mode);
  PlacementRectifier rectifier(problem, kind);
  const auto given = rectified(rectifier, c.asked);
  if (!given.has_value()) {
    ++runs.infeasible;
    return;
  }
  check_plan(problem, c, rectifier, *given, kind);
  const Addresses addresses = rectifier.addresses(*given);
  check_home_addresses(problem, *given, addresses);
  const Program program = lower(problem);
  EventLog log;
  EventSimulator().run(program, given->plan, &log);
  const EventValidation found =
      validate_run(program, given->homes, given->plan, addresses, {log.transfers, log.computes});
  INFO(text_of(program, found, log));
  REQUIRE(found == EventValidation{});
  count(program, *given, runs);
  if (is_any_late(given->plan)) {
    runs.caught += begins_in_use(program, *given, addresses) ? 1 : 0;
  }
}

void check_moving_runs(std::uint64_t first, std::uint64_t end, MovingRuns& runs) {
  for (std::uint64_t seed = first; seed < end; ++seed) {
    const MovingCase c = random_moving_placement(seed);
    for (const PlannerKind kind : {PlannerKind::kRing, PlannerKind::kJoint}) {
      CAPTURE(seed, name_of(kind));
      check_moving_run(c, kind, runs);
    }
  }
}

}  // namespace memplace::test
