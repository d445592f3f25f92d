// SPDX-License-Identifier: Apache-2.0
// What heuristics that move tensors believe of a run: ops one after the other, each as long as it
// computes or moves its activations, and weights that come to it over the slow channel.
#pragma once

#include <cstddef>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"
#include "sim/timing/program.h"

namespace memplace {

// The network lowered, with its activations in the fastest memories that they fit, in schedule
// order. Throws Error where the network cannot be lowered.
class FlowModel {
 public:
  explicit FlowModel(const Problem& problem);

  const Problem& problem() const { return program_.problem; }
  // Activations where they are, weights in the slowest memory.
  const Mapping& base() const { return base_; }
  // Live bytes at a step, and what is left at every step; of one instance.
  Bytes taken(MemoryId memory, std::size_t step) const { return taken_[memory][step]; }
  Bytes room(MemoryId memory) const { return room_[memory]; }
  // What a tensor takes of a memory: whole multiples of the alignment, a copy a stream where it is
  // fetched.
  Bytes resident_bytes(TensorId weights, MemoryId memory) const;
  Bytes copy_bytes(TensorId tensor, MemoryId memory) const;

  // An op's time without its weights, its requests to the slowest memory left out; and what those
  // take.
  Picoseconds time(OpId op) const { return times_[op]; }
  Picoseconds slow_time(OpId op) const { return slow_times_[op]; }
  // Reading an op's weights, all chunks of them, from a memory.
  Picoseconds weights_time(OpId op, MemoryId memory) const;
  // One inference's copy from the slowest memory.
  Picoseconds fetch_time(TensorId tensor) const;
  const LoweredOp& lowered(OpId op) const { return program_.ops[op.index()]; }
  bool has_weights(OpId op) const { return lowered(op).first_chunk != lowered(op).end_chunk; }

 private:
  void place_activations();
  void find_times();
  Picoseconds transfer(Bytes bytes, MemoryId memory, Bandwidth MemoryInstances::*bandwidth) const;
  Picoseconds read_time(Bytes bytes, MemoryId memory) const {
    return transfer(bytes, memory, &MemoryInstances::read_bandwidth);
  }
  Picoseconds write_time(Bytes bytes, MemoryId memory) const {
    return transfer(bytes, memory, &MemoryInstances::write_bandwidth);
  }

  Program program_;
  Mapping base_;
  IdVector<MemoryId, std::vector<Bytes>> taken_;
  IdVector<MemoryId, Bytes> room_;
  IdVector<OpId, Picoseconds> times_;
  IdVector<OpId, Picoseconds> slow_times_;
};

}  // namespace memplace
