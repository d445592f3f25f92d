// SPDX-License-Identifier: Apache-2.0
#include "tests/support/killed_runs.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "base/rng.h"
#include "tests/support/child.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kMostKills = 3;  // a series

// The process of words that begin with a program.
Child start(const std::vector<std::string>& words) {
  return {words.front(), {words.begin() + 1, words.end()}};
}

void finish(const std::vector<std::string>& words) {
  run_whole(words.front(), {words.begin() + 1, words.end()});
}

std::vector<pid_t> children_of(pid_t process) {
  std::ifstream list(fmt::format("/proc/{0}/task/{0}/children", process));
  return {std::istream_iterator<pid_t>(list), {}};
}

bool lives(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/stat", process));
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  // Its state stands behind the name, which is in parentheses.
  const std::size_t name = text.rfind(')');
  return name != std::string::npos && text.substr(name + 2, 1) != "Z";
}

// Kills what `command` started as `process`: itself, or one of the ranks, or all at once. Returns
// once nobody is left, and whether anybody died of it.
bool kill_now(const KilledCommand& command, const Child& process, Rng& rng) {
  std::vector<pid_t> victims{process.id()};
  const std::vector<pid_t> ranks =
      command.launcher.empty() ? std::vector<pid_t>() : children_of(process.id());
  if (!ranks.empty()) {
    const std::uint64_t choice = rng.below(ranks.size() + 1);
    if (choice < ranks.size()) {
      victims = {ranks[choice]};
    } else {
      victims.insert(victims.end(), ranks.begin(), ranks.end());
    }
  }
  for (const pid_t victim : victims) {
    ::kill(victim, SIGKILL);
  }
  const auto wait_while = [](const auto& condition) {
    while (condition()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  if (!ranks.empty()) {
    wait_while([&] { return std::any_of(ranks.begin(), ranks.end(), lives); });
    // A launcher whose ranks are gone may wait for itself without end: that of Open MPI 4.1 does,
    // once in some hundred times, in pmix_rte_finalize(). Nothing of ours is left then.
    const Clock::time_point end = Clock::now() + std::chrono::seconds(5);
    wait_while([&] { return lives(process.id()) && Clock::now() < end; });
    ::kill(process.id(), SIGKILL);
  }
  return process.wait() != 0;
}

using Files = std::map<std::string, std::string>;

// The words that begin the work in `directory`, or continue it where it got so far.
std::vector<std::string> words_for(const std::string& program, const KilledCommand& command,
                                   const std::string& directory, std::size_t turn) {
  std::vector<std::string> words = command.launcher;
  words.push_back(program);
  if (fs::exists(directory + '/' + command.begun)) {
    words.insert(words.end(), {command.arguments.front(), "--resume", directory});
  } else {
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    words.insert(words.end(), {"--out", directory});
  }
  const std::vector<std::string>& more = command.each_time[turn % command.each_time.size()];
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void count_kill(const KilledCommand& command, const std::string& directory, const Files& whole,
                KillCounts& counts) {
  ++counts.kills;
  const Files files = files_of(directory);
  if (!files.contains(command.begun)) {
    ++counts.unbegun;
  } else if (files != whole && files.size() > 1) {
    ++counts.half_way;
    counts.snapshots += files.contains("snapshot.bin") ? 1U : 0U;
  }
}

// The files that one of the two has not, or has otherwise.
std::vector<std::string> differences_of(const Files& whole, const Files& files) {
  std::vector<std::string> differences;
  for (const auto& [name, content] : files) {
    if (!whole.contains(name) || whole.at(name) != content) {
      differences.push_back(name);
    }
  }
  for (const auto& [name, content] : whole) {
    if (!files.contains(name)) {
      differences.push_back(name + " is missing");
    }
  }
  return differences;
}

}  // namespace

KilledCommand killed_search(const std::string& name, const std::string& workload,
                            const std::string& strategy, std::uint64_t budget,
                            const std::vector<std::string>& more) {
  std::vector<std::string> words{"optimize", workload,   "--strategy",
                                 strategy,   "--budget", std::to_string(budget)};
  words.insert(words.end(), more.begin(), more.end());
  return {name, words, "run.yaml"};
}

KilledCommand killed_specified(const std::string& command, const std::string& specification) {
  return {command,
          {command, specification},
          command + ".yaml",
          {{"--threads", "2"}, {"--threads", "1"}}};
}

std::string sweep_specification(int sizes, std::uint64_t budget) {
  return fmt::format(R"(workloads: [mobilenet-v2]
chip: nnpi
parameters:
  memories.sram.capacity: {{from: 1 MiB, to: {} MiB, step: 1 MiB}}
  memories.dram.read_bandwidth: {{from: 20 GB/s, to: {} GB/s, step: 10 GB/s}}
mappings:
  - memory-space-assignment
  - {{strategy: annealing, budget: {}, warm_start: true}}
)",
                     sizes, 10 + 10 * sizes, budget);
}

const std::vector<KilledCommand>& killed_searches() {
  static const std::vector<KilledCommand> searches = [] {
    std::vector<KilledCommand> all{
        killed_search("tiny", "tiny.yaml", "random", 60'000, {"--chip", "toy", "--threads", "2"}),
        killed_search("moves", "mobilenet-v2", "annealing", 40'000, {"--threads", "1"}),
        killed_search(
            "noisy-chains", "mobilenet-v2", "annealing", 30'000,
            {"--option", "chains=8", "--noise", "5%", "--keep-mappings", "--threads", "2"}),
        killed_search("constrained", "resnet50", "random", 6000,
                      {"--objective", "energy", "--pin", "*.weights=llc,dram", "--forbid",
                       "*.out=dram", "--threads", "2"}),
        killed_search("from-init", "resnet101", "annealing", 15'000,
                      {"--init", "heuristic:density-greedy", "--option", "chains=3", "--noise",
                       "0.01", "--patience", "12000", "--threads", "1"}),
        killed_search("snapshots", "mobilenet-v2", "random", 8000,
                      {"--noise", "0.02", "--threads", "2"})};
    all.back().each_time = {{"--snapshot-every", "0"}};
    return all;
  }();
  return searches;
}

std::vector<std::string> kill_and_continue(const std::string& program, const KilledCommand& command,
                                           std::uint64_t kills, std::uint64_t seed,
                                           KillCounts& counts) {
  // All under one name, as results may say where they are.
  const std::string& directory = command.name;
  const auto words_in = [&](std::size_t turn) {
    return words_for(program, command, directory, turn);
  };
  const Clock::time_point begin = Clock::now();
  finish(words_in(0));
  const double whole_us = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  const Files whole = files_of(directory);
  fs::remove_all(directory);

  std::vector<std::string> differences;
  const std::uint64_t enough = counts.kills + kills;
  for (std::uint64_t series = 0; counts.kills < enough; ++series) {
    Rng rng(seed, 0x6b696c6c, series);
    for (int kill = 0; kill < kMostKills && counts.kills < enough; ++kill) {
      const Child child = start(words_in(series));
      // One in four right at the start, while the directory is made. What is left to do becomes
      // less each time.
      const double share = rng.chance(0.25) ? rng.uniform() * 0.02 : rng.uniform() / (1 + kill);
      std::this_thread::sleep_for(
          std::chrono::microseconds(static_cast<std::int64_t>(share * whole_us)));
      if (!kill_now(command, child, rng)) {
        ++counts.survived;
        break;
      }
      count_kill(command, directory, whole, counts);
    }
    finish(words_in(series));
    for (const std::string& difference : differences_of(whole, files_of(directory))) {
      differences.push_back(fmt::format("{} {}: {}", command.name, series, difference));
    }
    fs::remove_all(directory);
  }
  return differences;
}

std::string text_of(const KillCounts& counts) {
  return fmt::format(
      "{} kills: {} before there was anything to continue, {} with a part of the results, of these "
      "{} with a snapshot; {} processes were faster",
      counts.kills, counts.unbegun, counts.half_way, counts.snapshots, counts.survived);
}

}  // namespace memplace::test
