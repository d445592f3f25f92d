// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/history.h"

#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rng.h"
#include "tests/support/error_of.h"
#include "tests/support/line_chains.h"

namespace memplace::test {
namespace {

HistoryEntry entry(std::uint64_t evaluation) {
  return {evaluation,          "chain 2", 0xabc, 0x1234567890abcdef, Bytes(10), Bytes(40),
          Picoseconds(123456), 123456.25, true};
}

const std::string kLine =
    "{\"evaluation\":7,\"part\":\"chain "
    "2\",\"asked_hash\":\"0000000000000abc\",\"given_hash\":\"1234567890abcdef\","
    "\"demoted_bytes\":10,\"asked_bytes\":40,\"epsilon\":0.25,\"latency_ps\":123456,\"cost\":"
    "123456.25,\"improved\":true}";

constexpr std::uint64_t kRun = 0x72756e;  // the hash of some run.yaml

std::string history_error(const std::string& text) {
  return error_of([&] { read_history(text, "history.jsonl", kRun); });
}

std::string lines(const std::vector<std::uint64_t>& evaluations) {
  std::vector<std::string> objects;
  for (const std::uint64_t evaluation : evaluations) {
    objects.push_back(history_line(entry(evaluation)));
  }
  return chained(objects, kRun);
}

}  // namespace

TEST_CASE("a line of the history", "[history]") {
  CHECK(history_line(entry(7)) == kLine);
  CHECK(read_history_line(kLine) == entry(7));
}

TEST_CASE("a line with the mapping that was simulated", "[history]") {
  HistoryEntry kept = entry(7);
  kept.given = "0212";
  const std::string line = kLine.substr(0, kLine.size() - 1) + ",\"given\":\"0212\"}";
  CHECK(history_line(kept) == line);
  CHECK(read_history_line(line) == kept);
  CHECK_FALSE(read_history_line(kLine.substr(0, kLine.size() - 1) + ",\"given\":\"\"}"));
  CHECK_FALSE(read_history_line(kLine.substr(0, kLine.size() - 1) + ",\"given\":12}"));
}

// Two proposals of one batch are measured again, the second twice.
TEST_CASE("a measurement leads back to its proposal", "[history]") {
  std::vector<HistoryEntry> history;
  const auto add = [&](const std::string& part, std::uint64_t hash) {
    HistoryEntry next = entry(history.size() + 1);
    next.part = part;
    next.asked_hash = hash;
    history.push_back(next);
  };
  add("a", 1);
  add("b", 2);
  add("remeasure", 1);
  add("remeasure", 2);
  add("remeasure", 2);
  CHECK(proposal_of(history, 0) == 0);
  CHECK(proposal_of(history, 1) == 1);
  CHECK(proposal_of(history, 2) == 0);
  CHECK(proposal_of(history, 4) == 1);
}

// Costs are what remeasurements average: the last bit counts.
TEST_CASE("a line reads back exactly, whatever the numbers", "[history]") {
  Rng rng(1, 2, 3);
  for (int i = 0; i < 2000; ++i) {
    HistoryEntry random = entry(rng.next());
    random.part = i % 3 == 0 ? "a \"part\"\\" : "move";
    random.asked_hash = rng.next();
    random.given_hash = rng.next();
    random.demoted = Bytes(rng.between(0, std::numeric_limits<std::int64_t>::max()));
    random.asked_above = Bytes(rng.between(0, std::numeric_limits<std::int64_t>::max()));
    random.latency = Picoseconds(rng.between(0, std::numeric_limits<std::int64_t>::max()));
    random.cost = rng.uniform() * (i % 2 == 0 ? 1e300 : 1e-300);
    random.improved = i % 2 == 0;
    const auto read = read_history_line(history_line(random));
    REQUIRE(read.has_value());
    REQUIRE(*read == random);
  }
}

TEST_CASE("a line with any byte changed is none, or another one", "[history]") {
  for (std::size_t i = 0; i < kLine.size(); ++i) {
    for (const char c : {'0', '9', '"', 'x', ' ', '\\', '\0'}) {
      std::string changed = kLine;
      changed[i] = c;
      const auto read = read_history_line(changed);
      CHECK((changed == kLine || !read.has_value() || history_line(*read) == changed));
    }
    CHECK_FALSE(read_history_line(kLine.substr(0, i)).has_value());
  }
  for (const std::string other : {"", "null", "[]", "{}", "7", "{\"evaluation\":1e999}"}) {
    CHECK_FALSE(read_history_line(other).has_value());
  }
}

TEST_CASE("a history ends with the last whole line", "[history]") {
  const std::string two = lines({1, 2});
  const StoredHistory whole = read_history(two, "history.jsonl", kRun);
  CHECK(whole.entries == std::vector<HistoryEntry>{entry(1), entry(2)});
  CHECK(whole.bytes == two.size());
  CHECK_FALSE(whole.torn);
  const std::string three = lines({1, 2, 3});
  for (std::size_t size = two.size() + 1; size < three.size(); ++size) {
    const StoredHistory torn = read_history(three.substr(0, size), "history.jsonl", kRun);
    CHECK(torn.entries == whole.entries);
    CHECK(torn.bytes == two.size());
    CHECK(torn.torn);
  }
  CHECK(read_history("", "history.jsonl", kRun).entries.empty());
}

TEST_CASE("damage before the last line is named with its place", "[history]") {
  // As the memplace before this one wrote it, and otherwise without a check.
  for (const std::string& line : {kLine, std::string("junk"), std::string()}) {
    CHECK(history_error(lines({1}) + line + "\n") ==
          "history.jsonl:2: a line without its check; it was damaged or changed, or an older "
          "memplace wrote it");
  }
  // Nobody else's simulation is believed: here one that is a picosecond faster.
  std::string faster = lines({1, 2});
  faster.replace(faster.rfind("123456,"), 6, "123455");
  CHECK(history_error(faster) ==
        "history.jsonl:2: not the line that was written here; it was damaged or changed");
  // With their checks, but out of turn.
  for (const std::string& text : {lines({1, 3}), lines({1, 1}), chained({"{\"a\":1}"}, kRun)}) {
    CHECK(history_error(text).ends_with(": not a line of a history; it was damaged or changed"));
  }
}

}  // namespace memplace::test
