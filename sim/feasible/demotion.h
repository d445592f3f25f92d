// SPDX-License-Identifier: Apache-2.0
// What became of a mapping that does not fit: which tensors got other memories, and why.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/types.h"

namespace memplace {

// How far a mapping was from feasible, as exact integers. The bytes are those of the network's
// tensors, counted once whatever the mode.
struct Epsilon {
  Bytes demoted_bytes;  // of tensors that got another memory than asked
  // Of all tensors asked above the slowest memory, and of those for which that had no room.
  Bytes asked_bytes;

  // demoted / asked, in [0, 1]; 0 where nothing was asked.
  double value() const;
  bool operator==(const Epsilon&) const = default;
};

// A tensor that takes room where another was refused. `bytes` counts all its copies in the
// instance, each in whole multiples of the alignment.
struct Holder {
  TensorId tensor;
  Bytes bytes;

  bool operator==(const Holder&) const = default;
};

// Why a tensor was not given a memory.
enum class RefusalReason {
  kBytes,      // it would hold more live bytes than it has
  kAddresses,  // the bytes are free, but no addresses were found that are
  kForbidden,  // a constraint
  kOthers,     // other tensors, which were given their memories together with this one
  kTime,       // of a fetch: no range of addresses is free early enough
};
std::string_view name_of(RefusalReason reason);  // bytes, addresses, forbidden, ...

// A memory that a tensor was not given. At `step`, the step with the largest lack (the first of
// those), it asked for `bytes_asked` of one instance of which `bytes_free` were left; for kBytes
// these are fewer, for kAddresses they are not. The holders are the tensors placed before it, or
// for kAddresses beside it, that are live then, largest first.
struct Refusal {
  MemoryId memory;
  RefusalReason reason = RefusalReason::kBytes;
  std::size_t step = 0;
  Bytes bytes_asked;
  Bytes bytes_free;
  std::vector<Holder> holders;

  bool operator==(const Refusal&) const = default;
};

// A tensor that got another memory than asked, and what refused it in the order that was tried:
// from the asked memory down to the one above the given. Where no slower memory takes it, from the
// asked one down to the slowest and then those up to the given.
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

// No mapping can be given: what is left fits no memory, or no addresses were found in the slowest
// one, or for what constraints keep out of it. The message names the network and what lacks.
struct Infeasible {
  std::string message;
};

using RectifyResult = std::variant<Rectified, Infeasible>;

}  // namespace memplace
