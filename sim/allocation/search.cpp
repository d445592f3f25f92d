// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/search.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace memplace {
namespace {

constexpr std::size_t kMostRefuted = 4'000'000;  // states remembered, some 200 MB

// The finalizer of splitmix64.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace

PackingSearch::PackingSearch(const Sections& sections, std::int64_t capacity,
                             std::vector<std::uint8_t> overhanging)
    : sections_(sections),
      items_(sections.items()),
      overlaps_(overlaps(sections)),
      capacity_(capacity),
      overhanging_(std::move(overhanging)),
      floor_(items_.size(), 0),
      bound_(items_.size(), 0),
      number_(items_.size(), kUnplaced),
      open_(items_.size()),
      first_twin_(items_.size(), kNone),
      next_twin_(items_.size(), kNone),
      load_(sections.size(), 0),
      crossing_(sections.size(), 0),
      highest_(sections.size(), 0),
      support_(items_.size(), kNone),
      queued_(sections.size(), 0),
      known_(sections.size(), 0),
      pressure_(sections.size()),
      blame_(items_.size(), 0) {
  for (std::size_t style = 0; style < kPackingStyles; ++style) {
    const auto key = [&](std::uint32_t i) {
      const double size = static_cast<double>(items_[i].size);
      const double length = items_[i].last - items_[i].first + 1;
      switch (static_cast<PackingStyle>(style)) {
        case PackingStyle::kLow:
          return std::make_pair(size * length, size);
        default:
          return std::make_pair(length, size);
      }
    };
    std::vector<std::uint32_t> by(items_.size());
    for (std::uint32_t i = 0; i < by.size(); ++i) {
      by[i] = i;
    }
    std::stable_sort(by.begin(), by.end(), [&](auto a, auto b) { return key(a) > key(b); });
    lessons_[style].weights.assign(sections.size(), 1);
    lessons_[style].ranks.resize(items_.size());
    for (std::size_t place = 0; place < by.size(); ++place) {
      lessons_[style].ranks[by[place]] = static_cast<double>(place);
    }
  }
  overhanging_.resize(items_.size(), 0);
  find_twins();
  first_member_.push_back(0);
  std::size_t most = 0;
  for (std::size_t s = 0; s < sections.size(); ++s) {
    const auto members = sections.members(s);
    members_.insert(members_.end(), members.begin(), members.end());
    first_member_.push_back(members_.size());
    most = std::max(most, members.size());
  }
  suffix_load_.resize(most + 1);
  least_top_.resize(most + 1);
  second_top_.resize(most + 1);
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    open(i);
  }
  for (const SectionItem& item : items_) {
    for (std::size_t s = item.first; s <= item.last; ++s) {
      load_[s] += item.size;
      crossing_[s] += s < item.last ? 1 : 0;
    }
  }
}

// Items that nothing tells apart but their number.
void PackingSearch::find_twins() {
  std::vector<std::uint32_t> by(items_.size());
  std::iota(by.begin(), by.end(), std::uint32_t{0});
  const auto key = [&](std::uint32_t i) {
    const SectionItem& item = items_[i];
    return std::make_tuple(item.first, item.last, item.size, item.alignment, overhanging_[i]);
  };
  std::stable_sort(by.begin(), by.end(), [&](auto a, auto b) { return key(a) < key(b); });
  for (std::size_t k = 0; k < by.size(); ++k) {
    const bool again = k > 0 && key(by[k - 1]) == key(by[k]);
    first_twin_[by[k]] = again ? first_twin_[by[k - 1]] : by[k];
    if (again) {
      next_twin_[by[k - 1]] = by[k];
    }
  }
}

SearchVerdict PackingSearch::run(PackingStyle style, std::int64_t most_nodes,
                                 const std::function<bool()>& stop) {
  style_ = style;
  lessons_of_run_ = &lessons_[static_cast<std::size_t>(style)];
  last_node_ = nodes_ + most_nodes;
  stop_ = &stop;
  const Mark start = mark();
  for (std::uint32_t s = 0; s < sections_.size(); ++s) {
    queue_.push_back(s);
    queued_[s] = 1;
  }
  SearchVerdict verdict = infer() ? solve(0, sections_.size()) : SearchVerdict::kRefuted;
  if (stopped_) {
    verdict = SearchVerdict::kStopped;
    stopped_ = false;
  }
  if (verdict != SearchVerdict::kPacked) {
    undo(start);
    learn();
  }
  return verdict;
}

