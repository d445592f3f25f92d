// SPDX-License-Identifier: Apache-2.0
// Searches that go on from a snapshot: what they are told, what they find, and which snapshots are
// of no use.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/archive.h"
#include "base/fnv.h"
#include "base/rng.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/snapshot.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "tests/support/decisions.h"
#include "tests/support/error_of.h"
#include "tests/support/fake_simulator.h"
#include "tests/support/toy_tasks.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBudget = 60;

// Moves one tensor of the best it knows, three mappings a batch; which one depends on every cost it
// was ever told. `heard`, which is not saved, counts what the object was told.
class Learner final : public Strategy {
 public:
  std::vector<Proposal> ask(std::size_t room) override {
    std::vector<Proposal> asked;
    for (std::size_t i = 0; i < std::min<std::size_t>(room, 3); ++i) {
      Rng rng(learned_, 0x6c6e, asked_++);
      Mapping mapping = best_.mapping;
      const std::span<const TensorId> decisions = diamond().problem.decisions().tensors();
      mapping[decisions[rng.below(decisions.size())]] = MemoryId(rng.below(3));
      settle(diamond().problem, mapping);
      asked.push_back({mapping, "learner"});
    }
    return asked;
  }
  void tell(std::span<const Evaluated> results) override {
    heard += results.size();
    for (const Evaluated& result : results) {
      learned_ = learned_ * 31 + static_cast<std::uint64_t>(result.cost);
      if (best_.cost == 0 || result.cost < best_.cost) {
        best_ = {result.asked, result.cost};
      }
    }
  }
  bool save(ArchiveWriter& archive) const override {
    archive.write_u64(asked_);
    archive.write_u64(learned_);
    item(archive, best_, diamond().problem);
    return true;
  }
  void load(ArchiveReader& archive) override {
    asked_ = archive.read_u64();
    learned_ = archive.read_u64();
    item(archive, best_, diamond().problem);
  }

  std::size_t heard = 0;

 private:
  std::uint64_t asked_ = 0;
  std::uint64_t learned_ = 0;
  CostedMapping best_{uniform_mapping(diamond().problem, kDram), 0};
};

// A strategy that saves nothing.
class Forgetful final : public Strategy {
 public:
  std::vector<Proposal> ask(std::size_t room) override { return learner_.ask(room); }
  void tell(std::span<const Evaluated> results) override { learner_.tell(results); }

 private:
  Learner learner_;
};

// Keeps every snapshot that it is given.
class Collector final : public SnapshotKeeper {
 public:
  struct Kept {
    std::size_t evaluations = 0;
    std::size_t heard = 0;  // by the strategy until then
    std::string state;
  };

  explicit Collector(const Learner* learner = nullptr) : learner_(learner) {}
  bool wants_snapshot() override {
    ++asked;
    return wants;
  }
  void keep(const SearchResult& so_far, const std::string& state) override {
    kept.push_back({so_far.history.size(), learner_ == nullptr ? 0 : learner_->heard, state});
  }

  bool wants = true;
  int asked = 0;
  std::vector<Kept> kept;

 private:
  const Learner* learner_;
};

// Ends the process, as far as a test can, at an evaluation.
class Live final : public EvaluationCounter {
 public:
  void on_evaluation(const SearchResult& so_far, bool recalled) override {
    EvaluationCounter::on_evaluation(so_far, recalled);
    CHECK(so_far.best.has_value());
    if (so_far.history.size() == crash_at) {
      throw std::runtime_error("crash");
    }
  }
  void on_restored(const SearchResult& so_far) override {
    CHECK(made + recalls + restored == 0);
    EvaluationCounter::on_restored(so_far);
  }
  std::size_t crash_at = 0;
  std::string warning;
};

void check_equal(const SearchResult& a, const SearchResult& b) {
  CHECK(a.history == b.history);
  CHECK(a.improvements == b.improvements);
  CHECK(a.best_evaluation == b.best_evaluation);
  CHECK(a.best->asked == b.best->asked);
  CHECK(a.best->given == b.best->given);
  CHECK(a.best->epsilon == b.best->epsilon);
  CHECK(a.best->measures.latency == b.best->measures.latency);
  CHECK(a.best->cost == b.best->cost);
  CHECK(a.stopped == b.stopped);
}

