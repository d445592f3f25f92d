// SPDX-License-Identifier: Apache-2.0
#include "optimizer/driver.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/mapping_hash.h"
#include "tests/support/fake_simulator.h"
#include "tests/unit/optimizer/toy_tasks.h"

namespace memplace::test {
namespace {

// Latency = as many nanoseconds as its table says for the mapping's memory of tensor `a.out`, or 9.
class TableSimulator final : public FakeSimulator {
 public:
  explicit TableSimulator(std::vector<std::int64_t> nanoseconds)
      : nanoseconds_(std::move(nanoseconds)) {}
  SimResult simulate(const Program& program, const Mapping& mapping) override {
    ++runs;
    const TensorId a = program.graph->find_tensor("a.out").value();
    SimResult result;
    result.latency = Picoseconds(1000 * nanoseconds_.at(mapping[a].index()));
    return result;
  }

 private:
  std::vector<std::int64_t> nanoseconds_;
};

// Asks for what it is told to, `batch` at a time, and writes down what happens.
class Script final : public Strategy {
 public:
  Script(std::vector<Mapping> mappings, std::size_t batch)
      : mappings_(std::move(mappings)), batch_(batch) {}

  std::vector<Mapping> ask(std::size_t room) override {
    log += "ask " + std::to_string(room) + "; ";
    std::vector<Mapping> asked;
    while (next_ < mappings_.size() && asked.size() < std::min(batch_, room)) {
      asked.push_back(mappings_[next_++]);
    }
    last_ = asked;
    return asked;
  }
  void tell(std::span<const Evaluated> results) override {
    log += "tell";
    REQUIRE(results.size() == last_.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      CHECK(results[i].asked == last_[i]);
      log += " " + std::to_string(results[i].latency.count() / 1000);
    }
    log += "; ";
  }
  bool done() const override { return next_ == mappings_.size(); }

  std::string log;

