// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/compare_models.h"

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "base/rng.h"
#include "sim/check/difference.h"
#include "sim/event/event_simulator.h"
#include "sim/event/incremental_walk.h"
#include "sim/event/plan.h"
#include "sim/event/walk.h"
#include "tests/support/decisions.h"

namespace memplace::test {
namespace {

constexpr int kChanges = 10;
constexpr std::uint32_t kPurpose = 10;

ModelRun run(Simulator& simulator, const Program& program, const Placed& placed) {
  ModelRun run{simulator.name(), {}, {}};
  run.result = simulator.run(program, placed, &run.events);
  run.events.sort();
  return run;
}

Mapping changed(Rng& rng, const SimCase& c) {
  Mapping mapping = c.mapping;
  const auto decisions = decisions_of(*c.graph);
  if (decisions.empty()) {
    return mapping;
  }
  for (std::int64_t i = rng.between(1, 3); i > 0; --i) {
    mapping[decisions[rng.below(decisions.size())]] =
        MemoryId(static_cast<std::size_t>(rng.below(c.chip.memories.size())));
  }
  settle(Problem(*c.graph, c.chip), mapping);
  return mapping;
}

std::string unequal(const char* what, Picoseconds found, Picoseconds expected) {
  return found == expected
             ? ""
             : fmt::format("{} is {} ps, expected {} ps\n", what, found.count(), expected.count());
}

// The parts of the event model that sessions hide, to count what they do.
class Walks {
 public:
  explicit Walks(const Program& program) : plan_(program) {
    if (event::Walk::can_walk(plan_)) {
      walk_.emplace(plan_);
    }
    if (event::IncrementalWalk::can_walk(plan_)) {
      incremental_.emplace(plan_);
    }
  }

  bool has_any() const { return walk_.has_value(); }

  std::string walk(const Placed& placed, const SimResult& expected, Exercise& exercise) {
    if (!walk_) {
      return "";
    }
    const event::WalkTimes times = walk_->run(placed);
    ++exercise.walked;
    exercise.leapt += walk_->leapt();
    return unequal("Walk's latency", Picoseconds(times.latency), expected.latency) +
           unequal("Walk's makespan", Picoseconds(times.makespan), expected.makespan);
  }

  std::string rebase(const Mapping& mapping, Picoseconds expected, Exercise& exercise) {
    if (!incremental_) {
      return "";
    }
    base_ = &mapping;
    ++exercise.rebased;
    return unequal("IncrementalWalk::rebase()", Picoseconds(incremental_->rebase(mapping)),
                   expected);
  }

  std::string near(const Mapping& mapping, Picoseconds expected, Exercise& exercise) {
    if (!incremental_) {
      return "";
    }
    const Picoseconds latency(incremental_->latency(mapping));
    const std::size_t ops = plan_.ops.size();
    const std::size_t walked = incremental_->ops_walked();
    exercise.stopped_early += affects_first_op(mapping) && walked < ops ? 1U : 0U;
    exercise.started_late += walked > 0 && walked < ops / 2 ? 1U : 0U;
    return unequal("IncrementalWalk::latency()", latency, expected);
  }

 private:
  // Then the walk begins with it.
  bool affects_first_op(const Mapping& mapping) const {
    const event::PlanOp& op = plan_.ops.front();
    const auto differs = [&](TensorId tensor) { return mapping[tensor] != (*base_)[tensor]; };
    return op.tile_runs > 0 && (differs(op.output) || (op.has_weights && differs(op.weights)));
  }

  event::Plan plan_;
  std::optional<event::Walk> walk_;
  std::optional<event::IncrementalWalk> incremental_;
  const Mapping* base_ = nullptr;
};

std::string compare(const SimCase& c, std::uint64_t seed, Simulator& reference,
                    Exercise& exercise) {
  const Program program = lower(c);
  EventSimulator event;
  const MovePlan plan = plan_of(c);
  const ModelRun by_event = run(event, program, plan);
  const ModelRun by_reference = run(reference, program, plan);
  if (const auto difference = first_difference(program, by_event, by_reference)) {
    return *difference;
  }
  const Picoseconds latency = by_reference.result.latency;
  const std::unique_ptr<SimSession> session = event.open(program);
  Walks walks(program);
  std::string found;
  const auto note = [&](const std::string& text) { found = found.empty() ? text : found; };
  note(unequal("latency()", session->latency(plan), latency));
  note(unequal("rebase()", session->rebase(plan), latency));
  if (!plan.moves.empty()) {
    ++exercise.moving;
    exercise.moves += plan.moves.size();
    note(walks.walk(plan, by_reference.result, exercise));
    note(unequal("latency_near() of the same plan", session->latency_near(plan), latency));
    return found;
  }
  note(walks.walk(c.mapping, by_reference.result, exercise));
  note(walks.rebase(c.mapping, latency, exercise));
  note(unequal("latency_near() of the same mapping", session->latency_near(c.mapping), latency));

  Rng rng(seed, kPurpose);
  for (int i = 0; i < kChanges && found.empty(); ++i) {
    const Mapping mapping = changed(rng, c);
    const Picoseconds near = session->latency(mapping);
    note(unequal("latency_near() of another mapping", session->latency_near(mapping), near));
    note(walks.near(mapping, near, exercise));
    // Where nothing is walked, latency() is the run that was compared above.
    if (i == 0 && walks.has_any()) {
      note(unequal("latency() of another mapping", near, reference.run(program, mapping).latency));
    }
  }
  return found;
}

}  // namespace

std::string difference_of(const SimCase& c, std::uint64_t seed, Simulator& reference,
                          Exercise& exercise) {
  ++exercise.cases;
  try {
    return compare(c, seed, reference, exercise);
  } catch (const InternalError& bug) {
    return fmt::format("a model is stuck: {}\n", bug.what());
  }
}

}  // namespace memplace::test