std::vector<SearchPlan> plans() {
  SearchPlan plan = budget_of(kBudget);
  std::vector<SearchPlan> plans{plan};
  plan.noise = {0.2, 4};
  plans.push_back(plan);
  plan.patience = 25;
  plans.push_back(plan);
  plan = budget_of(kBudget);
  plan.patience = 16;
  plans.push_back(plan);
  return plans;
}

// Random draws 64 in a batch, so that a snapshot is of evaluation 64, 128 or 192.
RunConfig draws(double noise = 0) {
  RunConfig config = toy_config("random", 200);
  config.noise = noise;
  return config;
}

RunResult run(const std::string& directory, const RunConfig& config, Live& live,
              std::chrono::milliseconds every = kSnapshotPeriod) {
  FakeSimulator simulator;
  RunSurroundings surroundings = in(directory);
  surroundings.observers = {&live};
  surroundings.snapshot_every = every;
  surroundings.on_warning = [&live](const std::string& text) {
    CHECK(live.warning.empty());
    live.warning = text;
  };
  return execute_run(config, diamond(), simulator, surroundings);
}

void run_and_stop(const std::string& directory, const RunConfig& config, std::size_t batches) {
  FakeSimulator simulator;
  RunSurroundings surroundings = in(directory);
  surroundings.stop = after_batches(batches);
  CHECK_FALSE(execute_run(config, diamond(), simulator, surroundings).over);
}

// Continues a run whose snapshot is of no use: it ends as ever, and says why.
std::string ignored_of(const std::string& directory, const RunConfig& config,
                       const Bytewise& whole) {
  Live live;
  run(directory, config, live);
  CHECK(live.restored == 0);
  CHECK(files_of(directory) == whole);
  const std::string prefix = "snapshot ignored: ";
  REQUIRE(live.warning.starts_with(prefix));
  return live.warning.substr(prefix.size());
}

}  // namespace

TEST_CASE("a search goes on from any snapshot and is told only what comes behind", "[snapshot]") {
  for (const SearchPlan& plan : plans()) {
    FakeSimulator simulator;
    EvaluatorPool evaluators(diamond(), simulator);
    Learner learner;
    Collector collector(&learner);
    SearchPlan first = plan;
    first.keeper = &collector;
    const SearchResult whole = search(learner, evaluators, first);
    REQUIRE(collector.kept.size() >= 3);
    // The same as where nobody wants snapshots.
    Learner undisturbed;
    check_equal(search(undisturbed, evaluators, plan), whole);
    for (const Collector::Kept& kept : collector.kept) {
      // As many as were recorded when it stopped: in the middle of a batch, and between two.
      for (const std::size_t more : {0U, 1U, 2U, 3U, 5U, 11U, 1000U}) {
        const std::size_t known = std::min(kept.evaluations + more, whole.history.size());
        CAPTURE(plan.noise.relative, plan.patience, kept.evaluations, known);
        const std::span<const HistoryEntry> history(whole.history);
        Learner again;
        const SearchResult restored = restore_search(
            kept.state, "state", history.first(kept.evaluations), diamond().problem, again);
        Live live;
        SearchPlan rest = plan;
        rest.recorded = history.first(known);
        rest.restored = &restored;
        rest.observers = {&live};
        simulator.runs = 0;
        check_equal(search(again, evaluators, rest), whole);
        CHECK(again.heard == learner.heard - kept.heard);
        CHECK(simulator.runs == whole.history.size() - known);
        CHECK(live.restored == kept.evaluations);
        CHECK(live.recalls == known - kept.evaluations);
        CHECK(live.made == whole.history.size() - known);
      }
    }
  }
}

TEST_CASE("snapshots are kept when they are wanted and when the search is stopped", "[snapshot]") {
  FakeSimulator simulator;
  EvaluatorPool evaluators(diamond(), simulator);
  const auto kept_of = [&](Strategy& strategy, bool wants, std::size_t batches) {
    Collector collector;
    collector.wants = wants;
    SearchPlan plan = budget_of(10);
    plan.keeper = &collector;
    plan.stop = after_batches(batches);
    search(strategy, evaluators, plan);
    std::vector<std::size_t> evaluations;
    for (const Collector::Kept& kept : collector.kept) {
      evaluations.push_back(kept.evaluations);
    }
    return evaluations;
  };
  using Evaluations = std::vector<std::size_t>;
  // Batches of 3, 3, 3 and 1.
  const auto kept_by_learner = [&](bool wants, std::size_t batches) {
    Learner learner;
    return kept_of(learner, wants, batches);
  };
  CHECK(kept_by_learner(true, 100) == Evaluations{3, 6, 9});
  CHECK(kept_by_learner(false, 100).empty());
  CHECK(kept_by_learner(true, 2) == Evaluations{3, 6});
  CHECK(kept_by_learner(false, 2) == Evaluations{6});
  CHECK(kept_by_learner(true, 0).empty());
  Forgetful forgetful;
  CHECK(kept_of(forgetful, true, 2).empty());
}