// Looks at a section again, unless all that is left fits there in any order.
void PackingSearch::enqueue(std::uint32_t section) {
  if (queued_[section] == 0 && highest_[section] + load_[section] > capacity_) {
    queued_[section] = 1;
    queue_.push_back(section);
  }
}

void PackingSearch::forget(std::uint32_t item) {
  std::fill(known_.begin() + items_[item].first, known_.begin() + items_[item].last + 1,
            std::uint8_t{0});
}

void PackingSearch::raise(std::uint32_t item, std::int64_t bound) {
  changes_.push_back({item, false, bound_[item]});
  bound_[item] = align_up(bound, items_[item].alignment);
  open(item);
  forget(item);
  const std::int64_t raised = bound_[item];
  for (std::uint32_t s = items_[item].first; s <= items_[item].last; ++s) {
    highest_[s] = std::max(highest_[s], raised);
    enqueue(s);
  }
}

void PackingSearch::set_floor(std::uint32_t item, std::int64_t floor) {
  const std::int64_t aligned = align_up(floor, items_[item].alignment);
  changes_.push_back({item, true, floor_[item]});
  floor_[item] = aligned;
  if (aligned > bound_[item]) {
    raise(item, aligned);
  }
}

void PackingSearch::place(std::uint32_t item) {
  const SectionItem& placed = items_[item];
  number_[item] = static_cast<std::uint32_t>(order_.size());
  order_.push_back(item);
  open_[item] = {kNever, kNever};
  for (std::size_t s = placed.first; s <= placed.last; ++s) {
    load_[s] -= placed.size;
    crossing_[s] -= s < placed.last ? 1 : 0;
    enqueue(static_cast<std::uint32_t>(s));
  }
  forget(item);
  for (const std::uint32_t other : overlaps_[item]) {
    if (number_[other] == kUnplaced && floor_[other] < top(item)) {
      set_floor(other, top(item));
    }
  }
}

// Not at its floor: then it rests on something yet to be placed, and its place there is taken by
// something yet to be placed, or else it could have been there. The same holds for its twins, which
// could change places with it.
void PackingSearch::postpone(std::uint32_t item) {
  const std::int64_t floor = floor_[item];
  for (std::uint32_t twin = first_twin_[item]; twin != kNone; twin = next_twin_[twin]) {
    if (number_[twin] == kUnplaced && floor_[twin] == floor && bound_[twin] == floor) {
      holes_.push_back({twin, kNone, floor, static_cast<std::uint32_t>(order_.size())});
      const std::uint32_t support = lowest_top_beside(twin);
      raise(twin, support == kNone ? capacity_ : top(support));
    }
  }
}

void PackingSearch::undo(const Mark& mark) {
  for (const std::uint32_t s : queue_) {
    queued_[s] = 0;
  }
  queue_.clear();
  while (changes_.size() > mark.changes) {
    const Change& change = changes_.back();
    if (change.is_floor) {
      floor_[change.item] = change.before;
    } else {
      bound_[change.item] = change.before;
      if (number_[change.item] == kUnplaced) {
        open(change.item);
      }
      forget(change.item);
    }
    changes_.pop_back();
  }
  holes_.resize(mark.holes);
  while (order_.size() > mark.placed) {
    const SectionItem& placed = items_[order_.back()];
    number_[order_.back()] = kUnplaced;
    open(order_.back());
    forget(order_.back());
    for (std::size_t s = placed.first; s <= placed.last; ++s) {
      load_[s] += placed.size;
      crossing_[s] += s < placed.last ? 1 : 0;
      highest_[s] = std::max(highest_[s], bound_[order_.back()]);
    }
    order_.pop_back();
  }
}

// The unplaced neighbour whose top may be lowest.
std::uint32_t PackingSearch::lowest_top_beside(std::uint32_t item) const {
  std::uint32_t lowest = kNone;
  std::int64_t least_top = kNever;
  for (const std::uint32_t other : overlaps_[item]) {
    if (open_[other].top < least_top) {
      least_top = open_[other].top;
      lowest = other;
    }
  }
  return lowest;
}

