// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/driver.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/judge.h"
#include "optimizer/search/mapping_hash.h"
#include "sim/feasible/feasible.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

// Latency = as many nanoseconds as its table says for the mapping's memory of tensor `a.out`, or 9.
class TableSimulator final : public FakeSimulator {
 public:
  explicit TableSimulator(std::vector<std::int64_t> nanoseconds)
      : nanoseconds_(std::move(nanoseconds)) {}
  SimResult simulate(const Program& program, const Mapping& mapping) override {
    ++runs;
    const TensorId a = program.graph().find_tensor("a.out").value();
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

  std::vector<Proposal> ask(std::size_t room) override {
    log += "ask " + std::to_string(room) + "; ";
    std::vector<Proposal> asked;
    while (next_ < mappings_.size() && asked.size() < std::min(batch_, room)) {
      asked.push_back({mappings_[next_++], "script"});
    }
    last_ = asked;
    return asked;
  }
  void tell(std::span<const Evaluated> results) override {
    log += "tell";
    REQUIRE(results.size() == last_.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      CHECK(results[i].asked == last_[i].mapping);
      log += " " + std::to_string(results[i].measures.latency.count() / 1000);
    }
    log += "; ";
  }
  bool done() const override { return next_ == mappings_.size(); }

  std::string log;

 private:
  std::vector<Mapping> mappings_;
  std::size_t batch_;
  std::size_t next_ = 0;
  std::vector<Proposal> last_;
};

// Everything in dram but a.out (16 B) and, where given, a.weights (40 B, more than sram holds).
Mapping with_a(const Program& program, MemoryId a, MemoryId weights = kDram) {
  Mapping mapping = uniform_mapping(program.problem, kDram);
  mapping[program.graph().find_tensor("a.out").value()] = a;
  mapping[program.graph().find_tensor("a.weights").value()] = weights;
  settle(program.problem, mapping);
  return mapping;
}

class Log final : public SearchObserver {
 public:
  void on_evaluation(const SearchResult& so_far, bool recalled) override {
    entries.push_back(so_far.history.back());
    bests.push_back(so_far.best->measures.latency.count() / 1000);
    recalls += recalled ? 1 : 0;
  }
  std::vector<HistoryEntry> entries;
  std::vector<std::int64_t> bests;
  int recalls = 0;
};

}  // namespace

TEST_CASE("the driver asks and tells in turn until the strategy is done", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  Script script({with_a(program, kDram), with_a(program, kSram), with_a(program, kLlc),
                 with_a(program, kLlc, kLlc), with_a(program, kDram)},
                2);
  Log log;
  const SearchResult result = search(script, evaluators, budget_of(100, &log));
  CHECK(script.log == "ask 100; tell 7 6; ask 98; tell 5 5; ask 96; tell 7; ");
  CHECK(simulator.runs == 5);
  CHECK(log.entries == result.history);
  CHECK(log.bests == std::vector<std::int64_t>{7, 6, 5, 5, 5});
  // The incumbent is the first of the least.
  REQUIRE(result.best.has_value());
  CHECK(result.best_evaluation == 3);
  CHECK(result.best->asked == with_a(program, kLlc));
  CHECK(result.best->measures.latency == 5_ns);
}

TEST_CASE("the driver never spends more than the budget", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  Script script(std::vector<Mapping>(10, with_a(program, kDram)), 3);
  CHECK(search(script, evaluators, budget_of(4)).history.size() == 4);
  CHECK(simulator.runs == 4);
  CHECK(script.log == "ask 4; tell 7 7 7; ask 1; tell 7; ");
}

TEST_CASE("a strategy that is done at once evaluates nothing", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  Script script({}, 1);
  const SearchResult result = search(script, evaluators, budget_of(4));
  CHECK(result.history.empty());
  CHECK_FALSE(result.best.has_value());
  CHECK(script.log.empty());
}

