// SPDX-License-Identifier: Apache-2.0
// Runs that begin with a policy and hand one on.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/blas/processor.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/studies/run/run.h"
#include "optimizer/studies/run/run_directory.h"
#include "sim/event/event_simulator.h"
#include "tests/support/error_of.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

const std::vector<std::string> kSmall{"heads=1", "head_width=4", "depth=1", "warm_up=3", "batch=4"};

// Of a search of the chain, as bytes.
std::string chain_policy() {
  const Program chain = toy_program(kChainText);
  EventSimulator simulator;
  const RunResult run = execute_run(toy_config("egrl", 30, kSmall), chain, simulator);
  REQUIRE(run.policy != nullptr);
  return policy_bytes(*run.policy);
}

RunConfig config_with(const std::string& policy, std::uint64_t budget,
                      const std::string& strategy = "egrl") {
  // The shape is the file's, not the options'.
  RunConfig config = toy_config(strategy, budget);
  config.policy = policy;
  config.policy_file = "chain.policy";
  return config;
}

}  // namespace

TEST_CASE("a search of one evaluation with a policy is its likeliest mapping", "[transfer]") {
  const std::string policy = chain_policy();
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  for (const char* const strategy : {"egrl", "pg"}) {
    const RunResult run = execute_run(config_with(policy, 1, strategy), diamond, simulator);
    REQUIRE(run.search.history.size() == 1);
    CHECK(run.search.history.front().part == "zero-shot");
    // Nothing was told but one evaluation; what learns has taken its steps all the same.
    CHECK(run.policy->shape == read_policy(policy, "").shape);
    CHECK(run.policy->shape.hidden == 4);
  }
}

TEST_CASE("what learns no policy has none to hand on", "[transfer]") {
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  CHECK(execute_run(toy_config("annealing", 5), diamond, simulator).policy == nullptr);
  check_learns(toy_config("egrl", 5, kSmall), diamond.problem);
  CHECK(error_of([&] { check_learns(toy_config("annealing", 5), diamond.problem); }) ==
        "strategy annealing learns no policy; egrl and pg do");
  CHECK(error_of([&] { check_learns(toy_config("egrl", 5, {"gradient=off"}), diamond.problem); }) ==
        "strategy egrl learns no policy here: its options leave the learner out, or the "
        "network has nothing to decide");
}

TEST_CASE("a policy that is of no use is refused before anything is written", "[transfer]") {
  const RunScratch scratch;
  const std::string policy = chain_policy();
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  const auto refusal_of = [&](const RunConfig& config) {
    return error_of([&] { execute_run(config, diamond, simulator, in(scratch / "run")); });
  };
  CHECK(refusal_of(config_with(policy, 5, "annealing")) ==
        "chain.policy: strategy annealing has no use for a policy; egrl and pg have");
  CHECK(refusal_of(config_with(policy.substr(0, 100), 5)) == "chain.policy: is cut off");
  Chip chip = toy_chip();
  chip.memories.push_back(chip.memories[MemoryId(0)]);
  const Program four = on(diamond, chip);
  CHECK(error_of([&] {
          execute_run(config_with(policy, 5), four, simulator, in(scratch / "run"));
        }) == "chain.policy: is a policy for chips of 3 memories, and chip \"toy\" has 4");
  CHECK_FALSE(std::filesystem::exists(scratch / "run"));
}

TEST_CASE("a run keeps the policy that it began with", "[transfer]") {
  const RunScratch scratch;
  const std::string policy = chain_policy();
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  const RunConfig config = config_with(policy, 60);
  const RunResult whole = execute_run(config, diamond, simulator, in(scratch / "whole"));
  const Bytewise files = files_of(scratch / "whole");
  CHECK(files.at("policy-in.bin") == policy);
  CHECK(files.at("run.yaml")
            .find("\npolicy: {file: policy-in.bin, fnv1a: \"" + content_hash(policy) + "\"}\n") !=
        std::string::npos);
  CHECK(files.at("run.yaml").find("\n  policy: \"chain.policy\"\n") != std::string::npos);
  CHECK(is_run_file(scratch / "whole", scratch / "whole/policy-in.bin"));

  // Half of it, then the rest from nothing but the directory.
  std::filesystem::create_directory(scratch / "half");
  write_file(scratch / "half/run.yaml", files.at("run.yaml"));
  write_file(scratch / "half/policy-in.bin", policy);
  const std::string& history = files.at("history.jsonl");
  write_file(scratch / "half/history.jsonl", history.substr(0, history.size() / 2));
  RunConfig stored = load_run(scratch / "half", config.version).config;
  CHECK(stored.processor == processor_kind());
  stored.processor.clear();
  CHECK(stored == config);
  const RunResult rest = execute_run(stored, diamond, simulator, in(scratch / "half"));
  CHECK(files_of(scratch / "half") == files);
  CHECK(*rest.policy == *whole.policy);
}

TEST_CASE("a run whose policy was changed is refused", "[transfer]") {
  const RunScratch scratch;
  const std::string policy = chain_policy();
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  const RunConfig config = config_with(policy, 5);
  execute_run(config, diamond, simulator, in(scratch / "run"));
  const auto refusal_of = [&](const RunConfig& other) {
    return error_of([&] { execute_run(other, diamond, simulator, in(scratch / "run")); });
  };
  // Another policy, and none.
  TrainedPolicy other = read_policy(policy, "");
  other.parameters.front() += 1;
  RunConfig changed = config;
  changed.policy = policy_bytes(other);
  CHECK(refusal_of(changed) == scratch / "run/run.yaml" +
                                   ": the run there is another one, not with \"policy: {file: "
                                   "policy-in.bin, fnv1a: \"" +
                                   content_hash(*changed.policy) + "\"}\"");
  changed.policy.reset();
  CHECK(refusal_of(changed).find("run.yaml: the run there is another one, not with ") !=
        std::string::npos);
  const std::string file = scratch / "run/policy-in.bin";
  write_file(file, policy + "?");
  CHECK(refusal_of(config) ==
        file + ": not the policy that the run began with; it was damaged or changed");
  std::filesystem::remove(file);
  CHECK(refusal_of(config) == file + ": cannot read: No such file or directory");
}

TEST_CASE("a policy of something else in a directory is not overwritten", "[transfer]") {
  const RunScratch scratch;
  const std::string policy = chain_policy();
  const Program diamond = toy_program(kDiamondText);
  EventSimulator simulator;
  std::filesystem::create_directory(scratch / "run");
  write_file(scratch / "run/policy-in.bin", "mine");
  CHECK(error_of([&] {
          execute_run(config_with(policy, 5), diamond, simulator, in(scratch / "run"));
        }) ==
        scratch / "run" + ": holds a policy-in.bin of something else; name another directory");
  CHECK(files_of(scratch / "run").at("policy-in.bin") == "mine");
}

}  // namespace memplace::test
