// SPDX-License-Identifier: Apache-2.0
#include "bench/speed_report.h"

#include <cmath>

#include <fmt/format.h>

#include "report/json_table.h"
#include "report/table.h"

namespace memplace::bench {
namespace {

Json optional_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json rates_json(const SpeedReport& report) {
  Json rows = Json::array();
  for (const Speed& speed : report.speeds) {
    for (const Rate& rate : speed.rates) {
      rows.push_back({{"workload", speed.workload},
                      {"model", std::string(name_of(rate.model))},
                      {"threads", rate.threads},
                      {"evaluations_per_second", rate.evaluations_per_second},
                      {"ratio_to_systemc", optional_json(rate.ratio_to_systemc)},
                      {"ratio_to_one_thread", optional_json(rate.ratio_to_one_thread)}});
    }
  }
  return rows;
}

Json workloads_json(const SpeedReport& report) {
  Json rows = Json::array();
  for (const Speed& speed : report.speeds) {
    rows.push_back({{"workload", speed.workload},
                    {"ops", speed.ops},
                    {"tiles", speed.tiles},
                    {"requests", speed.requests},
                    {"mappings", speed.mappings}});
  }
  return rows;
}

Json incremental_json(const SpeedReport& report) {
  Json rows = Json::array();
  for (const Speed& speed : report.speeds) {
    for (const IncrementalRow& row : speed.incremental) {
      rows.push_back({{"workload", speed.workload},
                      {"begin_step", row.steps.begin},
                      {"end_step", row.steps.end},
                      {"changes", row.changes},
                      {"ratio", row.ratio},
                      {"ops_walked", row.ops_walked}});
    }
  }
  return rows;
}

Json learning_json(const SpeedReport& report) {
  Json rows = Json::array();
  for (const Speed& speed : report.speeds) {
    for (const LearningRow& row : speed.learning) {
      rows.push_back({{"workload", speed.workload},
                      {"step", row.step},
                      {"nodes", row.nodes},
                      {"hidden", row.hidden},
                      {"batch", row.batch},
                      {"milliseconds", row.milliseconds},
                      {"gflops", row.gflops},
                      {"share_of_peak", row.share_of_peak}});
    }
  }
  return rows;
}

// Three digits, or all before the point.
std::string short_ratio(double ratio) {
  if (ratio < 9.995) {
    return fmt::format("{:.2f}", ratio);
  }
  return ratio < 99.95 ? fmt::format("{:.1f}", ratio) : fmt::format("{:.0f}", ratio);
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? short_ratio(*ratio) + 'x' : "";
}

// Nanoseconds that one thread spends on a tile or a request of an evaluation; nothing where an
// evaluation is not all of them.
std::string event_text(const Speed& speed, const Rate& rate) {
  if (rate.model == Model::kEventIncremental || moves(rate.model) || rate.threads > 1 ||
      speed.events() == 0) {
    return "";
  }
  constexpr double kNanoseconds = 1e9;
  return fmt::format(
      "{:.2f}", kNanoseconds / rate.evaluations_per_second / static_cast<double>(speed.events()));
}

std::string rates_text(const SpeedReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("network", Table::Column::kName);
  table.add_column("model", Table::Column::kName);
  for (const char* const title :
       {"threads", "evaluations/s", "over systemc", "over 1 thread", "ns/event"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const Speed& speed : report.speeds) {
    for (const Rate& rate : speed.rates) {
      table.add_row({speed.workload, std::string(name_of(rate.model)), std::to_string(rate.threads),
                     fmt::format("{}", std::llround(rate.evaluations_per_second)),
                     ratio_text(rate.ratio_to_systemc), ratio_text(rate.ratio_to_one_thread),
                     event_text(speed, rate)});
    }
  }
  return "\nEvaluations a second\n" + table.text(width, "  ");
}

std::string events_text(const SpeedReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("network", Table::Column::kName);
  for (const char* const title : {"ops", "tiles", "requests"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const Speed& speed : report.speeds) {
    table.add_row({speed.workload, std::to_string(speed.ops), std::to_string(speed.tiles),
                   std::to_string(speed.requests)});
  }
  return "\nWhat an evaluation is: tiles and requests, each an event\n" + table.text(width, "  ");
}

std::string incremental_text(const SpeedReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("network", Table::Column::kName);
  table.add_column("", Table::Column::kName);
  for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
    table.add_column(fmt::format("{}%", 10 * tenth), Table::Column::kNumber);
  }
  bool any = false;
  for (const Speed& speed : report.speeds) {
    std::vector<std::string> ratios{speed.workload, "faster"};
    std::vector<std::string> walked{"", "ops"};
    auto row = speed.incremental.begin();
    for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
      const bool here = row != speed.incremental.end() &&
                        row->steps.begin == speed.ops * tenth / kTenths &&
                        row->steps.end == speed.ops * (tenth + 1) / kTenths;
      ratios.push_back(here ? short_ratio(row->ratio) : "");
      walked.push_back(here ? std::to_string(row->ops_walked) : "");
      row += here ? 1 : 0;
    }
    if (!speed.incremental.empty()) {
      any = true;
      table.add_row(std::move(ratios));
      table.add_row(std::move(walked));
    }
  }
  return any ? "\nOne tensor changed: how much faster than the whole, and ops walked, by where in "
               "the\n"
               "schedule the tensor's first op is\n" +
                   table.text(width, "  ")
             : "";
}

std::string learning_text(const SpeedReport& report, std::optional<std::size_t> width) {
  Table table;
  table.add_column("network", Table::Column::kName);
  table.add_column("step", Table::Column::kName);
  for (const char* const title : {"nodes", "hidden", "batch", "ms", "GFLOP/s", "of peak"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  bool any = false;
  constexpr double kPercent = 100;
  for (const Speed& speed : report.speeds) {
    for (const LearningRow& row : speed.learning) {
      any = true;
      table.add_row({speed.workload, row.step, std::to_string(row.nodes),
                     std::to_string(row.hidden), row.batch > 0 ? std::to_string(row.batch) : "",
                     fmt::format("{:.2f}", row.milliseconds), fmt::format("{:.1f}", row.gflops),
                     fmt::format("{:.0f}%", kPercent * row.share_of_peak)});
    }
  }
  return any ? "\nNetworks that learn to map, one thread; peak: a product of 512 x 512 floats\n" +
                   table.text(width, "  ")
             : "";
}

}  // namespace

Json to_json(const SpeedReport& report) {
  Json json = begin_json(report.header);
  json["chip"] = report.chip;
  json["mode"] = to_json(report.mode);
  json["signature"] = report.signature;
  json["workloads"] = workloads_json(report);
  json["rates"] = rates_json(report);
  json["incremental"] = incremental_json(report);
  json["learning"] = learning_json(report);
  return json;
}

std::string to_text(const SpeedReport& report, std::optional<std::size_t> width) {
  return text_head(report.header) + "\nsignature       " + report.signature + '\n' +
         rates_text(report, width) + events_text(report, width) + incremental_text(report, width) +
         learning_text(report, width);
}

std::string to_csv(const SpeedReport& report) { return json_rows_to_csv(rates_json(report)); }

}  // namespace memplace::bench
