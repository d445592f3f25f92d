// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "bench/crew.h"
#include "bench/interleaved.h"

namespace memplace::bench {
namespace {

// What all sessions of a crew have been asked.
struct Asked {
  std::mutex mutex;
  std::map<std::size_t, int> latency;  // by the mapping's size
  std::map<std::size_t, int> near;
  std::vector<std::size_t> bases;
  int on_caller = 0;
};

class CountingSession final : public SimSession {
 public:
  CountingSession(Asked& asked, std::thread::id caller) : asked_(asked), caller_(caller) {}
  SimResult run(const Placed& /*placed*/, SimObserver* /*observer*/) override { return {}; }
  Picoseconds latency(const Placed& placed) override {
    return count(asked_.latency, placed.near());
  }
  Picoseconds latency_near(const Placed& placed) override {
    CHECK(has_base_);
    return count(asked_.near, placed.near());
  }
  Picoseconds rebase(const Placed& placed) override {
    has_base_ = true;
    asked_.bases.push_back(placed.near().size());
    return {};
  }
  std::unique_ptr<SimSession> fork() const override {
    return std::make_unique<CountingSession>(asked_, caller_);
  }

 private:
  Picoseconds count(std::map<std::size_t, int>& counts, const Mapping& mapping) {
    const std::lock_guard<std::mutex> lock(asked_.mutex);
    ++counts[mapping.size()];
    asked_.on_caller += std::this_thread::get_id() == caller_ ? 1 : 0;
    return {};
  }

  Asked& asked_;
  std::thread::id caller_;
  bool has_base_ = false;
};

// Mappings of sizes 1, 2 and 3.
std::vector<Mapping> three_mappings() { return {Mapping(1), Mapping(2), Mapping(3)}; }

}  // namespace

TEST_CASE("a crew of one goes through the set on the caller's thread", "[bench]") {
  Asked asked;
  const std::vector<Mapping> mappings = three_mappings();
  Crew crew(CountingSession(asked, std::this_thread::get_id()), 1, Crew::Way::kLatency, Mapping(9),
            mappings);
  crew.evaluate(7);  // sizes 1 2 3 1 2 3 1
  CHECK(asked.latency == std::map<std::size_t, int>{{1, 3}, {2, 2}, {3, 2}});
  CHECK(asked.on_caller == 7);
  CHECK(asked.bases.empty());
  CHECK(asked.near.empty());
}

TEST_CASE("a crew shares the set among its sessions", "[bench]") {
  Asked asked;
  const std::vector<Mapping> mappings = three_mappings();
  Crew crew(CountingSession(asked, std::this_thread::get_id()), 3, Crew::Way::kLatencyNear,
            Mapping(9), mappings);
  crew.evaluate(100);  // 33 times through the set, and size 1 once more
  CHECK(asked.near == std::map<std::size_t, int>{{1, 34}, {2, 33}, {3, 33}});
  CHECK(asked.bases == std::vector<std::size_t>{9, 9, 9});
}

TEST_CASE("subjects work by turns, there and back, as long in each round", "[bench]") {
  std::vector<std::pair<char, std::int64_t>> calls;
  const auto subject = [&calls](char name) {
    return Subject{std::string(1, name), [&calls, name](std::int64_t count) {
                     calls.emplace_back(name, count);
                     // Enough for a clock to see.
                     std::this_thread::sleep_for(std::chrono::microseconds(50));
                   }};
  };
  const std::vector<Subject> subjects{subject('a'), subject('b')};
  const auto rates = measure_interleaved(subjects, {1e-4, 3});
  REQUIRE(rates.size() == 2);
  for (const std::vector<double>& of_subject : rates) {
    CHECK(of_subject.size() == 3);
    for (const double rate : of_subject) {
      CHECK(rate > 0);
    }
  }
  // Finding the counts takes calls of its own. After that each round has one call of each.
  REQUIRE(calls.size() >= 8);
  std::string order;
  std::map<char, std::int64_t> counts;
  for (auto call = calls.end() - 6; call != calls.end(); ++call) {
    order += call->first;
    counts.emplace(*call);
    CHECK(counts[call->first] == call->second);
  }
  CHECK(order == "abbaab");
  CHECK(measure_interleaved({}, {1e-4, 3}).empty());
}

TEST_CASE("the median is in the middle", "[bench]") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 4}) == 4);
  CHECK(median({8, 1, 2, 4}) == 3);
}

}  // namespace memplace::bench
