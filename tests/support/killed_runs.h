// SPDX-License-Identifier: Apache-2.0
// Kills the real program while it works on a directory, continues, and compares what is left with
// what an unkilled process leaves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace memplace::test {

// A command that keeps what it does in a directory, as its arguments without --out.
struct KilledCommand {
  std::string name;  // of the directory
  std::vector<std::string> arguments;
  std::string begun;  // the file from which on the directory is continued with --resume
  // More arguments, which --resume takes too; kills take turns.
  std::vector<std::vector<std::string>> each_time = {{}};
  // What starts the program, such as mpirun with its options; empty: nothing. Of its children one
  // is killed, or all together with it.
  std::vector<std::string> launcher = {};
};

// A search by `strategy` of `workload`; `more` are further arguments.
KilledCommand killed_search(const std::string& name, const std::string& workload,
                            const std::string& strategy, std::uint64_t budget,
                            const std::vector<std::string>& more);

// "sweep" or "experiment" of the specification of that name, on two threads and on one.
KilledCommand killed_specified(const std::string& command, const std::string& specification);

// Of a sweep that takes long enough to be hit: so many sizes of SRAM, and as many rates of DRAM at
// each. Half of the points are searches of `budget` evaluations, in warm chains.
std::string sweep_specification(int sizes, std::uint64_t budget);

// Searches: one decision and hundreds, every kind of batch, noise, constraints, 1 and 2 threads, a
// snapshot after every batch. They begin in the working directory, which has to hold `tiny.yaml`.
const std::vector<KilledCommand>& killed_searches();

struct KillCounts {
  std::uint64_t kills = 0;      // processes that died of it
  std::uint64_t unbegun = 0;    // of them so early that there was nothing to continue
  std::uint64_t half_way = 0;   // of them with a part of the results, but not all
  std::uint64_t snapshots = 0;  // of these with a snapshot to go on from
  std::uint64_t survived = 0;   // processes that were faster
};

// Runs `command` once whole; then again and again, each time killed up to three times at instants
// drawn from `seed`, continued in between and to the end at last, until `kills` processes have died
// of it. Returns what differs from the whole run, an entry a series and file: nothing where all is
// well.
std::vector<std::string> kill_and_continue(const std::string& program, const KilledCommand& command,
                                           std::uint64_t kills, std::uint64_t seed,
                                           KillCounts& counts);

// "7 kills: 1 before ..."
std::string text_of(const KillCounts& counts);

}  // namespace memplace::test
