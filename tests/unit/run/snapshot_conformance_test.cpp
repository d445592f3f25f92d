// SPDX-License-Identifier: Apache-2.0
// What every strategy that saves itself must do: a loaded one is the one that was saved. Strategies
// of the table that do not save are passed over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/archive.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/moves/starts.h"
#include "optimizer/studies/run/run.h"
#include "sim/placement/constraint_patterns.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

constexpr std::uint64_t kConformanceBudget = 150;
// After so many batches they are saved: all there are at first, then fewer.
const std::set<std::size_t> kSavedAfter{1, 2, 3, 5, 8, 13, 21, 34, 55, 89};

// A task, whatever it refers to.
struct Setting {
  explicit Setting(const Program& of, bool ruled = false) : program(ruled ? pinned(of) : of) {
    if (ruled) {
      init = allowed(program.problem, uniform_mapping(program.problem, kLlc));
    }
  }

  static Program pinned(const Program& of) {
    const std::vector<std::string> pins{"a.weights=llc,dram", "b.out=sram"};
    return under(of, read_constraints(of.problem, pins, {}));
  }

  StrategyTask task() const {
    StrategyTask task{program.problem, 3, kConformanceBudget};
    task.warm.init = init;
    task.native_cost = 9000;
    return task;
  }

  std::unique_ptr<Strategy> make(const StrategyInfo& info) const {
    return info.make(task(), quick_options(info));
  }

  Program program;
  std::optional<Mapping> init;
};

std::optional<std::string> saved(const Strategy& strategy) {
  ArchiveWriter archive;
  if (!strategy.save(archive)) {
    CHECK(archive.bytes().empty());
    return std::nullopt;
  }
  return archive.bytes();
}

void load(Strategy& strategy, std::string_view bytes) {
  ArchiveReader archive(bytes, "saved");
  strategy.load(archive);
  archive.check_end();
}

bool are_equal(const std::vector<Proposal>& a, const std::vector<Proposal>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.mapping == y.mapping && x.part == y.part;
  });
}

// Both go on to the end in step.
void check_same_end(Strategy& one, Strategy& other, EvaluatorPool& evaluators, std::uint64_t room) {
  while (room > 0) {
    REQUIRE(one.done() == other.done());
    if (one.done()) {
      return;
    }
    const std::vector<Proposal> asked = one.ask(room);
    REQUIRE(are_equal(asked, other.ask(room)));
    const std::vector<Evaluated> results = evaluators.evaluate(asked);
    one.tell(results);
    other.tell(results);
    REQUIRE(saved(one) == saved(other));
    room -= asked.size();
  }
}

// How often the strategy was saved.
std::size_t check_saving(const StrategyInfo& info, const Setting& setting) {
  FakeSimulator simulator;
  EvaluatorPool evaluators(setting.program, simulator);
  const std::unique_ptr<Strategy> strategy = setting.make(info);
  std::vector<std::vector<Evaluated>> told;
  std::uint64_t room = kConformanceBudget;
  std::size_t count = 0;
  while (room > 0 && !strategy->done()) {
    // Sometimes it is offered less than it could ask.
    const std::vector<Proposal> asked = strategy->ask(told.size() % 3 == 1 ? 1 + room / 7 : room);
    told.push_back(evaluators.evaluate(asked));
    strategy->tell(told.back());
    room -= asked.size();
    if (!kSavedAfter.contains(told.size())) {
      continue;
    }
    const std::optional<std::string> bytes = saved(*strategy);
    if (!bytes.has_value()) {
      return 0;
    }
    ++count;
    CAPTURE(told.size(), room);
    const std::unique_ptr<Strategy> loaded = setting.make(info);
    load(*loaded, *bytes);
    CHECK(saved(*loaded) == bytes);
    // The one that was saved goes on as if nothing had happened: beside it one that was told all.
    const std::unique_ptr<Strategy> retold = setting.make(info);
    std::uint64_t room_then = kConformanceBudget;
    for (std::size_t i = 0; i < told.size(); ++i) {
      retold->ask(i % 3 == 1 ? 1 + room_then / 7 : room_then);
      retold->tell(told[i]);
      room_then -= told[i].size();
    }
    check_same_end(*loaded, *retold, evaluators, room);
  }
  return count;
}

}  // namespace

