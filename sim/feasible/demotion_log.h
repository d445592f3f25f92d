// SPDX-License-Identifier: Apache-2.0
// What Rectifier says about what it does: demotions, refusals and failures.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/chip/chip.h"
#include "sim/feasible/demotion.h"
#include "sim/feasible/packer.h"
#include "sim/feasible/placer.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// Of one mapping. In what it is `given`, the decisions not yet placed are marked as in no memory.
class DemotionLog {
 public:
  // All outlive it. `placer` and `packer` are those at work.
  DemotionLog(const Problem& problem, const Placer& placer, const Packer& packer,
              const Mapping& asked)
      : problem_(problem), placer_(placer), packer_(packer), asked_(asked) {}

  // The decision, before which all earlier ones are placed, is about to get `found`.
  void placing(TensorId id, MemoryId found, const Mapping& given);
  // The decision has been taken out of `from`, where no addresses were found, and is about to get
  // `found`.
  void evicting(TensorId id, MemoryId from, MemoryId found, const Mapping& given);
  void begin_again() { demotions_.clear(); }

  // Why there is no mapping. Before anything is placed: for want of room for a confined decision,
  // or for what is fixed.
  void fail_before(std::optional<TensorId> homeless);
  void fail_placing(TensorId id, const Mapping& given);
  void fail_addresses();

  const std::string& failure() const { return failure_; }
  std::vector<Demotion> take() { return std::move(demotions_); }

 private:
  RefusalReason reason_against(TensorId id, MemoryId memory) const;
  Refusal explain(TensorId id, MemoryId memory, RefusalReason reason, const Mapping& given) const;
  void fail_fixed();
  void fail_confined(TensorId homeless);
  void fail(const std::string& why, const std::string& under = "");

  const Problem& problem_;
  const Placer& placer_;
  const Packer& packer_;
  const Mapping& asked_;
  std::vector<Demotion> demotions_;
  std::string failure_;
};

}  // namespace memplace
