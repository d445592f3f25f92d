// SPDX-License-Identifier: Apache-2.0
#include "optimizer/history.h"

#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rng.h"

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

std::string error_of(const std::string& text) {
  try {
    read_history(text, "history.jsonl");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string line(std::uint64_t evaluation) { return history_line(entry(evaluation)) + "\n"; }

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
  const std::string two = line(1) + line(2);
  const StoredHistory whole = read_history(two, "history.jsonl");
  CHECK(whole.entries == std::vector<HistoryEntry>{entry(1), entry(2)});
  CHECK(whole.bytes == two.size());
  CHECK_FALSE(whole.torn);
  for (std::size_t cut = 1; cut < line(3).size(); ++cut) {
    const StoredHistory torn = read_history(two + line(3).substr(0, cut), "history.jsonl");
    CHECK(torn.entries == whole.entries);
    CHECK(torn.bytes == two.size());
    CHECK(torn.torn);
  }
  CHECK(read_history("", "history.jsonl").entries.empty());
}

TEST_CASE("damage before the last line is named with its place", "[history]") {
  CHECK(error_of(line(1) + "junk\n" + line(3)) ==
        "history.jsonl:2: not a line of a history; it was damaged or changed");
  CHECK(error_of(line(1) + line(3)) ==
        "history.jsonl:2: got evaluation 3, expected 2; it was damaged or changed");
  CHECK(error_of(line(1) + line(1)) ==
        "history.jsonl:2: got evaluation 1, expected 2; it was damaged or changed");
  CHECK(error_of("\n") == "history.jsonl:1: not a line of a history; it was damaged or changed");
}

}  // namespace memplace::test