// Raises bounds until nothing follows any more. False where there is no packing, or stopped.
bool PackingSearch::infer() {
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t next = 0; next < queue_.size(); ++next) {
      constexpr std::int64_t kWorkBetweenQuestions = 1 << 10;
      if (++work_ % kWorkBetweenQuestions == 0 && (*stop_)()) {
        stopped_ = true;
        return false;
      }
      const std::uint32_t section = queue_[next];
      queued_[section] = 0;
      if (!infer_section(section)) {
        count_dead_end(section);
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(next));
        return false;
      }
    }
    queue_.clear();
    if (!infer_support(changed)) {
      return false;
    }
  }
  return holes_blocked();
}

// One section is a machine that takes one item after another, each from its bound on, all to be
// done by the capacity. An item that cannot come before all of a set comes after one of the set.
bool PackingSearch::infer_section(std::size_t section) {
  if (highest_[section] + load_[section] <= capacity_) {
    return true;  // all fit in any order
  }
  // The order of last time is nearly the order of now.
  const std::size_t first = first_member_[section];
  std::uint32_t* const members = members_.data() + first;
  const std::size_t all = first_member_[section + 1] - first;
  sorted_.clear();
  for (std::size_t m = 0; m < all; ++m) {
    if (number_[members[m]] == kUnplaced) {
      const std::pair<std::int64_t, std::uint32_t> entry{bound_[members[m]], members[m]};
      std::size_t at = sorted_.size();
      sorted_.push_back(entry);
      for (; at > 0 && entry.first < sorted_[at - 1].first; --at) {
        sorted_[at] = sorted_[at - 1];
      }
      sorted_[at] = entry;
    }
  }
  const std::size_t n = sorted_.size();
  highest_[section] = n == 0 ? 0 : sorted_.back().first;
  std::size_t kept = all;
  for (std::size_t m = all; m-- > 0;) {
    if (number_[members[m]] != kUnplaced) {
      members[--kept] = members[m];
    }
  }
  for (std::size_t m = 0; m < n; ++m) {
    members[m] = sorted_[m].second;
  }
  suffix_load_[n] = 0;
  least_top_[n] = kNever;
  second_top_[n] = kNever;
  std::int64_t load = 0;
  std::int64_t overhang = 0;  // of the one of them that is best on top
  for (std::size_t k = n; k-- > 0;) {
    const auto [bound, item] = sorted_[k];
    load += items_[item].size;
    overhang = std::max<std::int64_t>(overhang, overhanging_[item]);
    suffix_load_[k] = load - overhang;
    if (bound + suffix_load_[k] > capacity_) {
      for (std::size_t late = k; late < n; ++late) {
        blame_[sorted_[late].second] += 1.0 / static_cast<double>(n - k);
      }
      return false;
    }
    const std::int64_t its_top = bound + items_[item].size;
    least_top_[k] = std::min(least_top_[k + 1], its_top);
    second_top_[k] = std::min(std::max(least_top_[k + 1], its_top), second_top_[k + 1]);
  }
  // For each item the last k, from where on the items do not all fit at and above its bound. By the
  // check above it is before the item.
  std::size_t k = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto [bound, item] = sorted_[i];
    if (bound + suffix_load_[0] <= capacity_) {
      continue;
    }
    while (bound + suffix_load_[k + 1] > capacity_) {
      ++k;
    }
    const bool own = bound + items_[item].size == least_top_[k];
    const std::int64_t raised = own ? second_top_[k] : least_top_[k];
    if (raised > bound) {
      raise(item, raised);
    }
  }
  return true;
}

// What is above its floor rests on something unplaced.
bool PackingSearch::infer_support(bool& changed) {
  for (std::uint32_t item = 0; item < items_.size(); ++item) {
    if (number_[item] != kUnplaced || bound_[item] == floor_[item]) {
      continue;
    }
    const std::uint32_t known = support_[item];
    if (known != kNone && number_[known] == kUnplaced && top(known) <= bound_[item]) {
      continue;
    }
    const std::uint32_t support = lowest_top_beside(item);
    support_[item] = support;
    if (support == kNone) {
      count_dead_end(items_[item].first);
      return false;
    }
    if (top(support) > bound_[item]) {
      raise(item, top(support));
      changed = true;
    }
  }
  return true;
}

bool PackingSearch::blocks(const Hole& hole, std::uint32_t other) const {
  const bool since = number_[other] == kUnplaced || number_[other] >= hole.since;
  return since && bound_[other] < hole.offset + items_[hole.item].size;
}

