// SPDX-License-Identifier: Apache-2.0
// What is left to decide about the tensors of a network on a chip.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "sim/chip/memory_set.h"
#include "workloads/graph/graph.h"

namespace memplace {

// In which memory `tensor` is, and all that go with it.
struct Decision {
  TensorId tensor;
  MemorySet memories;  // that can hold it, whatever anybody allows; not empty

  bool operator==(const Decision&) const = default;
};

// All decisions of a network, in schedule order of their first op, an op's weights before its
// output.
//
// Tensors go together where they have the same storage or were written by the same op: their leader
// is the first output of that op, or without one the storage. Tensors are fixed, in
// Chip::io_memory, where their leader's group has an input or output of the network.
class Decisions {
 public:
  // On a chip all of whose memories hold everything.
  explicit Decisions(const Graph& graph);
  Decisions(const Graph& graph, const Chip& chip);

  std::span<const Decision> list() const { return list_; }
  // Of list().
  std::span<const TensorId> tensors() const { return tensors_; }
  std::size_t size() const { return tensors_.size(); }

  TensorId leader(TensorId id) const { return facts_[id].leader; }
  bool is_fixed(TensorId id) const { return facts_[id].fixed; }
  // Whether a decision is about the tensor itself.
  bool decides(TensorId id) const { return !facts_[id].fixed && facts_[id].leader == id; }
  // The memories that can hold the tensor.
  MemorySet memories(TensorId id) const { return facts_[id].memories; }
  // Whether every memory can hold everything.
  bool open() const { return open_; }

 private:
  Decisions(const Graph& graph, MemorySet for_weights, MemorySet for_written);

  struct Facts {
    TensorId leader;
    bool fixed = false;
    MemorySet memories;
  };

  IdVector<TensorId, Facts> facts_;
  std::vector<Decision> list_;
  std::vector<TensorId> tensors_;
  bool open_ = true;
};

}  // namespace memplace