TEST_CASE("a state of another search is refused", "[snapshot]") {
  FakeSimulator simulator;
  EvaluatorPool evaluators(diamond(), simulator);
  Learner learner;
  const SearchResult whole = search(learner, evaluators, budget_of(12));
  const std::string state = search_state(whole, diamond().problem, learner).value();
  const auto refusal_of = [&](const std::string& bytes, const std::vector<HistoryEntry>& history) {
    Learner fresh;
    return error_of([&] { restore_search(bytes, "s", history, diamond().problem, fresh); });
  };
  CHECK(refusal_of(state, whole.history) == "no error");
  for (std::size_t size = 0; size < state.size(); ++size) {
    CHECK(refusal_of(state.substr(0, size), whole.history) == "s: is cut off");
  }
  CHECK(refusal_of(state + "x", whole.history) == "s: goes on for 1 bytes behind its end");

  std::vector<HistoryEntry> other = whole.history;
  other[0].improved = false;
  CHECK(refusal_of(state, other) == "s: holds other improvements than the history");
  other = whole.history;
  other[whole.best_evaluation - 1].given_hash ^= 1;
  CHECK(refusal_of(state, other) == "s: holds another best mapping than the history");
  CHECK(refusal_of(state, {}) == "s: holds other improvements than the history");

  // The strategy's own part: as an archive of its own, with its length before it.
  ArchiveWriter of_strategy;
  learner.save(of_strategy);
  const std::size_t head = state.size() - of_strategy.bytes().size() - 9;
  ArchiveWriter longer;
  longer.write_string(of_strategy.bytes() + "x");
  CHECK(refusal_of(state.substr(0, head) + longer.bytes(), whole.history) ==
        "s: goes on for 1 bytes behind its end");
}

// A crash at any evaluation, in the middle of a batch or at its end, with a snapshot after each.
TEST_CASE("a run that crashed goes on from its last snapshot", "[snapshot]") {
  const RunScratch scratch;
  for (const double noise : {0.0, 0.2}) {
    const RunConfig config = draws(noise);
    const std::string directory = scratch / "run";
    Live first;
    CHECK(run(directory, config, first, std::chrono::seconds(0)).over);
    const Bytewise whole = files_of(directory);
    CHECK_FALSE(whole.contains("snapshot.bin"));
    fs::remove_all(directory);
    for (const std::size_t crash_at : {1U, 63U, 64U, 65U, 100U, 128U, 129U, 199U, 200U}) {
      CAPTURE(noise, crash_at);
      Live live;
      live.crash_at = crash_at;
      CHECK_THROWS_AS(run(directory, config, live, std::chrono::seconds(0)), std::runtime_error);
      // Without noise, batches end with 64, 128 and 192, where the next one begins.
      const bool kept = fs::exists(directory + "/snapshot.bin");
      if (noise == 0) {
        CHECK(kept == (crash_at > 64));
      }
      Live rest;
      run(directory, config, rest, std::chrono::seconds(0));
      CHECK(rest.warning.empty());
      CHECK((rest.restored > 0) == kept);
      CHECK(rest.restored < crash_at);
      if (noise == 0) {
        CHECK(rest.restored == (crash_at - 1) / 64 * 64);
      }
      CHECK(files_of(directory) == whole);
      fs::remove_all(directory);
    }
  }
}

