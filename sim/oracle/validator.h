// SPDX-License-Identifier: Apache-2.0
// An independent check of mappings, for tests and for `memplace` to trust its own results: the
// rules written out naively, tensor by tensor and step by step. Of a problem it looks at graph,
// chip and mode alone: it asks neither Decisions nor the graph for lifetimes or storages.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

enum class Violation {
  kNone,
  kWrongSize,      // not one memory a tensor
  kUnknownMemory,  // a tensor in a memory that the chip does not have
  kFixedMoved,     // a graph input or output, or what goes with it, not in Chip::io_memory
  kGroupApart,     // a view away from its source, or outputs of one op in two memories
  kReadOnly,       // what is written in a memory that is read-only
  kOverCapacity,   // more live bytes at a step than an instance has, in multiples of alignments
};
std::string_view name_of(Violation violation);  // none, wrong-size, unknown-memory, ...

// The first violation found, in the order of Violation. Fields that do not apply are zero.
struct Validation {
  Violation violation = Violation::kNone;
  TensorId tensor;       // the first that breaks the rule; not for capacity
  MemoryId memory;       // for kOverCapacity: the first that overflows
  std::size_t step = 0;  // and the first step at which it does
  Bytes live;
  Bytes capacity;

  bool operator==(const Validation&) const = default;
};

// Takes O(tensors x steps) and more; not for the search.
Validation validate(const Problem& problem, const Mapping& mapping);

}  // namespace memplace