// a.weights asks for sram: 40 B of 32, so it gets llc. Asked above dram: 40 + 16 B.
TEST_CASE("the history says what was asked and what was given", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  const Mapping first = with_a(program, kDram);
  const Mapping second = with_a(program, kSram, kSram);
  Script script({first, second, first}, 1);
  const SearchResult result = search(script, evaluators, budget_of(100));
  REQUIRE(result.history.size() == 3);
  const HistoryEntry expected_first{
      1, "script", mapping_hash(first), mapping_hash(first), 0_B, 0_B, 7_ns, 7000, true};
  CHECK(result.history[0] == expected_first);
  const HistoryEntry expected_second{2,
                                     "script",
                                     mapping_hash(second),
                                     mapping_hash(with_a(program, kSram, kLlc)),
                                     40_B,
                                     56_B,
                                     6_ns,
                                     6000,
                                     true};
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
  EvaluatorPool evaluators(program, simulator);
  class Broken final : public Strategy {
   public:
    explicit Broken(const std::vector<Mapping>& asked) {
      for (const Mapping& mapping : asked) {
        asked_.push_back({mapping, "broken"});
      }
    }
    std::vector<Proposal> ask(std::size_t /*room*/) override { return asked_; }
    void tell(std::span<const Evaluated> /*results*/) override {}

   private:
    std::vector<Proposal> asked_;
  };
  Broken silent({});
  CHECK_THROWS_AS(search(silent, evaluators, budget_of(5)), InternalError);
  Broken greedy(std::vector<Mapping>(6, with_a(program, kDram)));
  CHECK_THROWS_AS(search(greedy, evaluators, budget_of(5)), InternalError);
  Mapping unsettled = with_a(program, kDram);
  unsettled[program.graph().find_tensor("c.out").value()] = kSram;  // the graph's output
  Broken careless({unsettled});
  CHECK_THROWS_AS(search(careless, evaluators, budget_of(5)), InternalError);
  CHECK(simulator.runs == 0);
}

TEST_CASE("a search ends at its target or when it has no patience left", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Mapping> mappings{with_a(program, kSram), with_a(program, kDram),
                                      with_a(program, kDram, kLlc), with_a(program, kLlc),
                                      with_a(program, kLlc, kLlc)};
  const auto run = [&](std::size_t batch, const SearchPlan& plan) {
    Script script(mappings, batch);
    return search(script, evaluators, plan);
  };
  CHECK(run(1, budget_of(100)).stopped == StopReason::kDone);
  CHECK(run(1, budget_of(3)).stopped == StopReason::kBudget);
  SearchPlan plan = budget_of(100);
  plan.target = 5_ns;
  SearchResult result = run(1, plan);
  CHECK(result.stopped == StopReason::kTarget);
  CHECK(result.history.size() == 4);
  CHECK(run(3, plan).stopped == StopReason::kDone);  // looked at when a batch is complete
  plan = budget_of(100);
  plan.patience = 2;
  result = run(1, plan);
  CHECK(result.stopped == StopReason::kPatience);
  CHECK(result.history.size() == 3);
  plan = budget_of(100);
  int asked = 0;
  plan.stop = [&asked] { return ++asked > 2; };
  result = run(1, plan);
  CHECK(result.stopped == StopReason::kStopped);
  CHECK(result.history.size() == 2);
  CHECK(name_of(result.stopped) == "stopped");
}

// Heuristics are simulated first: where one meets the target there is nothing to search for.
TEST_CASE("a search ends where what it would return meets the target", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Evaluated> heuristics(memplace::heuristics().size(),
                                          evaluators.evaluate(with_a(program, kLlc)));
  Judge judge(evaluators, heuristics, {});
  SearchPlan plan = budget_of(100);
  plan.target = 5_ns;
  const std::vector<Mapping> slow(4, with_a(program, kDram));
  Script alone(slow, 2);
  CHECK(search(alone, evaluators, plan).stopped == StopReason::kDone);
  plan.judge = &judge;
  Script judged(slow, 2);
  const SearchResult result = search(judged, evaluators, plan);
  CHECK(result.stopped == StopReason::kTarget);
  CHECK(result.history.size() == 2);
}