TEST_CASE("a strategy that was saved and loaded goes on as if it had not", "[snapshot]") {
  const Program diamond = toy_program(kDiamondText);
  const Program many = many_decisions();
  std::set<std::string> saving;
  for (const StrategyInfo& info : strategies()) {
    std::size_t count = 0;
    for (const Setting& setting : {Setting(diamond), Setting(diamond, true), Setting(many)}) {
      CAPTURE(info.name, setting.program.graph().name(), setting.init.has_value());
      count += check_saving(info, setting);
    }
    if (count > 0) {
      saving.insert(info.name);
      CHECK(count >= 4);
    }
  }
  CHECK(saving.contains("random"));
}

// Whatever the bytes, loading ends or throws Error; nothing is read that is not there.
TEST_CASE("a strategy refuses what is cut off or of another network", "[snapshot]") {
  const Program program = toy_program(kDiamondText);
  const Program other = many_decisions();
  const Setting setting(program, true);
  for (const StrategyInfo& info : strategies()) {
    FakeSimulator simulator;
    EvaluatorPool evaluators(setting.program, simulator);
    const std::unique_ptr<Strategy> strategy = setting.make(info);
    for (std::uint64_t room = kConformanceBudget;
         room > kConformanceBudget / 2 && !strategy->done();) {
      const std::vector<Proposal> asked = strategy->ask(room);
      strategy->tell(evaluators.evaluate(asked));
      room -= asked.size();
    }
    const std::optional<std::string> bytes = saved(*strategy);
    if (!bytes.has_value()) {
      CHECK_THROWS_AS(load(*setting.make(info), "x"), InternalError);
      continue;
    }
    const std::size_t step = 1 + bytes->size() / 500;
    for (std::size_t size = 0; size < bytes->size(); size += step) {
      CAPTURE(info.name, size);
      CHECK_THROWS_AS(load(*setting.make(info), bytes->substr(0, size)), Error);
    }
    CHECK_THROWS_AS(load(*setting.make(info), *bytes + "u"), Error);
    // With damage that no checksum caught: loaded or refused, but no crash.
    for (std::size_t i = 0; i < bytes->size(); i += step) {
      std::string damaged = *bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ 0x55U);
      try {
        load(*setting.make(info), damaged);
      } catch (const Error&) {
      }
    }
    if (bytes->find(std::string(1, 's') + static_cast<char>(program.graph().tensors().size())) !=
        std::string::npos) {
      // It has mappings in it, which are none of the other network.
      CHECK_THROWS_AS(load(*Setting(other).make(info), *bytes), Error);
    }
  }
}

// The whole way: on disk, with everything that ends a search, stopped after any batch.
TEST_CASE("a run continued from its snapshot leaves the bytes of one that was not", "[snapshot]") {
  const RunScratch scratch;
  const Program program = toy_program(kDiamondText);
  for (const StrategyInfo& info : strategies()) {
    for (const double noise : {0.0, 0.1}) {
      FakeSimulator simulator;
      RunConfig config = toy_config(info.name, kConformanceBudget);
      config.noise = noise;
      config.patience = noise > 0 ? 80 : 0;
      execute_run(config, program, simulator, in(scratch / "whole"));
      const Bytewise whole = files_of(scratch / "whole");
      const std::string directory = scratch / "stopped";
      for (const std::size_t every : {1U, 2U, 5U}) {
        std::size_t stops = 0;
        for (bool over = false; !over; ++stops) {
          RunSurroundings surroundings = in(directory);
          surroundings.stop = after_batches(every);
          surroundings.on_warning = [](const std::string& text) { FAIL(text); };
          over = execute_run(config, program, simulator, surroundings).over;
          // Now and then it is told its history.
          if (stops % 4 == 3) {
            std::filesystem::remove(directory + "/snapshot.bin");
          }
        }
        CAPTURE(info.name, noise, every);
        CHECK(files_of(directory) == whole);
        std::filesystem::remove_all(directory);
      }
      std::filesystem::remove_all(scratch / "whole");
    }
  }
}

}  // namespace memplace::test
