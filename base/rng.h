// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). A stream is a function of its key alone, so that results
// do not depend on which thread draws, or when. The distributions are our own, because the standard
// leaves theirs to each library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace memplace {

// The Philox 4x32-10 block function: 128 random bits for a counter under a key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// One stream of random numbers. Streams of the same seed with different (purpose, index) are
// independent; the same three numbers give the same stream everywhere. Copying copies the position.
class Rng {
 public:
  // No default seed: randomness is a parameter. `purpose` (say, a strategy's part) and `index`
  // (say, an individual) tell streams of one seed apart.
  explicit Rng(std::uint64_t seed, std::uint32_t purpose = 0, std::uint64_t index = 0);

  // 64 uniform bits.
  std::uint64_t next();

  // Uniform in [0, bound), unbiased; bound > 0.
  std::uint64_t below(std::uint64_t bound);

  // Uniform in [least, most], both ends included; least <= most.
  std::int64_t between(std::int64_t least, std::int64_t most);

  // Uniform in [0, 1), a multiple of 2^-53.
  double uniform();

  // True with probability p.
  bool chance(double p) { return uniform() < p; }

  // An index with chances in proportion to `weights` >= 0, of which `sum` is the sum; all alike
  // where that is 0. There is at least one.
  std::size_t weighted(std::span<const double> weights, double sum);

  // Standard normal (Marsaglia's polar method).
  double normal();

  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(i))]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;  // words of block_ already given out
};

}  // namespace memplace
