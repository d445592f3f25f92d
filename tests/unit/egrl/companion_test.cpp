// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/companion.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/catalog/strategies.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {
namespace {

struct Setting {
  Program program = many_decisions();
  StrategyTask task{program.problem, 1, 1000};
  FakeSimulator simulator;
  EvaluatorPool evaluators{program, simulator};

  Companion make(const std::string& name, std::uint64_t budget) const {
    return {task, strategies().find(name), budget};
  }
  std::size_t turn(Companion& companion, std::size_t room) {
    const std::vector<Proposal> asked = companion.ask(room);
    companion.tell(evaluators.evaluate(asked));
    return asked.size();
  }
};

std::string saved(const Companion& companion) {
  ArchiveWriter archive;
  companion.save(archive);
  return archive.bytes();
}

void load(Companion& companion, const std::string& bytes) {
  ArchiveReader archive(bytes, "bytes");
  companion.load(archive);
  archive.check_end();
}

}  // namespace

TEST_CASE("a companion spends no more than its share", "[egrl]") {
  Setting setting;
  for (const std::uint64_t budget : {1U, 7U, 20U}) {
    Companion companion = setting.make("annealing", budget);
    std::size_t spent = 0;
    while (companion.able()) {
      const std::size_t asked = setting.turn(companion, 6);
      CHECK(asked <= 6);
      CHECK(asked >= 1);
      spent += asked;
    }
    CHECK(spent == budget);
  }
  CHECK_FALSE(setting.make("annealing", 0).able());
  Companion native = setting.make("native", 20);
  CHECK(setting.turn(native, 6) == 1);
  CHECK_FALSE(native.able());
}

TEST_CASE("a companion asks what its strategy alone asks, by its own name", "[egrl]") {
  Setting setting;
  Companion companion = setting.make("annealing", 30);
  StrategyTask task = setting.task;
  task.budget = 30;
  const StrategyInfo& info = strategies().find("annealing");
  const auto alone = info.make(task, Options("strategy annealing", info.options, {}));
  while (companion.able()) {
    const std::vector<Proposal> asked = companion.ask(4);
    const std::vector<Proposal> expected = alone->ask(4);
    REQUIRE(asked.size() == expected.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
      CHECK(asked[i].mapping == expected[i].mapping);
      CHECK(asked[i].part == "annealing/" + expected[i].part);
    }
    companion.tell(setting.evaluators.evaluate(asked));
    alone->tell(setting.evaluators.evaluate(asked));
  }
}

// The default portfolio is a relay of two: the second begins from the best there is, which is what
// was heard of, if that is better.
TEST_CASE("a companion that hears of something better begins from it", "[egrl]") {
  Setting setting;
  const auto last = [&](double cost) {
    Companion companion = setting.make("portfolio", 60);
    setting.turn(companion, 10);
    Evaluated heard = setting.evaluators.evaluate(uniform_mapping(setting.program.problem, kDram));
    heard.cost = cost;
    companion.hear(heard);
    std::vector<Proposal> asked;
    while (companion.able()) {
      asked = companion.ask(60);
      companion.tell(setting.evaluators.evaluate(asked));
    }
    return asked.back().mapping;
  };
  CHECK_FALSE(last(0.001) == last(1e12));
  CHECK(last(1e12) == last(1e13));
}

TEST_CASE("a companion that was saved goes on, also with an open question", "[egrl]") {
  Setting setting;
  for (const std::string name : {"annealing", "portfolio"}) {
    for (const bool open : {false, true}) {
      CAPTURE(name, open);
      Companion companion = setting.make(name, 60);
      setting.turn(companion, 10);
      Evaluated heard =
          setting.evaluators.evaluate(uniform_mapping(setting.program.problem, kDram));
      heard.cost = 0.001;
      companion.hear(heard);
      setting.turn(companion, 5);
      std::vector<Proposal> question;
      if (open) {
        question = companion.ask(7);
      }
      Companion loaded = setting.make(name, 60);
      load(loaded, saved(companion));
      CHECK(saved(loaded) == saved(companion));
      if (open) {
        companion.tell(setting.evaluators.evaluate(question));
        loaded.tell(setting.evaluators.evaluate(question));
      }
      while (companion.able()) {
        REQUIRE(loaded.able());
        const std::vector<Proposal> asked = companion.ask(9);
        const std::vector<Proposal> again = loaded.ask(9);
        REQUIRE(asked.size() == again.size());
        for (std::size_t i = 0; i < asked.size(); ++i) {
          CHECK(asked[i].mapping == again[i].mapping);
          CHECK(asked[i].part == again[i].part);
        }
        companion.tell(setting.evaluators.evaluate(asked));
        loaded.tell(setting.evaluators.evaluate(asked));
      }
      CHECK_FALSE(loaded.able());
    }
  }
}

TEST_CASE("a companion refuses what it cannot have been told", "[egrl]") {
  Setting setting;
  Companion companion = setting.make("annealing", 30);
  setting.turn(companion, 10);
  const std::string bytes = saved(companion);
  Companion nobody = setting.make("annealing", 0);
  CHECK_THROWS_WITH(load(nobody, bytes), "bytes: holds what nobody was told");
  Companion poor = setting.make("native", 30);
  CHECK_THROWS_WITH(load(poor, bytes), "bytes: holds answers to what was not asked");
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    Companion other = setting.make("annealing", 30);
    CHECK_THROWS_AS(load(other, bytes.substr(0, size)), Error);
  }
}

}  // namespace memplace::test
