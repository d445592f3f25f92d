// SPDX-License-Identifier: Apache-2.0
// What a compiler does to a mapping that does not fit: demote tensors to slower memories.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/mapping/mapping.h"
#include "sim/mapping/placer.h"
#include "workloads/graph/graph.h"

namespace memplace {

// How far a mapping was from feasible, as exact integers. The bytes are those of the network's
// tensors, counted once whatever the mode.
struct Epsilon {
  Bytes demoted_bytes;  // of demoted tensors
  Bytes asked_bytes;    // of all tensors asked above the slowest memory

  // demoted / asked, in [0, 1]; 0 where nothing was asked.
  double value() const;
  bool operator==(const Epsilon&) const = default;
};

// A tensor that takes room where another was refused. `bytes` counts all its copies in the
// instance.
struct Holder {
  TensorId tensor;
  Bytes bytes;

  bool operator==(const Holder&) const = default;
};

// Why a tensor was not given a memory: at `step`, the step with the largest lack (the first of
// those), it asked for `bytes_asked` of one instance of which only `bytes_free` were left. The
// holders are the tensors placed before it that are live then, largest first.
struct Refusal {
  MemoryId memory;
  std::size_t step = 0;
  Bytes bytes_asked;
  Bytes bytes_free;
  std::vector<Holder> holders;

  bool operator==(const Refusal&) const = default;
};

// A tensor that got a slower memory than asked, and its refusals from the asked memory down to the
// one above the given.
struct Demotion {
  TensorId tensor;
  MemoryId asked;
  MemoryId given;
  std::vector<Refusal> refusals;

  bool operator==(const Demotion&) const = default;
};

// A feasible mapping, and what it took to get there.
struct Rectified {
  Mapping mapping;
  Epsilon epsilon;
  std::vector<Demotion> demotions;  // in schedule order

  bool feasible_as_asked() const { return demotions.empty(); }
};

// Even the slowest memory cannot hold what is left. The message names the network, the bytes and
// the capacity.
struct Infeasible {
  std::string message;
};

using RectifyResult = std::variant<Rectified, Infeasible>;

// Makes mappings feasible, for one network on one chip in one mode.
//
// The tensors that no mapping decides on are in the slowest memory first. Then decisions are placed
// in schedule order, an op's weights before its output; one that does not fit the memory it asks
// for over its lifetime gets the next slower memory that it fits. So a feasible mapping comes back
// as it was, and the result is always feasible.
//
// Not thread-safe: one for each thread.
class Rectifier {
 public:
  Rectifier(const Graph& graph, const Chip& chip, const Mode& mode);

  // The search's path: no explanations and, where `given` has its size already, no allocation.
  // Only the decisions of `asked` are looked at. False where even the slowest memory cannot hold
  // what is left; then `given` and `epsilon` are of no use. `asked` and `given` may be one object.
  bool rectify_into(const Mapping& asked, Mapping& given, Epsilon& epsilon);

  // The same placement, explained.
  RectifyResult rectify(const Mapping& asked);

 private:
  template <class OnDemotion>
  std::optional<TensorId> place_all(const Mapping& asked, Mapping& given, Epsilon& epsilon,
                                    OnDemotion on_demotion);
  Refusal explain(std::size_t decision, MemoryId memory, const Mapping& given) const;
  std::string describe_failure(TensorId tensor, const Mapping& given) const;
  std::string describe_fixed() const;

  Graph graph_;
  Chip chip_;
  Placer placer_;
  std::vector<TensorId> decisions_;
  IdVector<TensorId, std::size_t> rank_;  // place of a decision in decisions_
  std::vector<Bytes> bytes_;              // of each decision's group
  std::vector<TensorId> fixed_;
  std::vector<std::pair<TensorId, TensorId>> followers_;  // and whom they follow
};

// Rectifies one mapping. For many, make a Rectifier.
RectifyResult rectify(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& asked);

}  // namespace memplace
