// SPDX-License-Identifier: Apache-2.0
// The tree search behind solve_allocation(): does a packing within the capacity exist?
//
// After Moffitt, "MiniMalloc: A lightweight memory allocator for hardware-accelerated machine
// learning" (ASPLOS 2023), whose ideas are kept: only canonical packings are looked at, in which
// each buffer rests on the bottom or on another; buffers are placed from below, and bounds of each
// section of time cut the tree; what falls apart in time is solved apart. Ours are the branching (a
// buffer rests on its floor, or something must come between), what follows from it, and the table
// of states that are known to lead nowhere. docs/model/allocation.md has the argument.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "sim/allocation/sections.h"

namespace memplace {

// How a run chooses: which section to work on, and what to place first where it leaves a choice.
enum class PackingStyle {
  kLow,      // few choices; the lowest, then the largest area of bytes and sections
  kSkyline,  // the lowest of all sections, then the longest lifetime
  kLong,     // few choices; the longest lifetime
  kTight,    // few choices and little slack; the longest lifetime
};
inline constexpr std::size_t kPackingStyles = 4;

enum class SearchVerdict { kPacked, kRefuted, kStopped };

class PackingSearch {
 public:
  // `sections` and what `stop` refers to outlive this. Items that are `overhanging` may end 1 above
  // the capacity; empty is none.
  PackingSearch(const Sections& sections, std::int64_t capacity,
                std::vector<std::uint8_t> overhanging = {});

  // Searches until an answer is found, or `most_nodes` more buffers have been placed, or `stop`,
  // asked every now and then, says so. What was learned about states is kept for the next run.
  SearchVerdict run(PackingStyle style, std::int64_t most_nodes, const std::function<bool()>& stop);

  // Buffers placed so far, in all runs.
  std::int64_t nodes() const { return nodes_; }

  // By item, after kPacked.
  const std::vector<std::int64_t>& offsets() const { return floor_; }

 private:
  static constexpr std::uint32_t kUnplaced = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  // A buffer that was refused `offset`, its floor. Any packing that is left has something between
  // `offset` and `offset + size` there, placed as number `since` or later.
  struct Hole {
    std::uint32_t item = 0;
    std::uint32_t witness = 0;
    std::int64_t offset = 0;
    std::uint32_t since = 0;
  };
  struct Change {
    std::uint32_t item = 0;
    bool is_floor = false;
    std::int64_t before = 0;
  };
  struct Mark {
    std::size_t changes = 0;
    std::size_t holes = 0;
    std::size_t placed = 0;
  };
  struct Reach {
    std::int64_t bound = 0;
    std::int64_t top = 0;
  };
  // How pressing a section is: `count` items may come first in it, `slack` is what is left above.
  // None can have its top below `least_top`.
  struct Pressure {
    std::int64_t count = 0;
    std::int64_t slack = 0;
    std::int64_t least_top = 0;
  };
  struct Fingerprint {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    bool operator==(const Fingerprint&) const = default;
  };
  struct FingerprintHash {
    std::size_t operator()(const Fingerprint& print) const { return print.a; }
  };

  void find_twins();
  void count_dead_end(std::size_t section) { ++lessons_of_run_->weights[section]; }
  bool infer();
  bool infer_section(std::size_t section);
  bool infer_support(bool& changed);
  bool holes_blocked();
  bool blocks(const Hole& hole, std::uint32_t other) const;

  SearchVerdict solve(std::size_t begin, std::size_t end);
  SearchVerdict solve_parts(std::size_t begin, std::size_t end);
  std::uint32_t first_of_twins(std::uint32_t item) const;
  std::uint32_t choose(std::size_t begin, std::size_t end);
  std::uint32_t lowest_of(std::size_t begin, std::size_t end);
  const Pressure& pressure(std::size_t section);
  std::uint32_t ready_below(std::uint32_t item);
  bool nothing_fits_below(std::uint32_t item);
  void learn();
  bool better(std::uint32_t a, std::uint32_t b) const;
  std::uint32_t lowest_top_beside(std::uint32_t item) const;
  bool all_placed(std::size_t begin, std::size_t end) const;
  Fingerprint fingerprint(std::size_t begin, std::size_t end) const;

  void place(std::uint32_t item);
  void postpone(std::uint32_t item);
  void raise(std::uint32_t item, std::int64_t bound);
  void set_floor(std::uint32_t item, std::int64_t floor);
  void enqueue(std::uint32_t section);
  void forget(std::uint32_t item);
  Mark mark() const { return {changes_.size(), holes_.size(), order_.size()}; }
  void undo(const Mark& mark);

  void open(std::uint32_t item) { open_[item] = {bound_[item], top(item)}; }
  std::int64_t top(std::uint32_t item) const { return bound_[item] + items_[item].size; }

  const Sections& sections_;
  const std::vector<SectionItem>& items_;
  std::vector<std::vector<std::uint32_t>> overlaps_;
  std::int64_t capacity_;
  std::vector<std::uint8_t> overhanging_;  // by item, 0 or 1

  // By item. An unplaced item is at or above its bound. Its floor is the top of what is placed
  // under it; below a bound above the floor something unplaced must come. `number_` is the place in
  // `order_`.
  std::vector<std::int64_t> floor_;
  std::vector<std::int64_t> bound_;
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> order_;  // the items placed
  std::vector<Reach> open_;           // where an unplaced item may be; out of reach once placed

  // By item: the first of those that are like it, and the next after it.
  std::vector<std::uint32_t> first_twin_;
  std::vector<std::uint32_t> next_twin_;

  std::vector<std::int64_t> load_;       // by section: bytes unplaced
  std::vector<std::uint32_t> crossing_;  // by section: unplaced items that go on in the next
  std::vector<std::int64_t> highest_;    // by section: no unplaced item has a higher bound
  std::vector<std::uint32_t> support_;   // by item above its floor: what it may rest on
  std::vector<Hole> holes_;
  std::vector<Change> changes_;

  std::vector<std::uint32_t> queue_;  // sections to look at again
  std::vector<std::uint8_t> queued_;
  std::vector<std::uint8_t> known_;  // whose pressure is
  std::vector<Pressure> pressure_;
  std::vector<double> blame_;  // by item: its part in dead ends of this run
  // What each style has learned from dead ends: of sections, how many were found there; of items,
  // in which order to place them.
  struct Lessons {
    std::vector<std::int64_t> weights;
    std::vector<double> ranks;
  };
  std::array<Lessons, kPackingStyles> lessons_;
  Lessons* lessons_of_run_ = lessons_.data();
  std::vector<std::pair<std::int64_t, std::uint32_t>> sorted_;  // scratch of infer_section
  std::vector<std::int64_t> suffix_load_;  // less what may be above the capacity
  std::vector<std::int64_t> least_top_, second_top_;
  std::vector<std::uint32_t> members_;  // as of sections_, reordered to stay nearly sorted
  std::vector<std::size_t> first_member_;
  std::unordered_set<Fingerprint, FingerprintHash> refuted_;

  PackingStyle style_ = PackingStyle::kLow;
  std::int64_t nodes_ = 0;
  std::int64_t last_node_ = 0;
  std::int64_t work_ = 0;  // sections looked at
  const std::function<bool()>* stop_ = nullptr;
  bool stopped_ = false;
};

}  // namespace memplace
