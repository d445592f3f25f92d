// SPDX-License-Identifier: Apache-2.0
// The states that a chain may be in between two steps, each with what it has cost so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "optimizer/bound/relaxed_program.h"

namespace memplace::bound {

// Of labels that are expanded or merged: at most so many between two looks for a stop.
inline constexpr std::uint32_t kLabelsBetweenLooks = 128;

// A label stands for all decisions so far that lead to its state or to a later one, at its total or
// more. The relaxed model is monotone, and what is later by d throughout ends later by d: so a
// label is of no use beside another of the same key that costs less by more than any of its times
// is later.
class Labels {
 public:
  void clear(std::size_t width);
  // `parent` and `choice` lead back: a label of the boundary before, and what was decided since.
  void add(Time total, std::uint64_t key, std::uint32_t parent, std::uint32_t choice,
           const Time* times);

  std::size_t size() const { return heads_.size(); }
  Time total(std::size_t i) const { return heads_[i].total; }
  std::uint64_t key(std::size_t i) const { return heads_[i].key; }
  std::uint32_t parent(std::size_t i) const { return heads_[i].parent; }
  std::uint32_t choice(std::size_t i) const { return heads_[i].choice; }
  const Time* times(std::size_t i) const { return &times_[i * width_]; }

  // Drops labels that are of no use. Where more than `most` (> 0) are left, merges alike ones into
  // labels no later than either, until they are not; last of all the worst become one that knows no
  // memories.
  void reduce(std::size_t most);

 private:
  struct Head {
    Time total;
    std::uint64_t key;
    std::uint32_t parent;
    std::uint32_t choice;
  };

  void merge_alike(Time allowance);
  void merge_worst(std::size_t most);
  void keep(std::uint32_t i);
  void finish_keeping();
  void lower(std::size_t kept, const Time* times);

  std::size_t width_ = 0;
  std::vector<Head> heads_;
  std::vector<Time> times_;
  std::vector<Head> kept_heads_;
  std::vector<Time> kept_times_;
};

}  // namespace memplace::bound
