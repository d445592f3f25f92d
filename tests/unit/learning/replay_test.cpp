// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/replay.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

Experience experience(std::uint8_t name, double reward) { return {{name, 0}, reward}; }

std::vector<int> names_of(std::span<const Experience> experiences) {
  std::vector<int> names;
  names.reserve(experiences.size());
  for (const Experience& one : experiences) {
    names.push_back(one.choices[0]);
  }
  return names;
}

std::vector<int> kept(const Replay& replay) {
  std::vector<int> names;
  names.reserve(replay.size());
  for (std::size_t i = 0; i < replay.size(); ++i) {
    names.push_back(replay[i].choices[0]);
  }
  return names;
}

std::string saved(const Replay& replay) {
  ArchiveWriter archive;
  replay.save(archive, 2, 256);
  return archive.bytes();
}

void load(Replay& replay, const std::string& bytes) {
  ArchiveReader archive(bytes, "bytes");
  replay.load(archive, 2, 256);
  archive.check_end();
}

using Names = std::vector<int>;

}  // namespace

TEST_CASE("a replay forgets the oldest", "[learning]") {
  Replay replay(3, 1);
  CHECK(replay.size() == 0);
  CHECK(replay.best().empty());
  for (std::uint8_t i = 1; i <= 3; ++i) {
    replay.add(experience(i, i));
  }
  CHECK(kept(replay) == Names{1, 2, 3});
  replay.add(experience(4, 0));
  CHECK(kept(replay) == Names{4, 2, 3});
  replay.add(experience(5, 0));
  replay.add(experience(6, 0));
  replay.add(experience(7, 0));
  CHECK(kept(replay) == Names{7, 5, 6});
  // The best is remembered all the same.
  CHECK(names_of(replay.best()) == Names{3});
  CHECK_THROWS_AS(Replay(0, 1), InternalError);
}

TEST_CASE("a replay's best are different, the best first, of equals the younger", "[learning]") {
  Replay replay(100, 3);
  replay.add(experience(1, 5));
  replay.add(experience(2, 7));
  replay.add(experience(3, 5));
  CHECK(names_of(replay.best()) == Names{2, 3, 1});
  replay.add(experience(4, 5));
  CHECK(names_of(replay.best()) == Names{2, 4, 3});
  replay.add(experience(3, 5));
  CHECK(names_of(replay.best()) == Names{2, 4, 3});
  replay.add(experience(5, 6));
  CHECK(names_of(replay.best()) == Names{2, 5, 4});
  replay.add(experience(6, 9));
  CHECK(names_of(replay.best()) == Names{6, 2, 5});
  CHECK(replay.best()[0].reward == 9);
  CHECK(replay.best()[2].reward == 6);
  Replay none(2, 0);
  none.add(experience(1, 1));
  CHECK(none.best().empty());
}

// As under noise, where measuring again gives another number.
TEST_CASE("a mapping is once among a replay's best, with its best reward", "[learning]") {
  Replay replay(100, 3);
  replay.add(experience(1, 5));
  replay.add(experience(2, 4));
  replay.add(experience(1, 4.5));
  CHECK(names_of(replay.best()) == Names{1, 2});
  CHECK(replay.best()[0].reward == 5);
  replay.add(experience(2, 6));
  CHECK(names_of(replay.best()) == Names{2, 1});
  CHECK(replay.best()[0].reward == 6);
  CHECK(replay.size() == 4);
}

