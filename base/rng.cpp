// SPDX-License-Identifier: Apache-2.0
#include "base/rng.h"

#include <cmath>

#include "base/error.h"
#include "base/int128.h"

namespace memplace {
namespace {

// Constants of Philox 4x32 (Salmon et al. 2011, section 3.3 and table 2).
constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;  // golden ratio
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;  // sqrt(3) - 1
constexpr int kRounds = 10;

constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }
constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * counter[2];
    counter = {high(product1) ^ counter[1] ^ key[0], low(product1),
               high(product0) ^ counter[3] ^ key[1], low(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

// The seed is the key. Of the counter, word 0 counts blocks, word 1 is the purpose, and words 2 and
// 3 are the index, so streams never meet within 2^32 blocks.
Rng::Rng(std::uint64_t seed, std::uint32_t purpose, std::uint64_t index)
    : key_{low(seed), high(seed)}, counter_{0, purpose, low(index), high(index)} {}

std::uint64_t Rng::next() {
  if (used_ == 4) {
    block_ = philox4x32(counter_, key_);
    ++counter_[0];
    MEMPLACE_ASSERT(counter_[0] != 0, "a random stream is used up after 2^33 draws");
    used_ = 0;
  }
  const std::uint64_t first = block_[used_];
  const std::uint64_t second = block_[used_ + 1];
  used_ += 2;
  return first | second << 32U;
}

// Lemire, "Fast random integer generation in an interval", 2019.
std::uint64_t Rng::below(std::uint64_t bound) {
  MEMPLACE_ASSERT(bound > 0, "below(0)");
  const std::uint64_t threshold = (0 - bound) % bound;
  for (;;) {
    const Uint128 product = static_cast<Uint128>(next()) * bound;
    if (static_cast<std::uint64_t>(product) >= threshold) {
      return static_cast<std::uint64_t>(product >> 64U);
    }
  }
}

std::int64_t Rng::between(std::int64_t least, std::int64_t most) {
  MEMPLACE_ASSERT(least <= most, "between() with its ends swapped");
  const auto from = static_cast<std::uint64_t>(least);
  const std::uint64_t count = static_cast<std::uint64_t>(most) - from + 1;
  return static_cast<std::int64_t>(from + (count == 0 ? next() : below(count)));
}

double Rng::uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

// The last one where rounding leaves none.
std::size_t Rng::weighted(std::span<const double> weights, double sum) {
  MEMPLACE_ASSERT(!weights.empty(), "weighted() of nothing");
  if (sum <= 0) {
    return static_cast<std::size_t>(below(weights.size()));
  }
  double u = uniform() * sum;
  std::size_t i = 0;
  while (i + 1 < weights.size() && u >= weights[i]) {
    u -= weights[i++];
  }
  return i;
}

double Rng::normal() {
  for (;;) {
    const double x = 2 * uniform() - 1;
    const double y = 2 * uniform() - 1;
    const double square = x * x + y * y;
    if (square > 0 && square < 1) {
      return x * std::sqrt(-2 * std::log(square) / square);
    }
  }
}

}  // namespace memplace
