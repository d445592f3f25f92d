// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/compare_models.h"

#include <algorithm>
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

// Homes of one to three decisions changed.
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

// What is movable, with any target above its home and any op before its first reader.
CaseMove any_move(Rng& rng, const SimCase& c, const Movable& movable) {
  CaseMove move;
  move.tensor = c.graph->tensor(movable.tensor).name;
  const std::size_t home = c.mapping[movable.tensor].index();
  const std::size_t above = c.chip.memories.size() - 1 - home;
  move.to = MemoryId(home + (above == 0 ? 0 : 1 + static_cast<std::size_t>(rng.below(above))));
  if (movable.first_op.index() > 0 && rng.chance(0.7)) {
    const OpId after(static_cast<std::size_t>(rng.below(movable.first_op.index())));
    move.after = c.graph->op(after).name;
  }
  return move;
}

// One movable tensor is no longer moved, moved, or moved otherwise; or homes change. plan_of()
// drops what cannot be.
void change_a_move(Rng& rng, SimCase& c) {
  const Problem problem(*c.graph, c.chip, c.mode);
  const auto& movables = problem.movables().list();
  if (movables.empty()) {
    return;
  }
  const Movable& movable = movables[rng.below(movables.size())];
  const CaseMove other = any_move(rng, c, movable);
  const auto found = std::find_if(c.moves.begin(), c.moves.end(), [&](const CaseMove& move) {
    return move.tensor == other.tensor;
  });
  if (found == c.moves.end()) {
    c.moves.push_back(other);
    return;
  }
  switch (rng.below(5)) {
    case 0:
      c.moves.erase(found);
      break;
    case 1:  // it stays where it was moved to
      c.mapping[movable.tensor] = found->to;
      settle(problem, c.mapping);
      c.moves.erase(found);
      break;
    case 2:
      found->to = other.to;
      break;
    default:
      found->after = other.after;
      break;
  }
}

SimCase with_changed_moves(Rng& rng, SimCase c) {
  if (rng.chance(0.3)) {
    c.mapping = changed(rng, c);
  }
  for (std::int64_t i = rng.chance(0.8) ? 1 : rng.between(0, 4); i > 0; --i) {
    change_a_move(rng, c);
  }
  return c;
}

SimCase without_moves(SimCase c) {
  c.moves.clear();
  return c;
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

  std::string rebase(const Placed& placed, Picoseconds expected, Exercise& exercise) {
    if (!incremental_) {
      return "";
    }
    base_ = placed;
    ++exercise.rebased;
    return unequal("IncrementalWalk::rebase()", Picoseconds(incremental_->rebase(placed)),
                   expected);
  }

  std::string near(const Placed& placed, Picoseconds expected, Exercise& exercise) {
    if (!incremental_) {
      return "";
    }
    const Picoseconds latency(incremental_->latency(placed));
    const std::size_t ops = plan_.ops.size();
    const std::size_t walked = incremental_->ops_walked();
    exercise.stopped_early += affects_first_op(placed.near()) && walked < ops ? 1U : 0U;
    exercise.started_late += walked > 0 && walked < ops / 2 ? 1U : 0U;
    return unequal("IncrementalWalk::latency()", latency, expected);
  }

 private:
  // Then the walk begins with it.
  bool affects_first_op(const Mapping& mapping) const {
    const event::PlanOp& op = plan_.ops.front();
    const auto differs = [&](TensorId tensor) { return mapping[tensor] != base_->near()[tensor]; };
    return op.tile_runs > 0 && (differs(op.output) || (op.has_weights && differs(op.weights)));
  }

  event::Plan plan_;
  std::optional<event::Walk> walk_;
  std::optional<event::IncrementalWalk> incremental_;
  std::optional<Placed> base_;
};

// The models on one case and on changed ones.
class Comparison {
 public:
  Comparison(const SimCase& c, Simulator& reference, Exercise& exercise)
      : c_(c),
        reference_(reference),
        exercise_(exercise),
        program_(lower(c)),
        session_(event_.open(program_)),
        walks_(program_) {}

  std::string difference(std::uint64_t seed) {
    const MovePlan plan = plan_of(c_);
    const ModelRun by_event = run(event_, program_, plan);
    const ModelRun by_reference = run(reference_, program_, plan);
    if (const auto difference = first_difference(program_, by_event, by_reference)) {
      return *difference;
    }
    const Picoseconds latency = by_reference.result.latency;
    note(unequal("latency()", session_->latency(plan), latency));
    note(walks_.walk(plan, by_reference.result, exercise_));
    rebase(plan, latency);
    Rng rng(seed, kPurpose);
    if (plan.moves.empty()) {
      compare_near(kChanges, [&] {
        SimCase other = c_;
        other.mapping = changed(rng, c_);
        return plan_of(other);
      });
      return found_;
    }
    ++exercise_.moving;
    exercise_.moves += plan.moves.size();
    if (!walks_.has_any()) {
      // One latency_near() is as another there.
      compare_near(1, [&] { return plan_of(with_changed_moves(rng, c_)); });
      return found_;
    }
    compare_near(kChanges, [&] { return plan_of(with_changed_moves(rng, c_)); });
    // To none, and from there to some.
    const SimCase still = without_moves(c_);
    const MovePlan stays = plan_of(still);
    compare_near(1, [&] { return plan_of(still); });
    rebase(stays, session_->latency(stays));
    compare_near(kChanges / 2,
                 [&] { return plan_of(with_changed_moves(rng, rng.chance(0.5) ? still : c_)); });
    return found_;
  }

 private:
  void note(const std::string& text) { found_ = found_.empty() ? text : found_; }

  void rebase(const MovePlan& plan, Picoseconds latency) {
    note(unequal("rebase()", session_->rebase(plan), latency));
    note(walks_.rebase(plan, latency, exercise_));
    note(unequal("latency_near() of the same plan", session_->latency_near(plan), latency));
  }

  template <class Change>
  void compare_near(int changes, const Change& change) {
    for (int i = 0; i < changes && found_.empty(); ++i) {
      const MovePlan plan = change();
      const Picoseconds near = session_->latency(plan);
      note(unequal("latency_near() of another plan", session_->latency_near(plan), near));
      note(walks_.near(plan, near, exercise_));
      // Where nothing is walked, latency() is the run that was compared before.
      if (!compared_another_ && walks_.has_any()) {
        compared_another_ = true;
        note(unequal("latency() of another plan", near, reference_.run(program_, plan).latency));
      }
    }
  }

  const SimCase& c_;
  Simulator& reference_;
  Exercise& exercise_;
  Program program_;
  EventSimulator event_;
  std::unique_ptr<SimSession> session_;
  Walks walks_;
  bool compared_another_ = false;  // with the reference
  std::string found_;
};

}  // namespace

std::string difference_of(const SimCase& c, std::uint64_t seed, Simulator& reference,
                          Exercise& exercise) {
  ++exercise.cases;
  try {
    return Comparison(c, reference, exercise).difference(seed);
  } catch (const InternalError& bug) {
    return fmt::format("a model is stuck: {}\n", bug.what());
  }
}

}  // namespace memplace::test
