// SPDX-License-Identifier: Apache-2.0
// Numbers that change over a run: how full each memory is, and how much it moves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include "base/units.h"
#include "sim/placement/mapping.h"
#include "sim/placement/moves.h"
#include "sim/timing/program.h"

namespace memplace {

// The live bytes of every instance of every memory over time, by sim/feasible/occupancy.h: a stream
// is at the schedule step of the op that its compute sequencer has taken up last. An instance that
// all streams share holds weights once and each stream's activations at its own step. The copy of a
// tensor that is fetched counts while room is kept for it: from when its `after` has computed (from
// the inference's first op where there is none) until the last op that reads it has.
class LiveBytesOverTime {
 public:
  // From `time` on, `bytes` of the instance are live. Called in order of time, for changes only.
  using Changed =
      std::function<void(MemoryId memory, std::size_t instance, Picoseconds time, Bytes bytes)>;

  // `homes` is where everything is between inferences.
  LiveBytesOverTime(const Program& program, const Mapping& homes, const MovePlan& plan,
                    Changed changed);

  // Tells of the bytes at time 0, with every stream at step 0.
  void begin();

  // Stream `stream` takes up the op of schedule step `step` at `time`.
  void take_up(std::size_t stream, std::size_t step, Picoseconds time);

  static constexpr Picoseconds kNever{std::numeric_limits<std::int64_t>::max()};

  // Stream `stream` will take up nothing before `time`.
  void passed(std::size_t stream, Picoseconds time);

  // Nothing follows.
  void finish();

 private:
  struct Step {
    Picoseconds time;
    std::size_t stream = 0;
    std::size_t step = 0;
    std::size_t order = 0;  // of a stream's steps at the same time the last counts

    bool operator>(const Step& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };
  struct Instance {
    MemoryId memory;
    std::size_t number = 0;
    std::size_t first_stream = 0, end_stream = 0;  // that use it
    Bytes told;
  };

  void tell_until(Picoseconds time);
  void tell(Picoseconds time, bool all);
  Bytes live(const Instance& instance) const;

  Changed changed_;
  std::vector<Instance> instances_;
  IdVector<MemoryId, std::vector<Bytes>> first_;   // by step, what one stream needs
  IdVector<MemoryId, std::vector<Bytes>> others_;  // by step, what each further stream adds
  std::vector<std::size_t> step_;                  // by stream
  std::vector<Picoseconds> passed_;
  std::size_t order_ = 0;
  // Streams report when an op's first tile has computed, so not in order of time.
  std::priority_queue<Step, std::vector<Step>, std::greater<>> pending_;
};

// Bytes moved in at most kWindows windows of equal time. The run's length is not known before its
// end, so that windows are merged in pairs whenever it has outgrown them.
class BandwidthWindows {
 public:
  static constexpr std::size_t kWindows = 1024;

  // `bytes` moved evenly over [begin, end).
  void add(Picoseconds begin, Picoseconds end, Bytes bytes);

  Picoseconds width() const { return Picoseconds(kFirstWidth << doublings_); }
  const std::vector<Bytes>& windows() const { return windows_; }

  // Bytes a second of one window, rounded down, of a run that ends at `end`.
  std::int64_t bytes_per_second(std::size_t window, Picoseconds end) const;

 private:
  static constexpr std::int64_t kFirstWidth = 1000;  // ps

  // Dividing by a constant and by a power of two is several times faster than by a number.
  std::size_t window_at(Picoseconds time) const {
    return static_cast<std::size_t>((time.count() / kFirstWidth) >> doublings_);
  }

  int doublings_ = 0;
  std::vector<Bytes> windows_;
};

}  // namespace memplace
