// SPDX-License-Identifier: Apache-2.0
// Kills the real program while it searches, continues, and compares what is left with what an
// unkilled search leaves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace memplace::test {

// A search as arguments of `memplace optimize`, without --out.
struct KilledSearch {
  std::string name;  // of the directories
  std::vector<std::string> arguments;
  std::vector<std::string> each_time = {};  // more of them, which --resume takes too
};

// The searches that are killed: one decision and hundreds, every kind of batch, noise, constraints,
// 1 and 2 threads, a snapshot after every batch. They begin in the working directory, which has to
// hold `tiny.yaml`.
const std::vector<KilledSearch>& killed_searches();

struct KillCounts {
  std::uint64_t kills = 0;       // processes that died of it
  std::uint64_t before_run = 0;  // of them so early that there was no run yet
  std::uint64_t in_search = 0;   // of them with some of the history written, but not all
  std::uint64_t snapshots = 0;   // of these with a snapshot to go on from
  std::uint64_t survived = 0;    // processes that were faster
};

// Runs `search` once whole; then `series` times, each killed up to three times at instants drawn
// from `seed` and continued in between. Returns what differs from the whole run, an entry a series
// and file: nothing where all is well.
std::vector<std::string> kill_and_continue(const std::string& program, const KilledSearch& search,
                                           std::uint64_t series, std::uint64_t seed,
                                           KillCounts& counts);

// The same of `memplace sweep SPEC`: runs it once whole, then kills it, on one or two threads and
// from its begin or where it was, until `kills` processes have died of it; each sweep is continued
// to its end at last. In `counts`, `in_search` are those with some of the points.
std::vector<std::string> kill_and_continue_sweep(const std::string& program,
                                                 const std::string& spec, std::uint64_t kills,
                                                 std::uint64_t seed, KillCounts& counts);

}  // namespace memplace::test