// 1, 3, 8: mean 4, variance (9 + 1 + 16) / 3. Then 5 for 1, and 0 for 3: mean 13 / 3.
TEST_CASE("a replay's mean and deviation are of what it keeps", "[learning]") {
  Replay replay(3, 1);
  CHECK(replay.mean() == 0);
  CHECK(replay.deviation() == 0);
  replay.add(experience(1, 1));
  CHECK(replay.mean() == 1);
  CHECK(replay.deviation() == 0);
  replay.add(experience(2, 3));
  replay.add(experience(3, 8));
  CHECK(replay.mean() == Approx(4));
  CHECK(replay.deviation() == Approx(std::sqrt(26.0 / 3)));
  replay.add(experience(4, 5));
  replay.add(experience(5, 0));
  CHECK(replay.mean() == Approx(13.0 / 3));
  // (25 + 0 + 64) / 3 - 169 / 9 = 98 / 9
  CHECK(replay.deviation() == Approx(std::sqrt(98.0 / 9)));
  for (int i = 0; i < 10; ++i) {
    replay.add(experience(6, 0.1));
  }
  CHECK(replay.mean() == Approx(0.1));
  CHECK(replay.deviation() == Approx(0).margin(1e-6));
}

TEST_CASE("a replay counts back from its latest, round its ring", "[learning]") {
  Replay replay(3, 1);
  for (std::uint8_t i = 1; i <= 5; ++i) {
    replay.add(experience(i, i));
    CHECK(replay.latest(0).choices[0] == i);
  }
  CHECK(replay.latest(1).choices[0] == 4);
  CHECK(replay.latest(2).choices[0] == 3);
}

// Of 2, 2, 4, 7 a half of each equal one counts: 2 is above 1 / 4, 4 above 2.5 / 4.
TEST_CASE("a reward's rank is the part of the replay below it", "[learning]") {
  Replay replay(4, 1);
  CHECK(replay.rank(3) == 0.5);
  for (const double reward : {7.0, 2.0, 4.0, 2.0}) {
    replay.add(experience(1, reward));
  }
  CHECK(replay.rank(1) == 0);
  CHECK(replay.rank(2) == 0.25);
  CHECK(replay.rank(3) == 0.5);
  CHECK(replay.rank(4) == 0.625);
  CHECK(replay.rank(7) == 0.875);
  CHECK(replay.rank(8) == 1);
  // 7, the oldest, is forgotten: 2, 2, 4, 5.
  replay.add(experience(1, 5));
  CHECK(replay.rank(7) == 1);
  CHECK(replay.rank(5) == 0.875);
}

TEST_CASE("a replay that was saved goes on", "[learning]") {
  Replay replay(3, 2);
  for (std::uint8_t i = 1; i <= 5; ++i) {
    replay.add({{i, 255}, i * 0.7});
  }
  Replay loaded(3, 2);
  load(loaded, saved(replay));
  CHECK(saved(loaded) == saved(replay));
  for (std::uint8_t i = 6; i <= 10; ++i) {
    replay.add(experience(i, 1.0 / i));
    loaded.add(experience(i, 1.0 / i));
    CHECK(kept(loaded) == kept(replay));
    CHECK(names_of(loaded.best()) == names_of(replay.best()));
    CHECK(loaded.mean() == replay.mean());
    CHECK(loaded.deviation() == replay.deviation());
  }
}

TEST_CASE("a replay refuses bytes that are none", "[learning]") {
  Replay replay(3, 2);
  for (std::uint8_t i = 1; i <= 4; ++i) {
    replay.add(experience(i, i));
  }
  const std::string bytes = saved(replay);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Replay other(3, 2);
    CHECK_THROWS_AS(load(other, bytes.substr(0, size)), Error);
  }
  // One that is smaller, or remembers less.
  for (const auto& [capacity, elites] : {std::pair{2, 2}, std::pair{3, 1}}) {
    Replay other(static_cast<std::size_t>(capacity), static_cast<std::size_t>(elites));
    CHECK_THROWS_WITH(load(other, bytes), "bytes: holds more experiences than there is room for");
  }
  // Every byte damaged: loaded or refused, and of use where loaded.
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ 0x55U);
    Replay other(3, 2);
    try {
      load(other, damaged);
    } catch (const Error&) {
      continue;
    }
    CHECK(other.size() <= 3);
    CHECK(other.best().size() <= 2);
    other.add(experience(9, 9));
  }
}

}  // namespace memplace
