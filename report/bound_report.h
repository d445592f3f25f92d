// SPDX-License-Identifier: Apache-2.0
// Everything `memplace bound` says about one network. docs/model/bound.md explains each number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "optimizer/bound/bound.h"
#include "report/run_header.h"
#include "sim/chip/chip.h"

namespace memplace {

enum class BoundStatus {
  kOptimal,   // the best mapping known is as fast as the bound
  kFinished,  // all that the effort allows was done
  kTime,      // time was up before
  kStopped,   // interrupted
};
std::string_view name_of(BoundStatus status);  // optimal, finished, time, stopped

// The mapping that the user asked about, as it was simulated.
struct BoundedMapping {
  std::string name;
  Picoseconds latency;
  Picoseconds relaxed;   // relaxed_time()
  bool feasible = true;  // as asked; else it was made feasible first
};

struct BoundReport {
  RunHeader header;
  Mode mode;
  BoundStatus status = BoundStatus::kFinished;
  Bound bound;
  Picoseconds best_known;
  std::string best_source;  // what found it: a heuristic, "mapping", "relaxation"
  std::optional<BoundedMapping> mapping;
  double seconds = 0;
};

Json to_json(const BoundReport& report);
std::string to_text(const BoundReport& report, std::optional<std::size_t> width);
// A row a family.
std::string to_csv(const BoundReport& report);

// "1.94%".
std::string gap_text(Picoseconds latency, Picoseconds bound);

// What reports say of a bound and of the gap of the best latency known, with what that means.
std::string bound_remark(Picoseconds bound);
std::string gap_remark(Picoseconds latency, Picoseconds bound);

}  // namespace memplace
