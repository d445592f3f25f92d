// SPDX-License-Identifier: Apache-2.0
// The tree search for problems with fixed buffers and gaps in lifetimes, where the sections of
// search.h do not hold: does an allocation within the capacity exist?
//
// Whatever allocation there is, take its free buffers from below and put each at the lowest offset
// that those before it and the fixed ones leave: none comes to lie higher, since its old offset is
// still free. Doing so again and again ends with an allocation that this does not change. So it is
// enough to look at those in which the free buffers, by offset, are each as low as the ones before
// allow. The search builds them from below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "sim/allocation/problem.h"
#include "sim/allocation/search.h"

namespace memplace {

// Which of the buffers that lie as low a run places first.
enum class PlacingOrder { kLength, kSize, kArea };
inline constexpr std::size_t kPlacingOrders = 3;

class OrderedSearch {
 public:
  // The problem outlives it and is one that check_problem() takes; its capacity is of no account.
  explicit OrderedSearch(const AllocationProblem& problem);

  // Whether two fixed buffers share a byte while both live: then there is no allocation at all.
  bool contradicts_itself() const { return contradicts_itself_; }

  // Hints where they are free, then the lowest offset for one buffer after the other, in that
  // order.
  Allocation place_all(PlacingOrder order);

  // Searches until an answer is found, or `most_nodes` buffers have been placed, or `stop` says so.
  SearchVerdict run(PlacingOrder order, std::int64_t capacity, std::int64_t most_nodes,
                    const std::function<bool()>& stop);
  std::int64_t nodes() const { return nodes_; }  // in all runs
  Allocation allocation() const;                 // after kPacked

 private:
  static constexpr std::int64_t kUnplaced = -1;
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  // A buffer of some bytes; a fixed one is placed from the beginning.
  struct Item {
    std::size_t buffer = 0;
    std::int64_t size = 0;
    std::int64_t alignment = 1;
    std::int64_t length = 0;  // of its lives together
    bool fixed = false;
    std::size_t twin = kNone;                // the one before that nothing tells from it
    std::vector<std::uint32_t> beside = {};  // that live together with it
    std::vector<std::uint32_t> times = {};   // begins of lives at which it lives
  };

  void find_neighbours();
  void find_twins();
  void rank(PlacingOrder order);
  std::size_t clear();  // places no free one any more; returns how many there are
  std::int64_t lowest(std::uint32_t item) const;
  bool free_at_hint(std::uint32_t item) const;
  bool room_left(std::uint32_t placed) const;
  SearchVerdict place_rest(std::size_t left);
  SearchVerdict try_at(std::uint32_t item, std::size_t left);

  const AllocationProblem& problem_;
  std::vector<Item> items_;
  std::vector<std::vector<std::uint32_t>> live_;  // by begin of a life: items that live then
  bool contradicts_itself_ = false;

  std::vector<std::int64_t> offset_;  // by item, or kUnplaced
  std::vector<std::int64_t> low_;     // by item: where it could lie now, if unplaced
  std::vector<std::size_t> rank_;     // by item: its place in the order
  std::int64_t floor_ = 0;            // no offset below it is given any more
  std::int64_t capacity_ = 0;
  std::int64_t nodes_ = 0;
  std::int64_t last_node_ = 0;
  const std::function<bool()>* stop_ = nullptr;
};

}  // namespace memplace