TEST_CASE("a recorded history is not simulated again", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Mapping> mappings{with_a(program, kDram), with_a(program, kSram, kSram),
                                      with_a(program, kLlc), with_a(program, kDram)};
  for (const std::size_t batch : {1U, 3U}) {
    Script whole(mappings, batch);
    const SearchResult expected = search(whole, evaluators, budget_of(100));
    for (std::size_t known = 0; known <= expected.history.size(); ++known) {
      CAPTURE(batch, known);
      Script again(mappings, batch);
      Log log;
      SearchPlan plan = budget_of(100, &log);
      plan.recorded = std::span(expected.history).first(known);
      simulator.runs = 0;
      const SearchResult result = search(again, evaluators, plan);
      CHECK(simulator.runs == mappings.size() - known);
      CHECK(log.recalls == static_cast<int>(known));
      CHECK(result.history == expected.history);
      CHECK(again.log == whole.log);
      CHECK(result.best_evaluation == expected.best_evaluation);
      CHECK(result.best->given == expected.best->given);
    }
  }
}

TEST_CASE("a recorded history that the strategy would not have made is refused", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Mapping> mappings{with_a(program, kDram), with_a(program, kSram)};
  Script whole(mappings, 1);
  const std::vector<HistoryEntry> history = search(whole, evaluators, budget_of(9)).history;
  for (const auto change : {+[](HistoryEntry& entry) { entry.asked_hash ^= 1; },
                            +[](HistoryEntry& entry) { entry.given_hash ^= 1; },
                            +[](HistoryEntry& entry) { entry.part = "other"; }}) {
    std::vector<HistoryEntry> changed = history;
    change(changed[1]);
    Script again(mappings, 1);
    SearchPlan plan = budget_of(9);
    plan.recorded = changed;
    CHECK_THROWS_WITH(
        search(again, evaluators, plan),
        "evaluation 2 of the recorded history is not what the strategy asks for now; "
        "another version of memplace or, where it learns, another kind of processor made "
        "it, or it was changed");
  }
}

// Costs are measured; where one looks better than the incumbent's it is measured three times more,
// and the mean of these decides.
TEST_CASE("under noise what looks better is measured again", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  std::vector<Mapping> mappings;
  mappings.reserve(20);
  for (int i = 0; i < 20; ++i) {
    mappings.push_back(with_a(program, i % 2 == 0 ? kDram : kLlc));
  }
  SearchPlan plan = budget_of(60);
  plan.noise = {0.3, 4};
  Script script(mappings, 4);
  const SearchResult result = search(script, evaluators, plan);
  CHECK(simulator.runs == result.history.size());
  for (std::size_t i = 0; i < result.history.size(); ++i) {
    const HistoryEntry& entry = result.history[i];
    CHECK(entry.cost == plan.noise.measure(static_cast<double>(entry.latency.count()), i + 1));
    CHECK((i == 0 || !entry.improved || entry.part == kRemeasurePart));
  }
  CHECK(result.history[0].improved);
  double best = result.history[0].cost;
  std::size_t checked = 0;
  // Re-measurements come in threes, the last of which says who the incumbent is.
  for (std::size_t i = 1; i < result.history.size();) {
    if (result.history[i].part != kRemeasurePart) {
      ++i;
      continue;
    }
    const double mean =
        (result.history[i].cost + result.history[i + 1].cost + result.history[i + 2].cost) / 3;
    CHECK(result.history[i].given_hash == result.history[i + 2].given_hash);
    CHECK_FALSE(result.history[i].improved);
    CHECK_FALSE(result.history[i + 1].improved);
    CHECK(result.history[i + 2].improved == (mean < best));
    best = std::min(best, mean);
    ++checked;
    i += 3;
  }
  CHECK(checked >= 2);
  CHECK(result.best->cost == Approx(best));
}

