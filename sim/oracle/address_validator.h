// SPDX-License-Identifier: Apache-2.0
// An independent check of addresses: tensor by tensor and pair by pair. It shares no code with
// Packer, the allocators or Placer, and looks at a problem as validator.h does.
#pragma once

#include <string_view>

#include "sim/chip/chip.h"
#include "sim/placement/addresses.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

enum class AddressViolation {
  kNone,
  kMissing,     // a tensor with bytes of its own that has no address, or two
  kOtherPlace,  // not the memory of the mapping, or other bytes than the tensor's
  kOtherTime,   // a lifetime that is not the tensor's
  kMisaligned,  // a copy whose offset is no multiple of the memory's alignment
  kOutside,     // a copy below zero or above the instance's end, alignments counted
  kOverlap,     // two copies share a byte while both are live, or in two streams at all
};
std::string_view name_of(AddressViolation violation);  // none, missing, other-place, ...

// The first violation found, in the order of AddressViolation and then of tensors.
struct AddressValidation {
  AddressViolation violation = AddressViolation::kNone;
  TensorId tensor;
  TensorId other;  // for kOverlap, not before `tensor`

  bool operator==(const AddressValidation&) const = default;
};

// `mapping` is settled. Takes O(tensors^2) and more.
AddressValidation validate(const Problem& problem, const Mapping& mapping,
                           const Addresses& addresses);

}  // namespace memplace
