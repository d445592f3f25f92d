// SPDX-License-Identifier: Apache-2.0
// Which buffers are live at the same time, found once for all rules that place them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/allocation/problem.h"

namespace memplace {

// What placing needs of a buffer, close together.
struct PlacedBuffer {
  std::int64_t lower = 0;
  std::int64_t upper = 0;
  std::int64_t size = 0;
  std::int64_t alignment = 1;
};

// Keeps its memory from problem to problem.
class Neighbours {
 public:
  // O(buffers log buffers + pairs live together).
  void find(const AllocationProblem& problem);

  // As in the problem.
  std::size_t size() const { return buffers_.size(); }
  const PlacedBuffer& operator[](std::size_t i) const { return buffers_[i]; }

  // lower_bound() of the problem.
  std::int64_t bound() const { return bound_; }

  // A buffer meets a large part of all others, so that to look through all in some order is quicker
  // than to bring its own into that order.
  bool dense() const { return dense_; }

  // For of(), unless they would take more than some 100 MB. find() does where it is not dense.
  void make_lists();
  bool listed() const { return listed_; }

  // The buffers live together with `i`, except those of no bytes, which are in nobody's way. Where
  // listed().
  std::span<const std::uint32_t> of(std::size_t i) const {
    return {lists_.data() + first_[i], first_[i + 1] - first_[i]};
  }

  bool together(std::size_t a, std::size_t b) const {
    return buffers_[a].lower < buffers_[b].upper && buffers_[b].lower < buffers_[a].upper;
  }

  // Calls visit(j) for each of of(i), listed or not.
  template <typename Visit>
  void for_each(std::size_t i, const Visit& visit) const {
    if (listed_) {
      for (const std::uint32_t j : of(i)) {
        visit(j);
      }
      return;
    }
    for (std::uint32_t j = 0; j < buffers_.size(); ++j) {
      if (j != i && buffers_[j].size > 0 && together(i, j)) {
        visit(j);
      }
    }
  }

 private:
  struct Pair {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
  };

  void sweep(std::int64_t divisor);

  std::vector<PlacedBuffer> buffers_;
  std::int64_t bound_ = 0;
  bool dense_ = false;
  bool listable_ = true;
  bool listed_ = false;
  std::vector<std::uint32_t> lists_;
  std::vector<std::uint32_t> first_;  // by buffer, and one more
  std::vector<std::uint32_t> by_lower_;
  std::vector<std::uint32_t> live_;
  std::vector<std::int64_t> saved_;  // by buffer: its size rounded up, less its size
  std::vector<Pair> pairs_;
};

}  // namespace memplace