bool PackingSearch::holes_blocked() {
  for (Hole& hole : holes_) {
    if (hole.witness != kNone && blocks(hole, hole.witness)) {
      continue;
    }
    const auto& beside = overlaps_[hole.item];
    const auto found = std::find_if(beside.begin(), beside.end(),
                                    [&](std::uint32_t other) { return blocks(hole, other); });
    if (found == beside.end()) {
      count_dead_end(items_[hole.item].first);
      return false;
    }
    hole.witness = *found;
  }
  return true;
}

bool PackingSearch::all_placed(std::size_t begin, std::size_t end) const {
  const auto first = number_.begin() + static_cast<std::ptrdiff_t>(sections_.first_item(begin));
  const auto last = number_.begin() + static_cast<std::ptrdiff_t>(sections_.first_item(end));
  return std::find(first, last, kUnplaced) == last;
}

// All unplaced items of sections [begin, end) lie within them.
SearchVerdict PackingSearch::solve(std::size_t begin, std::size_t end) {
  const Mark entry = mark();
  const Fingerprint state = fingerprint(begin, end);
  if (refuted_.contains(state)) {
    return SearchVerdict::kRefuted;
  }
  while (true) {
    if (all_placed(begin, end)) {
      return SearchVerdict::kPacked;
    }
    for (std::size_t s = begin; s + 1 < end; ++s) {
      if (crossing_[s] == 0) {
        const SearchVerdict verdict = solve_parts(begin, end);
        if (verdict == SearchVerdict::kRefuted && refuted_.size() < kMostRefuted) {
          refuted_.insert(state);
        }
        return verdict;
      }
    }
    const std::uint32_t item = first_of_twins(choose(begin, end));
    SearchVerdict verdict = SearchVerdict::kRefuted;
    if (item != kNone) {
      if (nodes_ >= last_node_) {
        return SearchVerdict::kStopped;
      }
      ++nodes_;
      const Mark before = mark();
      place(item);
      if (infer()) {
        verdict = solve(begin, end);
      } else if (stopped_) {
        verdict = SearchVerdict::kStopped;
      }
      if (verdict != SearchVerdict::kRefuted) {
        return verdict;
      }
      undo(before);
      postpone(item);
    }
    if (item == kNone || !infer()) {
      if (stopped_) {
        return SearchVerdict::kStopped;
      }
      undo(entry);
      if (refuted_.size() < kMostRefuted) {
        refuted_.insert(state);
      }
      return SearchVerdict::kRefuted;
    }
  }
}

// Twins are placed in the order of their numbers, so that states look alike.
std::uint32_t PackingSearch::first_of_twins(std::uint32_t item) const {
  std::uint32_t first = item == kNone ? item : first_twin_[item];
  while (first != item && (number_[first] != kUnplaced || bound_[first] != bound_[item])) {
    first = next_twin_[first];
  }
  return first;
}

// The sections fall apart where nothing unplaced goes on. One part without a packing is enough to
// go back.
SearchVerdict PackingSearch::solve_parts(std::size_t begin, std::size_t end) {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  std::size_t from = begin;
  for (std::size_t s = begin; s < end; ++s) {
    if (s + 1 == end || crossing_[s] == 0) {
      parts.emplace_back(from, s + 1);
      from = s + 1;
    }
  }
  std::sort(parts.begin(), parts.end(), [&](const auto& a, const auto& b) {
    const auto count = [&](const auto& part) {
      return sections_.first_item(part.second) - sections_.first_item(part.first);
    };
    return std::make_pair(count(a), a.first) < std::make_pair(count(b), b.first);
  });
  for (const auto& [first, last] : parts) {
    const SearchVerdict verdict = solve(first, last);
    if (verdict != SearchVerdict::kPacked) {
      return verdict;
    }
  }
  return SearchVerdict::kPacked;
}

PackingSearch::Fingerprint PackingSearch::fingerprint(std::size_t begin, std::size_t end) const {
  Fingerprint print{mix(begin + 1), mix(end + 0x9e3779b97f4a7c15U)};
  for (std::size_t i = sections_.first_item(begin); i < sections_.first_item(end); ++i) {
    if (number_[i] == kUnplaced) {
      const auto floor = static_cast<std::uint64_t>(floor_[i]);
      print.a = mix(print.a ^ mix(floor + 0x632be59bd9b4e019U * (i + 1)));
      print.b = mix(print.b + mix((floor ^ 0xd1342543de82ef95U) * (2 * i + 1)));
    }
  }
  return print;
}

}  // namespace memplace
