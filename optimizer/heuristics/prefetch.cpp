// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <optional>
#include <queue>
#include <tuple>
#include <vector>

#include "base/stopping.h"
#include "optimizer/heuristics/flow_model.h"
#include "optimizer/heuristics/rules.h"
#include "sim/feasible/live_bytes.h"

namespace memplace {
namespace {

// Each tensor in turn gets an interval of steps in a faster memory, from as late as hides its copy
// to its last use.
class Prefetch {
 public:
  explicit Prefetch(const FlowModel& model)
      : model_(model),
        problem_(model.problem()),
        steps_(problem_.graph().ops().size()),
        placement_(model.base()),
        slack_(steps_) {
    for (const OpId op : problem_.graph().ops()) {
      const Picoseconds busy = model.slow_time(op);
      slack_[op] = model.time(op) > busy ? model.time(op) - busy : Picoseconds(0);
    }
    for (const MemoryId memory : problem_.chip().memories.ids()) {
      LiveBytes live(steps_);
      for (std::size_t step = 0; step < steps_; ++step) {
        live.add(step, step + 1, model.taken(memory, step));
      }
      capacity_.push_back(model.room(memory) + live.peak());
      live_.push_back(std::move(live));
    }
  }

  Placement run() {
    // The densest first; what others have taken of the slow channel's time makes a tensor's
    // interval longer, so that it is looked at again.
    std::priority_queue<Candidate> queue;
    const auto list = problem_.movables().list();
    for (std::size_t i = 0; i < list.size(); ++i) {
      push(queue, i);
    }
    std::vector<std::size_t> rest;
    while (!queue.empty()) {
      look_for_stop();
      const Candidate best = queue.top();
      queue.pop();
      const std::optional<std::size_t> begin = latest_begin(list[best.rank]);
      if (begin.has_value() && *begin < best.begin) {
        push(queue, best.rank);
      } else if (!begin.has_value() || !fetch(list[best.rank], *begin)) {
        rest.push_back(best.rank);
      }
    }
    std::sort(rest.begin(), rest.end());
    for (const std::size_t rank : rest) {
      keep(list[rank].tensor);
    }
    settle(problem_, placement_);
    return placement_;
  }

 private:
  struct Candidate {
    double density = 0;
    std::size_t begin = 0;
    std::size_t rank = 0;  // in the order of moves, for ties

    bool operator<(const Candidate& other) const {
      return std::tie(density, other.rank) < std::tie(other.density, rank);
    }
  };

  // Time saved for each byte and step that it takes; what cannot be hidden counts as nothing.
  void push(std::priority_queue<Candidate>& queue, std::size_t rank) const {
    const Movable& movable = problem_.movables().list()[rank];
    const std::size_t begin = latest_begin(movable).value_or(0);
    const auto bytes = static_cast<double>(problem_.graph().tensor(movable.tensor).bytes.count());
    const auto steps = static_cast<double>(movable.last_op.index() + 1 - begin);
    queue.push({saved(movable) / (bytes * steps), begin, rank});
  }

  double saved(const Movable& movable) const {
    const auto slow = static_cast<double>(model_.fetch_time(movable.tensor).count());
    double most = slow;
    for (std::size_t i = movable.first_op.index(); i <= movable.last_op.index(); ++i) {
      if (model_.has_weights(OpId(i)) && model_.lowered(OpId(i)).weights == movable.tensor) {
        most +=
            static_cast<double>(model_.weights_time(OpId(i), problem_.chip().slowest()).count());
      }
    }
    return most;
  }

  // The last step from which on the ops before the first use leave the slow channel enough time.
  std::optional<std::size_t> latest_begin(const Movable& movable) const {
    Picoseconds left = model_.fetch_time(movable.tensor);
    std::size_t step = movable.first_op.index();
    while (left > Picoseconds(0)) {
      if (step == 0) {
        return std::nullopt;
      }
      --step;
      left -= std::min(left, slack_[OpId(step)]);
    }
    return step;
  }

  bool fetch(const Movable& movable, std::size_t begin) {
    const TensorId id = movable.tensor;
    const std::size_t end = movable.last_op.index() + 1;
    for (std::size_t level = problem_.chip().memories.size(); level-- > 1;) {
      const MemoryId memory(level);
      const Bytes bytes = model_.copy_bytes(id, memory);
      if (!can_fetch(problem_, id, placement_.homes[id], memory) || bytes > capacity_[memory] ||
          !live_[memory].within(begin, end, capacity_[memory] - bytes)) {
        continue;
      }
      live_[memory].add(begin, end, bytes);
      placement_.near[id] = memory;
      Picoseconds left = model_.fetch_time(id);
      for (std::size_t step = movable.first_op.index(); left > Picoseconds(0);) {
        Picoseconds& slack = slack_[OpId(--step)];
        const Picoseconds used = std::min(left, slack);
        slack -= used;
        left -= used;
      }
      return true;
    }
    return false;
  }

  // Throughout, in the fastest memory that has room for it.
  void keep(TensorId id) {
    for (std::size_t level = problem_.chip().memories.size(); level-- > 1;) {
      const MemoryId memory(level);
      const Bytes bytes = model_.resident_bytes(id, memory);
      if (problem_.decisions().decides(id) && problem_.decisions().memories(id).contains(memory) &&
          bytes <= capacity_[memory] &&
          live_[memory].within(0, steps_, capacity_[memory] - bytes)) {
        live_[memory].add(0, steps_, bytes);
        placement_.homes[id] = placement_.near[id] = memory;
        return;
      }
    }
  }

  const FlowModel& model_;
  const Problem& problem_;
  std::size_t steps_;
  Placement placement_;
  IdVector<OpId, Picoseconds> slack_;  // time an op leaves the slow channel
  IdVector<MemoryId, LiveBytes> live_;
  IdVector<MemoryId, Bytes> capacity_;
};

}  // namespace

Placement place_prefetch(const Problem& problem) {
  const FlowModel model(problem);
  return Prefetch(model).run();
}

}  // namespace memplace
