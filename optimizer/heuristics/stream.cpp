// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/stopping.h"
#include "optimizer/heuristics/flow_model.h"
#include "optimizer/heuristics/rules.h"

namespace memplace {
namespace {

// Parts of a memory's room that are tried as a ring, in hundredths.
constexpr std::array<std::int64_t, 11> kRingParts{90, 80, 70, 60, 50, 40, 30, 20, 15, 10, 5};

// All weights stream into one memory, but those that stay near.
class Stream {
 public:
  Stream(const FlowModel& model, MemoryId to, Bytes ring)
      : model_(model),
        problem_(model.problem()),
        to_(to),
        ring_(ring),
        kept_(problem_.graph().tensors().size(), 0),
        placement_(model.base()),
        waits_(problem_.graph().ops().size()),
        ends_(problem_.graph().ops().size()) {}

  // Keeps the weights for which an op waits longest, then those of the longest wait that is left,
  // as long as there is room; so they spread over the schedule by themselves. What room is left
  // then, others stay in that cost no time.
  void spread() {
    for (;;) {
      take_if_better();
      const std::optional<TensorId> longest = longest_wait();
      if (!longest.has_value()) {
        break;
      }
      kept_[*longest] = 1;
    }
    kept_ = best_kept_;
    for (const TensorId weights : largest_fetched()) {
      flow();
      if (kept_[weights] == 0 && near_room(weights).has_value()) {
        kept_[weights] = 1;
        take_if_better();
        kept_ = best_kept_;
      }
    }
  }

  // The best way there was; and how good: the model's latency, then the bytes that are fetched.
  const Placement& placement() const { return best_; }
  std::pair<Picoseconds, Bytes> cost() const { return {latency_, fetched_}; }

 private:
  struct Copy {
    std::int64_t begin = 0;  // a position that never wraps
    OpId last_op;
  };

  void take_if_better() {
    look_for_stop();
    const Picoseconds latency = flow();
    Bytes fetched;
    for (const Movable& movable : problem_.movables().list()) {
      if (placement_.fetches(movable.tensor)) {
        fetched += problem_.graph().tensor(movable.tensor).bytes;
      }
    }
    if (std::tie(latency, fetched) < std::tie(latency_, fetched_)) {
      latency_ = latency;
      fetched_ = fetched;
      best_ = placement_;
      best_kept_ = kept_;
    }
  }

  // The weights that the best way fetches; ties in the order of moves.
  std::vector<TensorId> largest_fetched() const {
    std::vector<TensorId> weights;
    for (const Movable& movable : problem_.movables().list()) {
      if (best_.fetches(movable.tensor)) {
        weights.push_back(movable.tensor);
      }
    }
    const auto bytes = [&](TensorId id) { return problem_.graph().tensor(id).bytes; };
    std::stable_sort(weights.begin(), weights.end(),
                     [&](TensorId a, TensorId b) { return bytes(a) > bytes(b); });
    return weights;
  }

  // Weights that some op waits for, and which have room near; those of the longest wait.
  std::optional<TensorId> longest_wait() const {
    std::optional<TensorId> found;
    Picoseconds longest;
    for (const OpId op : waits_.ids()) {
      const TensorId weights = model_.has_weights(op) ? model_.lowered(op).weights : TensorId(0);
      if (waits_[op] > longest && kept_[weights] == 0 && near_room(weights).has_value()) {
        longest = waits_[op];
        found = weights;
      }
    }
    return found;
  }

  // The fastest memory that has room for what stays.
  std::optional<MemoryId> near_room(TensorId weights) const {
    for (std::size_t level = left_.size(); level-- > 1;) {
      const MemoryId memory(level);
      if (problem_.decisions().memories(weights).contains(memory) &&
          model_.resident_bytes(weights, memory) <= left_[memory]) {
        return memory;
      }
    }
    return std::nullopt;
  }

  // Goes through the schedule once: places weights, and finds what ops wait for.
  Picoseconds flow() {
    placement_ = Placement(model_.base());
    left_ = IdVector<MemoryId, Bytes>();
    for (const MemoryId memory : problem_.chip().memories.ids()) {
      left_.push_back(memory == problem_.chip().slowest() ? Bytes(0) : model_.room(memory));
    }
    left_[to_] -= ring_;
    copies_.clear();
    head_ = 0;
    after_ = Picoseconds(0);
    channel_ = now_ = Picoseconds(0);
    for (const OpId op : problem_.graph().ops()) {
      run(op);
    }
    return now_;
  }

