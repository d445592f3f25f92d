// SPDX-License-Identifier: Apache-2.0
// What pictures of a run need beside its tables: who was busy when, which bytes were where, and how
// fast the machine could have been.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "report/spans.h"
#include "sim/placement/addresses.h"
#include "sim/timing/program.h"

namespace memplace {

struct ReportedAddress {
  std::string tensor;  // two rows where it is fetched, the first of its home
  std::string memory;
  Bytes offset;
  Bytes bytes;
  Lifetime steps;
};

// Of one instance, in the run's mode.
struct ReportedBandwidth {
  std::string memory;
  Bandwidth read;
  Bandwidth write;
};

struct SimulationDetails {
  double peak_macs_per_second = 0;  // of the engines of one stream, for int8
  std::vector<ReportedBandwidth> bandwidths;
  std::vector<OpSpan> spans;
  std::vector<ReportedAddress> addresses;  // of stream 0
};

SimulationDetails make_details(const Program& program, const SpanRecorder& recorder,
                               const Addresses& addresses);

Json to_json(const SimulationDetails& details);

}  // namespace memplace