// Each process goes on from what the one before it kept; also one that had to be told all.
TEST_CASE("a run that is stopped again and again goes on from each snapshot", "[snapshot]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  for (const bool lost : {false, true}) {
    for (std::size_t batch = 0; batch < 3; ++batch) {
      FakeSimulator simulator;
      Live live;
      RunSurroundings surroundings = in(directory);
      surroundings.observers = {&live};
      surroundings.stop = [&] { return live.made > 0; };
      surroundings.on_warning = [](const std::string& text) { FAIL(text); };
      execute_run(draws(), diamond(), simulator, surroundings);
      CHECK(live.made == 64);
      CHECK(live.restored == (lost && batch == 2 ? 0 : batch * 64));
      CHECK(live.recalls == (lost && batch == 2 ? 128 : 0));
      if (lost && batch == 1) {
        fs::remove(directory + "/snapshot.bin");
      }
    }
    Live last;
    CHECK(run(directory, draws(), last).over);
    CHECK(last.restored == 192);
    fs::remove_all(directory);
  }
}

// The snapshot is of evaluation 64; the history goes on or was cut before it, anywhere in a line.
TEST_CASE("a snapshot serves any history that goes at least as far", "[snapshot]") {
  const RunScratch scratch;
  const RunConfig config = draws();
  const std::string directory = scratch / "run";
  run_and_stop(directory, config, 1);
  const std::string snapshot = read_file(directory + "/snapshot.bin");
  const std::size_t covered = read_file(directory + "/history.jsonl").size();
  Live live;
  run(directory, config, live);
  CHECK(live.restored == 64);
  CHECK(live.made == 136);
  const Bytewise whole = files_of(directory);
  const std::string& history = whole.at("history.jsonl");
  std::vector<std::size_t> cuts{covered - 1, covered, covered + 1};
  for (std::size_t cut = 0; cut < history.size(); cut += 1777) {
    cuts.push_back(cut);
  }
  for (const std::size_t cut : cuts) {
    CAPTURE(cut, covered);
    fs::remove(directory + "/result.json");
    write_file(directory + "/history.jsonl", history.substr(0, cut));
    write_file(directory + "/snapshot.bin", snapshot);
    const auto lines =
        std::count(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(cut), '\n');
    Live again;
    run(directory, config, again);
    CHECK(files_of(directory) == whole);
    CHECK(again.restored == (cut < covered ? 0 : 64));
    CHECK(again.warning == (cut < covered
                                ? fmt::format("snapshot ignored: {}/snapshot.bin: is of evaluation "
                                              "64 where history.jsonl ends with {}",
                                              directory, lines)
                                : ""));
  }
}

TEST_CASE("a snapshot that is of no use is ignored and the run loses nothing", "[snapshot]") {
  const RunScratch scratch;
  const RunConfig config = draws();
  Live first;
  run(scratch / "whole", config, first);
  const Bytewise whole = files_of(scratch / "whole");
  run_and_stop(scratch / "begun", config, 2);
  const std::string directory = scratch / "run";
  const std::string file = directory + "/snapshot.bin";
  const std::string bytes = read_file(scratch / "begun/snapshot.bin");
  const auto ignored_with = [&](const std::string& content) {
    fs::remove_all(directory);
    fs::copy(scratch / "begun", directory);
    write_file(file, content);
    return ignored_of(directory, config, whole);
  };

  CHECK(ignored_with("") == file + ": is no snapshot");
  for (std::size_t i = 0; i < bytes.size(); i += 29) {
    CAPTURE(i);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ 1U);
    CHECK(ignored_with(damaged).starts_with(file + ": "));
    CHECK(ignored_with(bytes.substr(0, i)).starts_with(file + ": is "));
  }

  Snapshot snapshot = read_snapshot(bytes, "s");
  CHECK(snapshot.evaluations == 128);
  CHECK(snapshot.run_hash == fnv1a(whole.at("run.yaml")));
  snapshot.run_hash ^= 1;
  CHECK(ignored_with(snapshot_bytes(snapshot)) == file + ": is of another run");
  snapshot.run_hash ^= 1;
  snapshot.history_hash ^= 1;
  CHECK(ignored_with(snapshot_bytes(snapshot)) == file + ": is of another history");
  snapshot.history_hash ^= 1;
  snapshot.evaluations = 127;
  CHECK(ignored_with(snapshot_bytes(snapshot)) == file + ": is of another history");
  snapshot.evaluations = 128;
  // What the strategy makes of it after it has loaded a part: it is made again.
  snapshot.state += "x";
  CHECK(ignored_with(snapshot_bytes(snapshot)) == file + ": goes on for 1 bytes behind its end");
  snapshot.state.pop_back();
  ArchiveWriter of_strategy;
  of_strategy.write_flag(false);
  of_strategy.write_u64(7777);
  ArchiveWriter right;
  right.write_string(of_strategy.bytes());
  of_strategy.write_u64(1);
  ArchiveWriter wrong;
  wrong.write_string(of_strategy.bytes());
  const std::size_t head = snapshot.state.size() - right.bytes().size();
  snapshot.state = snapshot.state.substr(0, head) + wrong.bytes();
  CHECK(ignored_with(snapshot_bytes(snapshot)) == file + ": goes on for 9 bytes behind its end");

  fs::remove_all(directory);
  fs::copy(scratch / "begun", directory);
  fs::remove(file);
  fs::create_directory(file);
  Live live;
  run(directory, config, live);
  CHECK(live.warning == "snapshot ignored: " + file + ": cannot read: Is a directory");
  CHECK(read_file(directory + "/history.jsonl") == whole.at("history.jsonl"));

  // The one that is well is used.
  fs::remove_all(directory);
  fs::copy(scratch / "begun", directory);
  Live used;
  run(directory, config, used);
  CHECK(used.warning.empty());
  CHECK(used.restored == 128);
  CHECK(files_of(directory) == whole);
}

