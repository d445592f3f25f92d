// SPDX-License-Identifier: Apache-2.0
// Results that `memplace compare` and `memplace report` are given: the same promises as of
// graph_targets.h, and all that is made of what was read is made without a failure.
#pragma once

#include <string>
#include <utility>

#include "base/json.h"
#include "report/comparison.h"
#include "report/page/simulation_page.h"
#include "report/page/sweep_page.h"
#include "report/simulation_report.h"
#include "tests/fuzz/takes.h"
#include "tests/support/line_chains.h"

namespace memplace::test {

inline constexpr const char* kFuzzedVersion = "1.2.3";

inline bool take_json(const std::string& text) {
  return takes([&] {
    const auto reader = [](const std::string& json) { return parse_json(json, "fuzz.json"); };
    const std::string written = one_line(reader(text));
    MEMPLACE_ASSERT(one_line(reread(written, reader)) == written, written);
  });
}

inline SimulationReport read_simulation(const std::string& text) {
  const std::string source = "fuzz.json";
  return read_simulation_report(parse_json(text, source), source, kFuzzedVersion);
}

inline bool take_simulation(const std::string& text) {
  return takes([&] {
    const SimulationReport report = read_simulation(text);
    const std::string written = pretty(to_json(report));
    MEMPLACE_ASSERT(pretty(to_json(reread(written, read_simulation))) == written, written);
    to_text(report, {});
    for (const CsvTable table : {CsvTable::kOps, CsvTable::kTensors, CsvTable::kMemories,
                                 CsvTable::kMoves, CsvTable::kSummary}) {
      to_csv(report, table);
    }
    if (report.details) {
      simulation_page(kFuzzedVersion, {{"fuzz.json", report}}).json();
    }
    const Comparison same = compare({}, report, report);
    to_text(same, {});
    to_json(same);
  });
}

// A sweep's sweep.json, and behind its last line with content, if it is set off by an empty one,
// its points.jsonl.
inline bool take_sweep_page(const std::string& text) {
  return takes([&] {
    const std::size_t middle = text.find("\n\n");
    const std::string points =
        middle == std::string::npos ? "" : with_checks(text.substr(middle + 2), fnv1a("spec"));
    sweep_page(kFuzzedVersion, {"sweep", text.substr(0, middle), points, "spec"}).json();
  });
}

}  // namespace memplace::test