// Whoever decides by the first measurement of what it chose for that decides by luck.
TEST_CASE("under noise a strategy is told the mean of re-measurements, and the first measurement",
          "[driver]") {
  class Listener final : public Strategy {
   public:
    explicit Listener(std::vector<Mapping> mappings) : mappings_(std::move(mappings)) {}
    std::vector<Proposal> ask(std::size_t room) override {
      std::vector<Proposal> asked;
      for (; asked.size() < std::min<std::size_t>(room, 4) && told.size() + asked.size() < 20;) {
        asked.push_back({mappings_[told.size() + asked.size()], "ask"});
      }
      return asked;
    }
    void tell(std::span<const Evaluated> results) override {
      told.insert(told.end(), results.begin(), results.end());
    }
    bool done() const override { return told.size() == 20; }
    std::vector<Evaluated> told;

   private:
    std::vector<Mapping> mappings_;
  };
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  std::vector<Mapping> mappings;
  mappings.reserve(20);
  for (int i = 0; i < 20; ++i) {
    mappings.push_back(with_a(program, MemoryId(static_cast<std::size_t>(i) % 3)));
  }
  SearchPlan plan = budget_of(200);
  plan.noise = {0.3, 4};
  plan.remeasurements = 2;
  Listener listener(mappings);
  const SearchResult result = search(listener, evaluators, plan);
  // Re-measurements of a batch follow it, in its order.
  std::vector<HistoryEntry> asked, again;
  for (const HistoryEntry& entry : result.history) {
    (entry.part == kRemeasurePart ? again : asked).push_back(entry);
  }
  REQUIRE(asked.size() == 20);
  REQUIRE(listener.told.size() == 20);
  std::size_t next = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    const Evaluated& told = listener.told[i];
    CHECK(told.first_cost == asked[i].cost);
    if (told.cost != told.first_cost) {
      REQUIRE(next + 2 <= again.size());
      CHECK(again[next].asked_hash == asked[i].asked_hash);
      CHECK(told.cost == (again[next].cost + again[next + 1].cost) / 2);
      next += 2;
    }
  }
  CHECK(next == again.size());
  CHECK(next >= 4);
  // Nothing told is below what became the best for its re-measurements.
  for (const Evaluated& told : listener.told) {
    CHECK(told.cost >= result.best->cost);
  }
}

TEST_CASE("re-measurements never spend more than the budget", "[driver]") {
  const Program program = toy_program(kChainText);
  TableSimulator simulator({7, 5, 6});
  EvaluatorPool evaluators(program, simulator);
  for (std::uint64_t budget = 1; budget < 12; ++budget) {
    SearchPlan plan = budget_of(budget);
    plan.noise = {0.01, 4};
    Script script({with_a(program, kDram), with_a(program, kSram), with_a(program, kLlc)}, 2);
    const SearchResult result = search(script, evaluators, plan);
    CHECK(result.history.size() == std::min<std::uint64_t>(budget, 9));
    CHECK(result.best.has_value());
  }
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
  EvaluatorPool evaluators(program, simulator);
  const std::vector<Reference> references = heuristic_references(evaluators);
  REQUIRE(references.size() == heuristics().size());
  for (std::size_t i = 0; i < references.size(); ++i) {
    CHECK(references[i].name == heuristics()[i].name);
    const Mapping mapping = heuristics()[i].make(program.problem);
    CHECK(references[i].latency == simulator.run(program, mapping).latency);
  }
}

// 144 B of weights and activations never fit 102 B; the rectifier's message says where.
TEST_CASE("the evaluator refuses a network that no mapping fits", "[driver]") {
  const auto graph = std::make_shared<const Graph>(parse_graph_text(kChainText));
  Chip chip = toy_chip();
  for (Memory& memory : chip.memories) {
    memory.capacity = 1_B;
  }
  chip.memories[kDram].capacity = 100_B;
  const Program program = lower(Problem(*graph, chip));
  FakeSimulator simulator;
  std::string message;
  try {
    const EvaluatorPool evaluators(program, simulator);
  } catch (const InfeasibleFailure& error) {
    message = error.what();
  }
  CHECK(message ==
        "network \"chain\" does not fit chip \"toy\": \"b.weights\" needs 40 B of dram, the "
        "slowest memory, at step 0 (op \"a\"), where 36 B of its 100 B are free");
}

}  // namespace memplace::test