TEST_CASE("snapshots are written as often as they are wanted and belong to the run", "[snapshot]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  Live live;
  live.crash_at = 199;
  CHECK_THROWS_AS(run(directory, draws(), live, std::chrono::hours(1)), std::runtime_error);
  CHECK_FALSE(fs::exists(directory + "/snapshot.bin"));
  run_and_stop(directory, draws(), 1);
  CHECK(fs::exists(directory + "/snapshot.bin"));
  CHECK(is_run_file(directory, directory + "/snapshot.bin"));
  // What a process left that died while it wrote one.
  write_file(directory + "/snapshot.bin.tmp-4711", "memp");
  Live rest;
  CHECK(run(directory, draws(), rest).over);
  CHECK_FALSE(fs::exists(directory + "/snapshot.bin"));
  CHECK_FALSE(fs::exists(directory + "/snapshot.bin.tmp-4711"));
  // Without its run.yaml it is of nobody.
  make_directory(scratch / "other");
  write_file(scratch / "other/snapshot.bin", "mine");
  CHECK(error_of([&] { run(scratch / "other", draws(), rest); }) ==
        scratch / "other" + ": holds snapshot.bin, but no run.yaml; name another directory");
}

// Wherever it was stopped, by whatever and however often: a target, patience, a time.
TEST_CASE("what ends a run ends one from a snapshot", "[snapshot]") {
  const RunScratch scratch;
  const std::string directory = scratch / "run";
  for (const StopReason reason : {StopReason::kTarget, StopReason::kPatience, StopReason::kTime}) {
    RunConfig config = draws();
    FakeSimulator simulator;
    if (reason == StopReason::kTarget) {
      const Picoseconds least =
          execute_run(config, diamond(), simulator).search.best->measures.latency;
      config.target_latency = least;
    } else if (reason == StopReason::kPatience) {
      config.patience = 90;
    } else {
      config.time_limit = Picoseconds(3'600'000'000'000'000);  // an hour
    }
    Live first;
    const RunResult whole = run(scratch / "whole", config, first);
    run_and_stop(directory, config, 1);
    if (reason == StopReason::kTime) {
      write_file(directory + "/elapsed.json", "{\"elapsed_ms\": 3600000}\n");
    }
    Live rest;
    const RunResult result = run(directory, config, rest);
    CHECK(rest.restored == 64);
    if (reason == StopReason::kTime) {
      CHECK(result.search.stopped == reason);
      CHECK(result.search.history.size() == 64);
    } else {
      CHECK(whole.search.stopped == reason);
      check_equal(result.search, whole.search);
      CHECK(files_of(directory) == files_of(scratch / "whole"));
    }
    // Over: nothing to go on with.
    const Bytewise files = files_of(directory);
    Live again;
    check_equal(run(directory, config, again).search, result.search);
    CHECK(again.restored + again.made == 0);
    CHECK(files_of(directory) == files);
    fs::remove_all(directory);
    fs::remove_all(scratch / "whole");
  }
}

}  // namespace memplace::test
