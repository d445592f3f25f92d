// SPDX-License-Identifier: Apache-2.0
// Where in its memory every tensor is.
#pragma once

#include <cstdint>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A storage with bytes, in every instance of its memory. Views are where their storage is. One that
// is fetched has an address at home, and after it one of its copy.
struct Address {
  TensorId tensor;
  MemoryId memory;
  Bytes offset;    // of the first stream's copy
  Bytes bytes;     // of a copy, without what is added for alignment
  Lifetime steps;  // in which nothing else is there

  bool operator==(const Address&) const = default;
};

// What several streams keep in one instance of a memory. Weights are there once. Of everything else
// each stream has a copy: those of stream s are `stride` x s above those of stream 0.
struct Arenas {
  std::int64_t copies = 1;
  Bytes stride;

  bool operator==(const Arenas&) const = default;
};

struct Addresses {
  std::vector<Address> tensors;  // in order of tensors
  IdVector<MemoryId, Arenas> arenas;

  bool operator==(const Addresses&) const = default;
};

}  // namespace memplace
