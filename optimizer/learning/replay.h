// SPDX-License-Identifier: Apache-2.0
// What was tried and what it was worth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"
#include "optimizer/learning/action_space.h"

namespace memplace {

struct Experience {
  Choices choices;
  double reward = 0;
};

// The latest experiences, and the best ones of all.
class Replay {
 public:
  // Of experiences that are kept; the oldest goes first. `elites` of the best are kept apart.
  Replay(std::size_t capacity, std::size_t elites);

  void add(Experience experience);

  std::size_t size() const { return kept_.size(); }
  const Experience& operator[](std::size_t i) const { return kept_[i]; }

  // Counted back from the latest, which is 0.
  const Experience& latest(std::size_t i) const;

  // Different mappings, the best first; of equals the younger first.
  std::span<const Experience> best() const { return best_; }

  // Of the rewards that are kept.
  double mean() const;
  double deviation() const;
  // The part of them that is less, plus half of the part that is equal.
  double rank(double reward) const;

  // Mappings are of `decisions` choices among `memories`: loading throws Error where they are not.
  void save(ArchiveWriter& archive, std::size_t decisions, std::size_t memories) const;
  void load(ArchiveReader& archive, std::size_t decisions, std::size_t memories);

 private:
  static void visit(auto& archive, auto& self, std::size_t decisions, std::size_t memories);

  std::size_t capacity_;
  std::size_t elites_;
  std::size_t next_ = 0;  // that is overwritten once all room is taken
  std::vector<Experience> kept_;
  std::vector<Experience> best_;
  std::vector<double> sorted_;  // rewards of kept_, ascending
  double sum_ = 0, squares_ = 0;
};

}  // namespace memplace
