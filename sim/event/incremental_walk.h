// SPDX-License-Identifier: Apache-2.0
// Walks of mappings that differ little from one that was walked before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event/walk.h"

namespace memplace::event {

// Keeps a base mapping's state before each op. A mapping that differs from it in a few tensors is
// walked from the first op that they can affect, until its state equals the base's up to a shift
// in time: from there on, all that follows is shifted by the same, up to the next op that they can
// affect.
class IncrementalWalk : private Walk {
 public:
  // Whether the plan can be walked, and runs one inference.
  static bool can_walk(const Plan& plan);

  // The plan outlives the walk.
  explicit IncrementalWalk(const Plan& plan);

  // Walks `mapping` whole and makes it the base. The first call allocates.
  Time rebase(const Mapping& mapping);
  // The latency of `mapping`: rebase() with nothing kept. Needs a base. Allocates nothing.
  Time latency(const Mapping& mapping);

  // How many ops the last latency() walked.
  std::size_t ops_walked() const { return ops_walked_; }

 private:
  static constexpr std::size_t kMostKept = 8;

  // The state before an op.
  struct Checkpoint {
    bool is_complete = false;  // else more chunks were in flight than it has room for
    // No op from this one on has posted weights.
    std::uint32_t unposted_from = 0;
    WalkState state;
    std::array<Time, kMostKept> chunk_arrivals{};
    // Ops before it whose writes are not all complete. Two output slots allow no more.
    std::array<std::uint32_t, 2> writing{};
    std::uint32_t writers = 0;
  };

  // Where a tensor matters.
  struct Uses {
    std::uint32_t first = kNoOp;          // op that writes or reads it
    std::uint32_t first_weights = kNoOp;  // op whose weights it is
    std::uint32_t end = 0;                // after the last of all these
  };
  static constexpr std::uint32_t kNoOp = 0xffffffffU;

  void note_writing(std::size_t op);
  void keep(std::size_t op);
  void restore(const Checkpoint& checkpoint, std::size_t op);
  std::size_t take_up(std::size_t from, std::size_t to);
  std::size_t last_checkpoint_before(const Uses& uses) const;
  bool goes_on_like(const Checkpoint& checkpoint) const;

  std::vector<Uses> uses_;  // by tensor
  Mapping base_;
  Time base_latency_ = 0;
  LineVector<Time> base_written_;
  std::size_t written_like_base_ = 0;    // so many ops from the first on, in written_
  std::vector<Checkpoint> checkpoints_;  // by op
  std::array<std::uint32_t, 2> writing_{};
  std::uint32_t writers_ = 0;
  // By op: the end of what is affected by changes that matter from this op on; 0 if there are none.
  std::vector<std::uint32_t> affected_until_;
  std::size_t ops_walked_ = 0;
};

}  // namespace memplace::event
