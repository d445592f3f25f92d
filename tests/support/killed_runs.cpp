// SPDX-License-Identifier: Apache-2.0
#include "tests/support/killed_runs.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/rng.h"

namespace memplace::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kMostKills = 3;  // a series

// A child that runs the program; stdout and stderr go nowhere.
pid_t start(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), program);
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) {
    pointers.push_back(word.data());
  }
  pointers.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execv(program.c_str(), pointers.data());
    ::_exit(127);
  }
  if (child < 0) {
    throw std::runtime_error("cannot fork");
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  return status;
}

void run_whole(const std::string& program, const std::vector<std::string>& arguments) {
  const int status = wait_for(start(program, arguments));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw std::runtime_error(
        fmt::format("{}: ended with status {}", fmt::join(arguments, " "), status));
  }
}

std::map<std::string, std::string> files_of(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    files[entry.path().filename().string()] = read_file(entry.path().string());
  }
  return files;
}

// The arguments that begin the run in `directory`, or continue it where it got so far.
std::vector<std::string> arguments_for(const KilledSearch& search, const std::string& directory) {
  std::vector<std::string> arguments;
  if (fs::exists(directory + "/run.yaml")) {
    arguments = {"optimize", "--resume", directory};
  } else {
    arguments = search.arguments;
    arguments.insert(arguments.end(), {"--out", directory});
  }
  arguments.insert(arguments.end(), search.each_time.begin(), search.each_time.end());
  return arguments;
}

void count_kill(const std::string& directory, std::size_t whole_history, KillCounts& counts) {
  ++counts.kills;
  std::error_code missing;
  const std::uintmax_t size = fs::file_size(directory + "/history.jsonl", missing);
  if (!fs::exists(directory + "/run.yaml")) {
    ++counts.before_run;
  } else if (!missing && size > 0 && size < whole_history) {
    ++counts.in_search;
    counts.snapshots += fs::exists(directory + "/snapshot.bin") ? 1U : 0U;
  }
}

// What differs goes to `differences`; a directory that is as it should be is removed.
void compare(const std::map<std::string, std::string>& whole, const std::string& directory,
             std::uint64_t seed, std::vector<std::string>& differences) {
  const std::map<std::string, std::string> files = files_of(directory);
  for (const auto& [name, content] : files) {
    if (!whole.contains(name) || whole.at(name) != content) {
      differences.push_back(fmt::format("{}/{} (seed {})", directory, name, seed));
    }
  }
  for (const auto& [name, content] : whole) {
    if (!files.contains(name)) {
      differences.push_back(fmt::format("{}/{} is missing (seed {})", directory, name, seed));
    }
  }
  if (differences.empty()) {
    fs::remove_all(directory);
  }
}

}  // namespace

const std::vector<KilledSearch>& killed_searches() {
  static const std::vector<KilledSearch> searches{
      {"tiny",
       {"optimize", "tiny.yaml", "--chip", "toy", "--strategy", "random", "--budget", "60000",
        "--threads", "2"}},
      {"moves",
       {"optimize", "mobilenet-v2", "--strategy", "annealing", "--budget", "40000", "--threads",
        "1"}},
      {"noisy-chains",
       {"optimize", "mobilenet-v2", "--strategy", "annealing", "--budget", "30000", "--option",
        "chains=8", "--noise", "5%", "--keep-mappings", "--threads", "2"}},
      {"constrained",
       {"optimize", "resnet50", "--strategy", "random", "--budget", "6000", "--objective", "energy",
        "--pin", "*.weights=llc,dram", "--forbid", "*.out=dram", "--threads", "2"}},
      {"from-init",
       {"optimize", "resnet101", "--strategy", "annealing", "--budget", "15000", "--init",
        "heuristic:density-greedy", "--option", "chains=3", "--noise", "0.01", "--patience",
        "12000", "--threads", "1"}},
      {"snapshots",
       {"optimize", "mobilenet-v2", "--strategy", "random", "--budget", "8000", "--noise", "0.02",
        "--threads", "2"},
       {"--snapshot-every", "0"}}};
  return searches;
}

std::vector<std::string> kill_and_continue(const std::string& program, const KilledSearch& search,
                                           std::uint64_t series, std::uint64_t seed,
                                           KillCounts& counts) {
  const Clock::time_point begin = Clock::now();
  run_whole(program, arguments_for(search, search.name));
  const double whole_us = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  const std::map<std::string, std::string> whole = files_of(search.name);

  std::vector<std::string> differences;
  for (std::uint64_t i = 0; i < series; ++i) {
    Rng rng(seed, 0x6b696c6c, i);
    const std::string directory = fmt::format("{}-{}", search.name, i);
    for (int kill = 0; kill < kMostKills; ++kill) {
      const pid_t child = start(program, arguments_for(search, directory));
      // One in four right at the start, while the directory is made.
      const double share = rng.chance(0.25) ? rng.uniform() * 0.02 : rng.uniform();
      std::this_thread::sleep_for(
          std::chrono::microseconds(static_cast<std::int64_t>(share * whole_us)));
      ::kill(child, SIGKILL);
      if (!WIFSIGNALED(wait_for(child))) {
        ++counts.survived;
        break;
      }
      count_kill(directory, whole.at("history.jsonl").size(), counts);
    }
    run_whole(program, arguments_for(search, directory));
    compare(whole, directory, seed, differences);
  }
  return differences;
}

std::vector<std::string> kill_and_continue_sweep(const std::string& program,
                                                 const std::string& spec, std::uint64_t kills,
                                                 std::uint64_t seed, KillCounts& counts) {
  const auto arguments_in = [&](const std::string& directory, const std::string& threads) {
    std::vector<std::string> arguments{"sweep", "--threads", threads};
    if (fs::exists(directory + "/sweep.yaml")) {
      arguments.insert(arguments.end(), {"--resume", directory});
    } else {
      arguments.insert(arguments.end(), {spec, "--out", directory});
    }
    return arguments;
  };
  const Clock::time_point begin = Clock::now();
  run_whole(program, arguments_in("whole", "1"));
  const double whole_us = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
  const std::map<std::string, std::string> whole = files_of("whole");

  std::vector<std::string> differences;
  for (std::uint64_t series = 0; counts.kills < kills; ++series) {
    Rng rng(seed, 0x73776570, series);
    const std::string directory = fmt::format("killed-{}", series);
    const std::string threads = series % 2 == 0 ? "2" : "1";
    for (int kill = 0; kill < kMostKills; ++kill) {
      const pid_t child = start(program, arguments_in(directory, threads));
      // What is left to do becomes less each time.
      const double share = rng.uniform() / (1 + kill);
      std::this_thread::sleep_for(
          std::chrono::microseconds(static_cast<std::int64_t>(share * whole_us)));
      ::kill(child, SIGKILL);
      if (!WIFSIGNALED(wait_for(child))) {
        ++counts.survived;
        break;
      }
      ++counts.kills;
      std::error_code missing;
      const std::uintmax_t size = fs::file_size(directory + "/journal.jsonl", missing);
      counts.before_run += fs::exists(directory + "/sweep.yaml") ? 0U : 1U;
      counts.in_search += !missing && size > 0 ? 1U : 0U;
    }
    run_whole(program, arguments_in(directory, threads));
    compare(whole, directory, seed, differences);
  }
  return differences;
}

}  // namespace memplace::test
