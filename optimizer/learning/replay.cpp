// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/replay.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

void choices_item(ArchiveWriter& archive, const Choices& choices, std::size_t /*decisions*/,
                  std::size_t /*memories*/) {
  archive.write_string(std::string(choices.begin(), choices.end()));
}

void choices_item(ArchiveReader& archive, Choices& choices, std::size_t decisions,
                  std::size_t memories) {
  const std::string bytes = archive.read_string();
  choices.assign(bytes.begin(), bytes.end());
  archive.require(choices.size() == decisions &&
                      std::all_of(choices.begin(), choices.end(),
                                  [&](std::uint8_t choice) { return choice < memories; }),
                  "holds an experience of another task");
}

}  // namespace

Replay::Replay(std::size_t capacity, std::size_t elites) : capacity_(capacity), elites_(elites) {
  MEMPLACE_ASSERT(capacity > 0, "no room");
}

void Replay::add(Experience experience) {
  // Under noise a mapping may come again with another reward.
  const auto same = std::find_if(best_.begin(), best_.end(), [&](const Experience& other) {
    return other.choices == experience.choices;
  });
  if (same == best_.end() || same->reward < experience.reward) {
    if (same != best_.end()) {
      best_.erase(same);
    }
    // The younger of equals first: who kept the older could not cross a plateau.
    const auto place = std::find_if(best_.begin(), best_.end(), [&](const Experience& other) {
      return other.reward <= experience.reward;
    });
    if (static_cast<std::size_t>(place - best_.begin()) < elites_) {
      best_.insert(place, experience);
      best_.resize(std::min(best_.size(), elites_));
    }
  }
  sum_ += experience.reward;
  squares_ += experience.reward * experience.reward;
  sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), experience.reward),
                 experience.reward);
  if (kept_.size() < capacity_) {
    kept_.push_back(std::move(experience));
    return;
  }
  Experience& oldest = kept_[next_];
  sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), oldest.reward));
  sum_ -= oldest.reward;
  squares_ -= oldest.reward * oldest.reward;
  oldest = std::move(experience);
  next_ = (next_ + 1) % capacity_;
}

const Experience& Replay::latest(std::size_t i) const {
  return kept_[(next_ + kept_.size() - 1 - i) % kept_.size()];
}

double Replay::mean() const { return kept_.empty() ? 0 : sum_ / static_cast<double>(size()); }

double Replay::deviation() const {
  if (kept_.empty()) {
    return 0;
  }
  return std::sqrt(std::max(0.0, squares_ / static_cast<double>(size()) - mean() * mean()));
}

double Replay::rank(double reward) const {
  const auto [less, greater] = std::equal_range(sorted_.begin(), sorted_.end(), reward);
  const auto below = static_cast<double>(less - sorted_.begin());
  const auto equal = static_cast<double>(greater - less);
  return kept_.empty() ? 0.5 : (below + equal / 2) / static_cast<double>(size());
}

void Replay::visit(auto& archive, auto& self, std::size_t decisions, std::size_t memories) {
  const auto experience = [&](auto& item) {
    choices_item(archive, item.choices, decisions, memories);
    archive.item_within(item.reward, -kMostDouble, kMostDouble);
  };
  archive.item_below(self.next_, self.capacity_);
  // Of rewards that are kept and forgotten: rounding may leave less than nothing.
  archive.item_within(self.sum_, -kMostDouble, kMostDouble);
  archive.item_within(self.squares_, -kMostDouble, kMostDouble);
  archive.items(self.kept_, experience);
  archive.items(self.best_, experience);
  archive.require(self.kept_.size() <= self.capacity_ && self.best_.size() <= self.elites_,
                  "holds more experiences than there is room for");
  // Nothing is overwritten before all room is taken, and something is the best of any.
  archive.require((self.next_ == 0 || self.kept_.size() == self.capacity_) &&
                      (!self.best_.empty() || self.kept_.empty() || self.elites_ == 0),
                  "holds experiences that nobody had");
}

void Replay::save(ArchiveWriter& archive, std::size_t decisions, std::size_t memories) const {
  visit(archive, *this, decisions, memories);
}

void Replay::load(ArchiveReader& archive, std::size_t decisions, std::size_t memories) {
  visit(archive, *this, decisions, memories);
  sorted_.clear();
  for (const Experience& experience : kept_) {
    sorted_.push_back(experience.reward);
  }
  std::sort(sorted_.begin(), sorted_.end());
}

}  // namespace memplace
