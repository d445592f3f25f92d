// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/roulette.h"

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

std::string saved(const Roulette& roulette) {
  ArchiveWriter archive;
  roulette.save(archive);
  return archive.bytes();
}

}  // namespace

TEST_CASE("a roulette tries each way once, in order", "[roulette]") {
  Roulette roulette(3, 0.9, 0.1);
  Rng rng(1);
  CHECK(roulette.draw(rng) == 0);
  CHECK(roulette.draw(rng) == 1);
  CHECK(roulette.draw(rng) == 2);
  CHECK(roulette.trials(2) == 1);
  // None of that was left to chance.
  CHECK(rng.next() == Rng(1).next());
}

// The first trial counts whole, the second half, the third a third; after ten each counts 1 / 10.
TEST_CASE("a way's value is a mean at first, and then forgets", "[roulette]") {
  Roulette roulette(1, 0.9, 0.1);
  roulette.tell(0, 1);
  CHECK(roulette.value(0) == 1);
  roulette.tell(0, 0);
  CHECK(roulette.value(0) == Approx(0.5));
  roulette.tell(0, 0);
  CHECK(roulette.value(0) == Approx(1.0 / 3));
  for (int i = 0; i < 7; ++i) {
    roulette.tell(0, 0);
  }
  CHECK(roulette.value(0) == Approx(0.1));
  roulette.tell(0, 1);
  CHECK(roulette.value(0) == Approx(0.1 + 0.1 * 0.9));
}

// Values 1 and 0.25, the spread 0.5 + 0.75: normalised 0.6 and 0. 32 trials and 8: widths
// sqrt(ln 40 / 32) and sqrt(ln 40 / 8), which is twice as much.
TEST_CASE("chances are in proportion to upper confidence bounds", "[roulette]") {
  const std::vector<TriedWay> ways{{1, 32}, {0.25, 8}};
  const double width = std::sqrt(std::log(40.0) / 32);
  const double first = 0.6 + 0.5 * width;
  const double share = first / (first + 0.5 * 2 * width);
  constexpr int kDraws = 40'000;
  int firsts = 0;
  Rng rng(7);
  for (int i = 0; i < kDraws; ++i) {
    firsts += spin_roulette(ways, 0.5, 0.5, rng) == 0 ? 1 : 0;
  }
  // Four standard deviations.
  CHECK(firsts == Approx(share * kDraws).margin(4 * std::sqrt(kDraws * share * (1 - share))));
  CHECK_THROWS_AS(spin_roulette({}, 0.5, 0.5, rng), InternalError);
}

TEST_CASE("without exploration the worst way is never drawn, and equals are alike", "[roulette]") {
  const std::vector<TriedWay> ways{{0.5, 3}, {0, 3}, {0.5, 3}};
  Rng rng(8);
  std::vector<int> counts(3);
  for (int i = 0; i < 1000; ++i) {
    ++counts[spin_roulette(ways, 0, 0.1, rng)];
  }
  CHECK(counts[1] == 0);
  CHECK(counts[0] > 400);
  CHECK(counts[2] > 400);
}

TEST_CASE("a roulette that was saved goes on", "[roulette]") {
  Roulette roulette(4, 0.9, 0.1);
  Rng rng(9);
  for (int i = 0; i < 20; ++i) {
    const std::size_t way = roulette.draw(rng);
    roulette.tell(way, way == 2 ? 1 : 0.1);
  }
  Roulette loaded(4, 0.9, 0.1);
  const std::string bytes = saved(roulette);
  ArchiveReader archive(bytes, "bytes");
  loaded.load(archive);
  archive.check_end();
  CHECK(saved(loaded) == bytes);
  Rng copy = rng;
  for (int i = 0; i < 20; ++i) {
    CHECK(loaded.draw(copy) == roulette.draw(rng));
  }
}

}  // namespace memplace
