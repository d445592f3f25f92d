// SPDX-License-Identifier: Apache-2.0
// Time cut into sections: the sets of buffers that are live together and that no other such set
// contains. Two buffers overlap in time if and only if they share a section, and the sections of a
// buffer follow each other.
//
//   a  |-----|              sections: {a, b}, {b, c, d}
//   b  |-------------|      (the set {b, c} before d begins is part of {b, c, d})
//   c        |-------|
//   d            |---|
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/allocation/problem.h"

namespace memplace {

// A buffer as sections know it.
struct SectionItem {
  std::uint32_t buffer = 0;  // its place in the problem
  std::uint32_t first = 0;   // its sections [first, last]
  std::uint32_t last = 0;
  std::int64_t size = 0;
  std::int64_t alignment = 1;
};

class Sections {
 public:
  // Buffers of no bytes are left out: they are in nobody's way.
  explicit Sections(const AllocationProblem& problem);

  std::size_t size() const { return count_; }

  // In order of first section, then last, then buffer. All indices below are into this.
  const std::vector<SectionItem>& items() const { return items_; }

  // The items whose first section is in [begin, end) are first_item(begin) to first_item(end) - 1.
  std::size_t first_item(std::size_t section) const { return first_item_[section]; }

  std::span<const std::uint32_t> members(std::size_t section) const {
    return {members_.data() + first_member_[section],
            first_member_[section + 1] - first_member_[section]};
  }

 private:
  std::size_t count_ = 0;
  std::vector<SectionItem> items_;
  std::vector<std::size_t> first_item_;    // by section, and one more
  std::vector<std::size_t> first_member_;  // by section, and one more
  std::vector<std::uint32_t> members_;
};

// For each item, those that overlap it in time, in order.
std::vector<std::vector<std::uint32_t>> overlaps(const Sections& sections);

}  // namespace memplace
