// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/replay.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

void save_all(ArchiveWriter& archive, std::span<const Experience> experiences) {
  archive.write_u64(experiences.size());
  for (const Experience& experience : experiences) {
    archive.write_string(std::string(experience.choices.begin(), experience.choices.end()));
    archive.write_double(experience.reward);
  }
}

std::vector<Experience> load_all(ArchiveReader& archive, std::size_t decisions,
                                 std::size_t memories) {
  return archive.read_list([&] {
    const std::string choices = archive.read_string();
    Experience experience;
    experience.choices.assign(choices.begin(), choices.end());
    experience.reward = archive.read_within(-kMostDouble, kMostDouble);
    const bool possible = experience.choices.size() == decisions &&
                          std::all_of(experience.choices.begin(), experience.choices.end(),
                                      [&](std::uint8_t choice) { return choice < memories; });
    if (!possible) {
      archive.fail("holds an experience of another task");
    }
    return experience;
  });
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

void Replay::save(ArchiveWriter& archive) const {
  archive.write_u64(next_);
  archive.write_double(sum_);
  archive.write_double(squares_);
  save_all(archive, kept_);
  save_all(archive, best_);
}

void Replay::load(ArchiveReader& archive, std::size_t decisions, std::size_t memories) {
  next_ = archive.read_below(capacity_);
  // Of rewards that are kept and forgotten: rounding may leave less than nothing.
  sum_ = archive.read_within(-kMostDouble, kMostDouble);
  squares_ = archive.read_within(-kMostDouble, kMostDouble);
  kept_ = load_all(archive, decisions, memories);
  best_ = load_all(archive, decisions, memories);
  sorted_.clear();
  for (const Experience& experience : kept_) {
    sorted_.push_back(experience.reward);
  }
  std::sort(sorted_.begin(), sorted_.end());
  if (kept_.size() > capacity_ || best_.size() > elites_) {
    archive.fail("holds more experiences than there is room for");
  }
  // Nothing is overwritten before all room is taken, and something is the best of any.
  if ((next_ > 0 && kept_.size() < capacity_) || (best_.empty() && !kept_.empty() && elites_ > 0)) {
    archive.fail("holds experiences that nobody had");
  }
}

}  // namespace memplace
