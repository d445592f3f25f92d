// SPDX-License-Identifier: Apache-2.0
// How far back in time a sequencer's requests still to be heard of may have been posted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>

#include "base/units.h"

namespace memplace {

// A sequencer posts its requests in program order; observers hear of each when it has arrived,
// which may be in another order.
class Frontier {
 public:
  static constexpr Picoseconds kNever{std::numeric_limits<std::int64_t>::max()};

  explicit Frontier(std::size_t requests) : unheard_(requests) {}

  // Request `index` in program order, from 0, was posted at `posted`.
  void hear(std::size_t index, Picoseconds posted) {
    const std::size_t place = index - next_;
    if (place >= posted_.size()) {
      posted_.resize(place + 1, kUnheard);
    }
    posted_[place] = posted;
    for (; !posted_.empty() && posted_.front() != kUnheard; posted_.pop_front()) {
      last_ = posted_.front();
      ++next_;
      --unheard_;
    }
  }

  // No request to be heard of was posted before.
  Picoseconds time() const { return unheard_ == 0 ? kNever : last_; }

 private:
  static constexpr Picoseconds kUnheard{-1};

  std::size_t unheard_;
  std::size_t next_ = 0;            // the first one not heard of
  Picoseconds last_;                // posting of the one before it
  std::deque<Picoseconds> posted_;  // from next_ on
};

}  // namespace memplace
