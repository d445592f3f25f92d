// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/address_validator.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "sim/oracle/naive_facts.h"

namespace memplace {
namespace {

// A copy of a tensor in an instance of a memory.
struct Copy {
  TensorId tensor;
  MemoryId memory;
  std::optional<std::int64_t> stream;  // none: every stream uses it
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::vector<bool> live;  // by step
};

class Checker {
 public:
  Checker(const Problem& problem, const Mapping& mapping, const Addresses& addresses)
      : graph_(problem.graph()),
        chip_(problem.chip()),
        mode_(problem.mode()),
        mapping_(mapping),
        addresses_(addresses) {}

  AddressValidation check() {
    if (const auto found = check_missing()) {
      return *found;
    }
    for (const Address& address : addresses_.tensors) {
      if (address.memory != mapping_[address.tensor] ||
          address.bytes != graph_.tensor(address.tensor).bytes) {
        return {AddressViolation::kOtherPlace, address.tensor, {}};
      }
    }
    for (const Address& address : addresses_.tensors) {
      for (std::size_t step = 0; step < graph_.ops().size(); ++step) {
        const bool said = step >= address.steps.begin && step < address.steps.end;
        if (said != live(address.tensor, step)) {
          return {AddressViolation::kOtherTime, address.tensor, {}};
        }
      }
    }
    make_copies();
    return check_copies();
  }

 private:
  std::optional<AddressValidation> check_missing() const {
    for (const TensorId id : graph_.tensors()) {
      const bool own = facts_[id].source == id && graph_.tensor(id).bytes > Bytes(0);
      std::size_t count = 0;
      for (const Address& address : addresses_.tensors) {
        count += address.tensor == id ? 1U : 0U;
      }
      if (count != (own ? 1U : 0U)) {
        return AddressValidation{AddressViolation::kMissing, id, {}};
      }
    }
    return std::nullopt;
  }

  bool live(TensorId id, std::size_t step) const {
    return is_live(graph_.tensor(id), facts_[id], step);
  }

  void make_copies() {
    for (const Address& address : addresses_.tensors) {
      const bool shared = chip_.memories[address.memory].scope == Scope::kChip;
      const bool once = !shared || graph_.tensor(address.tensor).kind == TensorKind::kWeights;
      for (std::int64_t stream = 0; stream < (once ? 1 : mode_.streams); ++stream) {
        Copy copy{address.tensor, address.memory, std::nullopt, 0, 0, {}};
        if (!once) {
          copy.stream = stream;
        }
        copy.begin =
            address.offset.count() + stream * addresses_.arenas[address.memory].stride.count();
        copy.end = copy.begin + address.bytes.count();
        for (std::size_t step = 0; step < graph_.ops().size(); ++step) {
          copy.live.push_back(live(address.tensor, step));
        }
        copies_.push_back(std::move(copy));
      }
    }
  }

  AddressValidation check_copies() const {
    for (const Copy& copy : copies_) {
      if (copy.begin % chip_.memories[copy.memory].alignment.count() != 0) {
        return {AddressViolation::kMisaligned, copy.tensor, {}};
      }
    }
    for (const Copy& copy : copies_) {
      const Memory& memory = chip_.memories[copy.memory];
      const std::int64_t over = copy.end % memory.alignment.count();
      const std::int64_t padding = over == 0 ? 0 : memory.alignment.count() - over;
      if (copy.begin < 0 || copy.end + padding > naive_capacity(memory, mode_).count()) {
        return {AddressViolation::kOutside, copy.tensor, {}};
      }
    }
    for (std::size_t i = 0; i < copies_.size(); ++i) {
      for (std::size_t k = i + 1; k < copies_.size(); ++k) {
        if (collide(copies_[i], copies_[k])) {
          return {AddressViolation::kOverlap, copies_[i].tensor, copies_[k].tensor};
        }
      }
    }
    return {};
  }

  // Streams do not run in step: what two of them hold is in each other's way at any step.
  static bool collide(const Copy& a, const Copy& b) {
    if (a.memory != b.memory || a.end <= b.begin || b.end <= a.begin) {
      return false;
    }
    if (a.stream.has_value() && b.stream.has_value() && a.stream != b.stream) {
      return true;
    }
    for (std::size_t step = 0; step < a.live.size(); ++step) {
      if (a.live[step] && b.live[step]) {
        return true;
      }
    }
    return false;
  }

  const Graph& graph_;
  const Chip& chip_;
  const Mode& mode_;
  const Mapping& mapping_;
  const Addresses& addresses_;
  IdVector<TensorId, NaiveFacts> facts_ = find_naive_facts(graph_);
  std::vector<Copy> copies_;
};

}  // namespace

std::string_view name_of(AddressViolation violation) {
  switch (violation) {
    case AddressViolation::kNone:
      return "none";
    case AddressViolation::kMissing:
      return "missing";
    case AddressViolation::kOtherPlace:
      return "other-place";
    case AddressViolation::kOtherTime:
      return "other-time";
    case AddressViolation::kMisaligned:
      return "misaligned";
    case AddressViolation::kOutside:
      return "outside";
    case AddressViolation::kOverlap:
      return "overlap";
  }
  throw InternalError("no such violation");
}

AddressValidation validate(const Problem& problem, const Mapping& mapping,
                           const Addresses& addresses) {
  return Checker(problem, mapping, addresses).check();
}

}  // namespace memplace
