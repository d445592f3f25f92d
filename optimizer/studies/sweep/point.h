// SPDX-License-Identifier: Apache-2.0
// One point of a sweep: what was simulated and what came of it, in memory and as a line of JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/units.h"

namespace memplace {

struct MemoryTraffic {
  std::string memory;
  Bytes read;
  Bytes written;
  Picoseconds busy;

  bool operator==(const MemoryTraffic&) const = default;
};

struct PointResult {
  bool feasible = false;  // as the mapping source asked
  double epsilon = 0;
  Picoseconds latency;
  Picoseconds makespan;
  std::optional<double> throughput_per_s;  // where several inferences run in a stream
  std::int64_t energy_pj = 0;              // of the memories, for an inference
  Area area;                               // of memories and engines
  Picoseconds compute;                     // of stream 0's first inference
  std::uint64_t evaluations = 0;
  // Of a search that found nothing better than a heuristic: which that is, and the latency of the
  // search's own best. Empty and none of all others.
  std::string heuristic;
  std::optional<Picoseconds> own_latency;
  std::vector<MemoryTraffic> traffic;  // in the chip's order
  std::string digits;                  // mapping_digits() of what was simulated; of strategies only
  std::optional<Picoseconds> bound;  // no feasible mapping has less latency; where it was asked for

  bool operator==(const PointResult&) const = default;
};

struct SweepPoint {
  std::size_t index = 0;  // in the grid
  std::string hash;       // of all that its result depends on, 16 hexadecimal digits
  std::string workload;
  std::string chip;
  Json parameters;      // path -> value in base units
  std::string mapping;  // label of its source
  std::string error;    // why there is no result, in a line; empty where there is one
  PointResult result;

  bool failed() const { return !error.empty(); }
  bool operator==(const SweepPoint&) const = default;
};

inline constexpr double kSquareMicrometresPerSquareMillimetre = 1e6;
inline double square_millimetres(Area area) {
  return static_cast<double>(area.count()) / kSquareMicrometresPerSquareMillimetre;
}

// A line of points.jsonl and journal.jsonl, without its newline. docs/guide/sweep.md has its keys.
std::string point_line(const SweepPoint& point);

// Nothing where `line` is not, byte by byte, what point_line() makes of some point.
std::optional<SweepPoint> read_point_line(std::string_view line);

}  // namespace memplace
