// SPDX-License-Identifier: Apache-2.0
// Which item the search places next.
#include <algorithm>
#include <tuple>

#include "sim/allocation/search.h"

namespace memplace {
namespace {

// By how much of all ranks the most blamed item moves up for the next run.
constexpr double kHaste = 0.1;

}  // namespace

const PackingSearch::Pressure& PackingSearch::pressure(std::size_t section) {
  Pressure& pressure = pressure_[section];
  if (known_[section] == 0) {
    known_[section] = 1;
    std::int64_t lowest = kNever;
    std::int64_t least_top = kNever;
    const auto members = sections_.members(section);
    for (const std::uint32_t item : members) {
      lowest = std::min(lowest, open_[item].bound);
      least_top = std::min(least_top, open_[item].top);
    }
    const std::int64_t most = std::min(capacity_ - load_[section], least_top - 1);
    pressure.least_top = least_top;
    pressure.slack = capacity_ - load_[section] - lowest;
    pressure.count = std::count_if(members.begin(), members.end(),
                                   [&](std::uint32_t item) { return open_[item].bound <= most; });
  }
  return pressure;
}

// Of the lowest items on their floors the one that its rank puts first.
std::uint32_t PackingSearch::lowest_of(std::size_t begin, std::size_t end) {
  std::uint32_t lowest = kNone;
  for (std::size_t i = sections_.first_item(begin); i < sections_.first_item(end); ++i) {
    const auto item = static_cast<std::uint32_t>(i);
    if (number_[item] == kUnplaced && bound_[item] == floor_[item] &&
        (lowest == kNone || better(item, lowest))) {
      lowest = item;
    }
  }
  return lowest == kNone ? kNone : ready_below(lowest);
}

// Works on the section that has the fewest items that may come first, for its weight.
std::uint32_t PackingSearch::choose(std::size_t begin, std::size_t end) {
  if (style_ == PackingStyle::kSkyline) {
    return lowest_of(begin, end);
  }
  std::size_t best = end;
  double best_score = 0;
  std::int64_t best_slack = 0;
  for (std::size_t s = begin; s < end; ++s) {
    if (load_[s] == 0) {
      continue;
    }
    const Pressure& found = pressure(s);
    const std::int64_t slack = style_ == PackingStyle::kTight ? found.slack + 1 : 1;
    const double score = static_cast<double>(found.count) * static_cast<double>(slack) /
                         static_cast<double>(lessons_of_run_->weights[s]);
    if (best == end || score < best_score || (score == best_score && found.slack < best_slack)) {
      best = s;
      best_score = score;
      best_slack = found.slack;
    }
  }
  std::uint32_t chosen = kNone;
  std::uint32_t lowest = kNone;
  for (const std::uint32_t item : sections_.members(best)) {
    if (number_[item] != kUnplaced) {
      continue;
    }
    if (lowest == kNone || bound_[item] < bound_[lowest]) {
      lowest = item;
    }
    if (bound_[item] == floor_[item] && bound_[item] + load_[best] <= capacity_ &&
        (chosen == kNone || better(item, chosen))) {
      chosen = nothing_fits_below(item) ? item : chosen;
    }
  }
  return chosen != kNone ? chosen : ready_below(lowest);
}

// No unplaced neighbour could have its top at or below the item's bound. The item itself has not.
bool PackingSearch::nothing_fits_below(std::uint32_t item) {
  for (std::size_t s = items_[item].first; s <= items_[item].last; ++s) {
    if (pressure(s).least_top <= bound_[item]) {
      return false;
    }
  }
  return true;
}

// Goes down from the item to one on its floor that nothing unplaced fits under.
std::uint32_t PackingSearch::ready_below(std::uint32_t item) {
  while (true) {
    if (bound_[item] == floor_[item] && nothing_fits_below(item)) {
      return item;
    }
    const std::uint32_t beside = lowest_top_beside(item);
    if (beside == kNone || top(beside) > bound_[item]) {
      return kNone;  // rests on nothing
    }
    item = beside;
  }
}

bool PackingSearch::better(std::uint32_t a, std::uint32_t b) const {
  const std::vector<double>& ranks = lessons_of_run_->ranks;
  const bool low = style_ == PackingStyle::kLow || style_ == PackingStyle::kSkyline;
  const std::int64_t low_a = low ? bound_[a] : 0;
  const std::int64_t low_b = low ? bound_[b] : 0;
  return std::make_tuple(low_a, ranks[a], a) < std::make_tuple(low_b, ranks[b], b);
}

// What kept running into dead ends goes earlier the next time.
void PackingSearch::learn() {
  const double most = *std::max_element(blame_.begin(), blame_.end());
  if (most > 0) {
    std::vector<double>& ranks = lessons_of_run_->ranks;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      ranks[i] -= kHaste * static_cast<double>(items_.size()) * blame_[i] / most;
    }
  }
  std::fill(blame_.begin(), blame_.end(), 0.0);
}

}  // namespace memplace
