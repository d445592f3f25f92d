// SPDX-License-Identifier: Apache-2.0
// Runs with a Perfetto trace, read back as a viewer does and compared with their events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "sim/check/event_log.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"
#include "tests/support/sim_case.h"

namespace memplace::test::perfetto {

inline constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// A name that is free and stays so after the test.
class TemporaryFile {
 public:
  TemporaryFile()
      : path_(
            (std::filesystem::temp_directory_path() / fmt::format("memplace-trace-{}", ::getpid()))
                .string()) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Run {
  Program program;
  Mapping mapping;  // homes
  MovePlan plan;
  SimResult result;
  EventLog recorder;
  std::string text;
  Json json;
};

// Of the run of `plan`, which `homes` were given.
Run traced(Program program, Mapping homes, MovePlan plan, std::size_t most_tiles = kAll);
Run traced(Program program, const Mapping& mapping, std::size_t most_tiles = kAll);
Run traced(const SimCase& c, std::size_t most_tiles = kAll);

using TrackId = std::pair<int, int>;

struct Slice {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::string name;
  std::string category;
  Json args;
};

// The trace as a viewer sees it.
struct Viewed {
  std::map<TrackId, std::string> names;  // of threads
  std::map<int, std::string> processes;
  std::map<TrackId, std::vector<Slice>> slices;  // in order of begin
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> counters;
  struct Arrow {
    std::string name;
    TrackId from, to;
    std::int64_t begin = -1, end = -1;
  };
  std::map<int, Arrow> arrows;

  std::int64_t largest(const std::string& counter) const;
  // Fails the test where there is none.
  TrackId track(const std::string& process, const std::string& thread) const;
};

// Checks the rules of the format on the way.
Viewed view(const Json& json);

// Each wait has an arrow to the tile that waited, from a request that arrived when the wait ended;
// of a move from a piece of its tensor.
void check_arrows(const Viewed& viewed);

// The trace says the same as the run's events and its result.
void check(const Run& run);

// The lines of the text that are events of these phases, without the comma between them.
std::string events(const std::string& text, const std::string& phases);

// Timeline 18 of docs/model/timing.md: b's weights are fetched from DRAM to LLC, in two pieces, at
// once or when `after` has computed.
// dram    |x 16|w0 16| w1 16 |                      |y 16|
// llc                |w0 8|  |w1 8|b.w 16|
// compute      |- a 20 -|                |- b 20 -|
//         0    16    32 36   48   56     72       92   108
SimCase late_fetch(const std::string& after);

}  // namespace memplace::test::perfetto
