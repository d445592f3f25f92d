// SPDX-License-Identifier: Apache-2.0
// Which of several ways deserves the next trial: CERL's allocation (Khadka et al., "Collaborative
// evolutionary reinforcement learning", ICML 2019), a roulette wheel over upper confidence bounds,
// in which the values of the ways are brought to a common scale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/archive.h"
#include "base/rng.h"

namespace memplace {

// What is known of one way.
struct TriedWay {
  double value = 0;
  double trials = 1;
};

// A way, with chances in proportion to their bounds; there is at least one. `least_spread` > 0
// keeps the scale from jumping where all values are nearly alike.
std::size_t spin_roulette(std::span<const TriedWay> ways, double exploration, double least_spread,
                          Rng& rng);

// Keeps count of its ways.
class Roulette {
 public:
  // `memory` is the weight of the latest trial in a way's value.
  Roulette(std::size_t ways, double exploration, double memory);

  // Ways never tried come first, in their order.
  std::size_t draw(Rng& rng);

  // What a trial was worth, from 0 to 1.
  void tell(std::size_t way, double worth);

  std::size_t ways() const { return ways_.size(); }
  double value(std::size_t way) const { return ways_[way].value; }
  std::uint64_t trials(std::size_t way) const { return ways_[way].trials; }

  void save(ArchiveWriter& archive) const;
  void load(ArchiveReader& archive);

 private:
  static void visit(auto& archive, auto& self);

  struct Way {
    double value = 0;
    std::uint64_t trials = 0;  // drawn
    std::uint64_t told = 0;
  };
  double exploration_;
  double memory_;
  std::vector<Way> ways_;
};

}  // namespace memplace