 private:
  std::vector<Mapping> mappings_;
  std::size_t batch_;
  std::size_t next_ = 0;
  std::vector<Mapping> last_;
};

// Everything in dram but a.out (16 B) and, where given, a.weights (40 B, more than sram holds).
Mapping with_a(const Program& program, MemoryId a, MemoryId weights = kDram) {
  Mapping mapping = uniform_mapping(*program.graph, program.chip, kDram);
  mapping[program.graph->find_tensor("a.out").value()] = a;
  mapping[program.graph->find_tensor("a.weights").value()] = weights;
  settle(*program.graph, program.chip, mapping);
  return mapping;
}

class Log final : public SearchObserver {
 public:
  void on_evaluation(const HistoryEntry& entry, Picoseconds best) override {
    entries.push_back(entry);
    bests.push_back(best.count() / 1000);
  }
  std::vector<HistoryEntry> entries;
  std::vector<std::int64_t> bests;
};

}  // namespace

TEST_CASE("the driver asks and tells in turn until the strategy is done", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  Evaluator evaluator(program, simulator);
  Script script({with_a(program, kDram), with_a(program, kSram), with_a(program, kLlc),
                 with_a(program, kLlc, kLlc), with_a(program, kDram)},
                2);
  Log log;
  const SearchResult result = search(script, evaluator, 100, &log);
  CHECK(script.log == "ask 100; tell 7 6; ask 98; tell 5 5; ask 96; tell 7; ");
  CHECK(simulator.runs == 5);
  CHECK(log.entries == result.history);
  CHECK(log.bests == std::vector<std::int64_t>{7, 6, 5, 5, 5});
  // The incumbent is the first of the least.
  REQUIRE(result.best.has_value());
  CHECK(result.best_evaluation == 3);
  CHECK(result.best->asked == with_a(program, kLlc));
  CHECK(result.best->latency == 5_ns);
}

TEST_CASE("the driver never spends more than the budget", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  Evaluator evaluator(program, simulator);
  Script script(std::vector<Mapping>(10, with_a(program, kDram)), 3);
  CHECK(search(script, evaluator, 4).history.size() == 4);
  CHECK(simulator.runs == 4);
  CHECK(script.log == "ask 4; tell 7 7 7; ask 1; tell 7; ");
}

TEST_CASE("a strategy that is done at once evaluates nothing", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  Evaluator evaluator(program, simulator);
  Script script({}, 1);
  const SearchResult result = search(script, evaluator, 4);
  CHECK(result.history.empty());
  CHECK_FALSE(result.best.has_value());
  CHECK(script.log.empty());
}

// a.weights asks for sram: 40 B of 32, so it gets llc. Asked above dram: 40 + 16 B.
TEST_CASE("the history says what was asked and what was given", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  Evaluator evaluator(program, simulator);
  const Mapping first = with_a(program, kDram);
  const Mapping second = with_a(program, kSram, kSram);
  Script script({first, second, first}, 1);
  const SearchResult result = search(script, evaluator, 100);
  REQUIRE(result.history.size() == 3);
  const HistoryEntry expected_first{1,   mapping_hash(first), mapping_hash(first), 0_B, 0_B, 7_ns,
                                    true};
  CHECK(result.history[0] == expected_first);
  const HistoryEntry expected_second{
      2, mapping_hash(second), mapping_hash(with_a(program, kSram, kLlc)), 40_B, 56_B, 6_ns, true};
  CHECK(result.history[1] == expected_second);
  HistoryEntry expected_third = expected_first;
  expected_third.evaluation = 3;
  expected_third.improved = false;
  CHECK(result.history[2] == expected_third);
  CHECK(result.best->given == with_a(program, kSram, kLlc));
}

TEST_CASE("the driver catches strategies that break their contract", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  Evaluator evaluator(program, simulator);
  class Broken final : public Strategy {
   public:
    explicit Broken(std::vector<Mapping> asked) : asked_(std::move(asked)) {}
    std::vector<Mapping> ask(std::size_t /*room*/) override { return asked_; }
    void tell(std::span<const Evaluated> /*results*/) override {}

   private:
    std::vector<Mapping> asked_;
  };
  Broken silent({});
  CHECK_THROWS_AS(search(silent, evaluator, 5), InternalError);
  Broken greedy(std::vector<Mapping>(6, with_a(program, kDram)));
  CHECK_THROWS_AS(search(greedy, evaluator, 5), InternalError);
  Mapping unsettled = with_a(program, kDram);
  unsettled[program.graph->find_tensor("c.out").value()] = kSram;  // the graph's output
  Broken careless({unsettled});
  CHECK_THROWS_AS(search(careless, evaluator, 5), InternalError);
  CHECK(simulator.runs == 0);
}

// FNV-1a 64 from its offset basis: for one zero byte it is the basis x prime, the published
// af63bd4c8601b7df.
TEST_CASE("mapping_hash is FNV-1a", "[driver]") {
  CHECK(mapping_hash(Mapping()) == 0xcbf29ce484222325);
  CHECK(mapping_hash(Mapping{kDram}) == 0xaf63bd4c8601b7df);
  CHECK(mapping_hash(Mapping{kDram, kLlc}) != mapping_hash(Mapping{kLlc, kDram}));
}

TEST_CASE("references are every heuristic, simulated", "[driver]") {
  const Program program = toy_program(kChainText);
  FakeSimulator simulator;
  Evaluator evaluator(program, simulator);
  const std::vector<Reference> references = heuristic_references(evaluator);
  REQUIRE(references.size() == heuristics().size());
  for (std::size_t i = 0; i < references.size(); ++i) {
    CHECK(references[i].name == heuristics()[i].name);
    const Mapping mapping = heuristics()[i].make(*program.graph, program.chip, program.mode);
    CHECK(references[i].latency == simulator.run(program, mapping).latency);
  }
}

// 144 B of weights and activations never fit 100 B; the rectifier's message says where.
TEST_CASE("the evaluator refuses a network that no mapping fits", "[driver]") {
  const auto graph = std::make_shared<const Graph>(parse_graph_text(kChainText));
  Chip chip = toy_chip();
  chip.memories[kDram].capacity = 100_B;
  const Program program = lower(graph, chip, Mode{});
  FakeSimulator simulator;
  std::string message;
  try {
    const Evaluator evaluator(program, simulator);
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message ==
        "network \"chain\" does not fit chip \"toy\": \"b.weights\" needs 40 B of dram, the "
        "slowest memory, at step 0 (op \"a\"), where 36 B of its 100 B are free");
}

}  // namespace memplace::test
