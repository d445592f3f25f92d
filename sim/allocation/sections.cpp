// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/sections.h"

#include <algorithm>
#include <tuple>

namespace memplace {
namespace {

struct Event {
  std::int64_t time = 0;
  bool begins = false;  // ends come first: lifetimes are half-open
  std::size_t item = 0;

  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(a.time, a.begins, a.item) < std::tie(b.time, b.begins, b.item);
  }
};

}  // namespace

Sections::Sections(const AllocationProblem& problem) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    if (buffer.size.count() > 0) {
      events.push_back({buffer.lower, true, items_.size()});
      events.push_back({buffer.upper, false, items_.size()});
      items_.push_back(
          {static_cast<std::uint32_t>(i), 0, 0, buffer.size.count(), buffer.alignment});
    }
  }
  std::sort(events.begin(), events.end());

  // A set of live buffers is as large as it gets where an end follows a beginning.
  bool grew = false;
  for (const Event& event : events) {
    if (event.begins) {
      items_[event.item].first = static_cast<std::uint32_t>(count_);
    } else {
      count_ += grew ? 1 : 0;
      items_[event.item].last = static_cast<std::uint32_t>(count_ - 1);
    }
    grew = event.begins;
  }
  std::sort(items_.begin(), items_.end(), [](const SectionItem& a, const SectionItem& b) {
    return std::tie(a.first, a.last, a.buffer) < std::tie(b.first, b.last, b.buffer);
  });

  first_item_.assign(count_ + 1, 0);
  first_member_.assign(count_ + 1, 0);
  for (const SectionItem& item : items_) {
    ++first_item_[item.first + 1];
    for (std::size_t s = item.first; s <= item.last; ++s) {
      ++first_member_[s + 1];
    }
  }
  for (std::size_t s = 0; s < count_; ++s) {
    first_item_[s + 1] += first_item_[s];
    first_member_[s + 1] += first_member_[s];
  }
  members_.resize(first_member_[count_]);
  std::vector<std::size_t> next = first_member_;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    for (std::size_t s = items_[i].first; s <= items_[i].last; ++s) {
      members_[next[s]++] = static_cast<std::uint32_t>(i);
    }
  }
}

std::vector<std::vector<std::uint32_t>> overlaps(const Sections& sections) {
  const std::vector<SectionItem>& items = sections.items();
  std::vector<std::vector<std::uint32_t>> lists(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    // Items are in order of their first sections: later ones overlap until one begins too late.
    for (std::size_t j = i + 1; j < items.size() && items[j].first <= items[i].last; ++j) {
      lists[i].push_back(static_cast<std::uint32_t>(j));
      lists[j].push_back(static_cast<std::uint32_t>(i));
    }
  }
  for (auto& list : lists) {
    std::sort(list.begin(), list.end());
  }
  return lists;
}

}  // namespace memplace
