// SPDX-License-Identifier: Apache-2.0
#include "report/training_report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/json_table.h"
#include "report/search_report.h"
#include "report/table.h"

namespace memplace {
namespace {

Json row_json(const TrainingRow& row) {
  return {{"workload", row.workload},
          {"seed", row.seed},
          {"evaluations", row.evaluations},
          {"native_latency_ps", row.native.latency},
          {"best_heuristic", row.best_heuristic.name},
          {"best_heuristic_latency_ps", row.best_heuristic.latency},
          {"best_latency_ps", row.best_latency},
          {"best_evaluation", row.best_evaluation},
          {"speedup", speedup_of(row.best_latency, row.native.latency)},
          {"zero_shot_latency_ps", row.zero_shot_latency},
          {"zero_shot_epsilon", row.zero_shot_epsilon},
          {"zero_shot_speedup", speedup_of(row.zero_shot_latency, row.native.latency)}};
}

}  // namespace

TrainingReport make_training_report(RunHeader header, std::string policy_file, std::uint64_t seed,
                                    std::span<const std::string> workloads,
                                    const TrainingResult& result) {
  MEMPLACE_ASSERT(workloads.size() == result.workloads.size(), policy_file);
  TrainingReport report{
      std::move(header), std::move(policy_file), result.policy.parameters.size(), {}};
  report.rows.reserve(workloads.size());
  for (std::size_t i = 0; i < workloads.size(); ++i) {
    const TrainedWorkload& trained = result.workloads[i];
    MEMPLACE_ASSERT(trained.search.best.has_value(), workloads[i]);
    TrainingRow row;
    row.workload = workloads[i];
    row.seed = seed + i;
    row.evaluations = trained.search.history.size();
    row.native = native_of(trained.references);
    row.best_heuristic =
        *std::min_element(trained.references.begin(), trained.references.end(),
                          [](const Reference& a, const Reference& b) { return a.cost < b.cost; });
    row.best_latency = trained.search.best->measures.latency;
    row.best_evaluation = trained.search.best_evaluation;
    row.zero_shot_latency = trained.zero_shot.measures.latency;
    row.zero_shot_epsilon = trained.zero_shot.epsilon.value();
    report.rows.push_back(std::move(row));
  }
  return report;
}

Json to_json(const TrainingReport& report) {
  Json json = begin_json(report.header);
  json["policy"] = {{"file", report.policy_file}, {"parameters", report.parameters}};
  json["workloads"] = rows_to_json(report.rows, row_json);
  return json;
}

std::string to_text(const TrainingReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("workload", Table::Column::kName);
  for (const char* const title :
       {"native", "best heuristic", "found", "over native", "zero-shot", "over native"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const TrainingRow& row : report.rows) {
    const Picoseconds native = row.native.latency;
    table.add_row({row.workload, rounded(native), rounded(row.best_heuristic.latency),
                   rounded(row.best_latency),
                   fmt::format("{:.3f}x", speedup_of(row.best_latency, native)),
                   rounded(row.zero_shot_latency),
                   fmt::format("{:.3f}x", speedup_of(row.zero_shot_latency, native))});
  }
  return text_head(report.header) +
         fmt::format("\npolicy          {}, {} parameters\n\nWorkloads\n", report.policy_file,
                     report.parameters) +
         table.text(width, "  ");
}

std::string to_csv(const TrainingReport& report) {
  return json_rows_to_csv(rows_to_json(report.rows, row_json));
}

}  // namespace memplace
