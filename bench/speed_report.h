// SPDX-License-Identifier: Apache-2.0
// What `memplace bench` prints.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/speed.h"
#include "report/run_header.h"

namespace memplace::bench {

struct SpeedReport {
  RunHeader header;
  std::string chip;
  Mode mode;
  std::string signature;
  std::vector<Speed> speeds;  // a workload each
};

Json to_json(const SpeedReport& report);
std::string to_text(const SpeedReport& report, std::optional<std::size_t> width);
std::string to_csv(const SpeedReport& report);  // the rates

}  // namespace memplace::bench