  void run(OpId op) {
    Picoseconds arrives;
    Picoseconds time = model_.time(op);
    if (model_.slow_time(op) > Picoseconds(0)) {
      arrives = channel_ = std::max(channel_, now_) + model_.slow_time(op);
    }
    waits_[op] = Picoseconds(0);
    if (model_.has_weights(op)) {
      const TensorId weights = model_.lowered(op).weights;
      const bool movable = problem_.movables().contains(weights);
      if (!movable || problem_.movables()[weights].first_op == op) {
        const std::optional<Picoseconds> fetched = movable ? place(op, weights) : std::nullopt;
        if (fetched.has_value()) {
          arrives = std::max(arrives, *fetched);
        }
      }
      const MemoryId near = placement_.near[weights];
      if (near == problem_.chip().slowest()) {
        channel_ = std::max(channel_, now_) + model_.weights_time(op, near);
        arrives = std::max(arrives, channel_);
      } else {
        time = std::max(time, model_.weights_time(op, near));
      }
      if (arrives > now_ + time) {
        waits_[op] = arrives - now_ - time;
      }
    }
    now_ = std::max(now_ + time, arrives);
    ends_[op] = now_;
  }

  // Where the weights are. When they arrive, if they are fetched.
  std::optional<Picoseconds> place(OpId op, TensorId weights) {
    std::optional<Picoseconds> arrival;
    if (kept_[weights] == 0) {
      arrival = fetch(op, weights);
      if (arrival.has_value()) {
        placement_.near[weights] = to_;
        return arrival;
      }
    }
    if (const auto memory = near_room(weights)) {
      left_[*memory] -= model_.resident_bytes(weights, *memory);
      placement_.homes[weights] = placement_.near[weights] = *memory;
    }
    return std::nullopt;
  }

  // As MovePlanner's ring has it.
  std::optional<Picoseconds> fetch(OpId op, TensorId weights) {
    const std::int64_t ring = ring_.count();
    const std::int64_t size = model_.copy_bytes(weights, to_).count();
    if (size > ring || !can_fetch(problem_, weights, problem_.chip().slowest(), to_)) {
      return std::nullopt;
    }
    const std::int64_t rest = ring - head_ % ring;
    const std::int64_t begin = size <= rest ? head_ : head_ + rest;
    std::size_t displaced = 0;
    Picoseconds after = after_;
    while (displaced < copies_.size() && begin + size - copies_[displaced].begin > ring) {
      if (copies_[displaced].last_op >= op) {
        return std::nullopt;
      }
      after = std::max(after, ends_[copies_[displaced].last_op]);
      ++displaced;
    }
    copies_.erase(copies_.begin(), copies_.begin() + static_cast<std::ptrdiff_t>(displaced));
    copies_.push_back({begin, problem_.movables()[weights].last_op});
    head_ = begin + size;
    after_ = after;
    channel_ = std::max(channel_, after) + model_.fetch_time(weights);
    return channel_;
  }

  const FlowModel& model_;
  const Problem& problem_;
  MemoryId to_;
  Bytes ring_;
  IdVector<TensorId, char> kept_;  // near, whatever fits the ring
  Picoseconds latency_{std::numeric_limits<std::int64_t>::max()};
  Bytes fetched_;
  Placement best_;
  IdVector<TensorId, char> best_kept_;

  // The way at hand.
  Placement placement_;
  IdVector<OpId, Picoseconds> waits_;
  IdVector<OpId, Picoseconds> ends_;
  IdVector<MemoryId, Bytes> left_;
  std::deque<Copy> copies_;
  std::int64_t head_ = 0;
  Picoseconds after_;
  Picoseconds channel_;  // the slow one, taken until then
  Picoseconds now_;
};

// Inputs that several ops read are fetched to the fastest memory that is not the ring's, where a
// copy that lives long would hold up all others.
void fetch_inputs(const FlowModel& model, MemoryId ring, Placement& placement) {
  const Problem& problem = model.problem();
  for (std::size_t level = problem.chip().memories.size(); level-- > 1;) {
    const MemoryId to(level);
    Bytes left = model.room(to);
    for (const Movable& movable : problem.movables().list()) {
      const TensorId id = movable.tensor;
      if (placement.homes[id] == to && problem.decisions().decides(id)) {
        left -= model.resident_bytes(id, to);
      }
    }
    for (const Movable& movable : problem.movables().list()) {
      const TensorId id = movable.tensor;
      if (to == ring || problem.decisions().decides(id) || placement.fetches(id) ||
          !can_fetch(problem, id, placement.homes[id], to) || model.copy_bytes(id, to) > left) {
        continue;
      }
      left -= model.copy_bytes(id, to);
      placement.near[id] = to;
    }
  }
}

}  // namespace

Placement place_stream(const Problem& problem) {
  const FlowModel model(problem);
  Placement best(model.base());
  std::pair least{Picoseconds(std::numeric_limits<std::int64_t>::max()), Bytes(0)};
  for (std::size_t level = 1; level < problem.chip().memories.size(); ++level) {
    const MemoryId to(level);
    if (problem.chip().memories[to].read_only) {
      continue;
    }
    for (const std::int64_t part : kRingParts) {
      const Bytes ring(model.room(to).count() / 100 * part);
      if (ring == Bytes(0)) {
        continue;
      }
      Stream stream(model, to, ring);
      stream.spread();
      if (stream.cost() < least) {
        least = stream.cost();
        best = stream.placement();
        fetch_inputs(model, to, best);
      }
    }
  }
  settle(problem, best);
  return best;
}

}  // namespace memplace
