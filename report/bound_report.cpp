// SPDX-License-Identifier: Apache-2.0
#include "report/bound_report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "report/json_table.h"
#include "report/numbers.h"
#include "report/table.h"

namespace memplace {
namespace {

// What a family adds, for people.
std::string_view meaning_of(std::string_view family) {
  using Meaning = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Meaning, 7> kMeanings{
      Meaning{"compute", "all computing and dispatching, one tile after the other"},
      {"channels", "the bytes of each memory's channels; room in memories"},
      {"data", "inputs after what they read, outputs after computing"},
      {"slots", "two input and two output slots"},
      {"prefetch", "weights no sooner than they find space"},
      {"queues", "inputs behind weights in the slowest memory"},
      {"chain", "all of these, whole decisions, room at a price"}};
  const auto* const found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                         [&](const Meaning& m) { return m.first == family; });
  return found == kMeanings.end() ? "" : found->second;
}

Json families_json(const BoundReport& report) {
  Json rows = Json::array();
  for (const BoundFamily& family : report.bound.families) {
    rows.push_back({{"name", family.name}, {"bound_ps", family.bound}});
  }
  return rows;
}

std::string ended(BoundStatus status) {
  switch (status) {
    case BoundStatus::kOptimal:
      return "proven optimal";
    case BoundStatus::kFinished:
      return "all families added";
    case BoundStatus::kTime:
      return "time is up";
    case BoundStatus::kStopped:
      return "interrupted";
  }
  throw InternalError("no such status of a bound");
}

}  // namespace

std::string_view name_of(BoundStatus status) {
  switch (status) {
    case BoundStatus::kOptimal:
      return "optimal";
    case BoundStatus::kFinished:
      return "finished";
    case BoundStatus::kTime:
      return "time";
    case BoundStatus::kStopped:
      return "stopped";
  }
  throw InternalError("no such status of a bound");
}

std::string gap_text(Picoseconds latency, Picoseconds bound) {
  const double gap = gap_of(latency, bound);
  return std::isfinite(gap) ? fmt::format("{:.2f}%", gap * 100) : "-";
}

std::string bound_remark(Picoseconds bound) {
  return fmt::format("{}: no feasible mapping is faster", rounded(bound));
}

std::string gap_remark(Picoseconds latency, Picoseconds bound) {
  return fmt::format("{}: at most so much slower than the best possible", gap_text(latency, bound));
}

Json to_json(const BoundReport& report) {
  Json json = begin_json(report.header);
  json["mode"] = to_json(report.mode);
  json["status"] = name_of(report.status);
  json["bound_ps"] = report.bound.proven;
  json["solver_bound_ps"] = report.bound.claimed ? Json(*report.bound.claimed) : Json();
  json["best_known_ps"] = report.best_known;
  json["best_known_from"] = report.best_source;
  json["gap"] = gap_of(report.best_known, report.bound.proven);
  if (report.mapping) {
    json["mapping"] = {{"name", report.mapping->name},
                       {"latency_ps", report.mapping->latency},
                       {"relaxed_ps", report.mapping->relaxed},
                       {"feasible", report.mapping->feasible},
                       {"gap", gap_of(report.mapping->latency, report.bound.proven)}};
  }
  json["families"] = families_json(report);
  json["seconds"] = report.seconds;
  return json;
}

std::string to_text(const BoundReport& report, std::optional<std::size_t> width) {
  const Picoseconds bound = report.bound.proven;
  std::string text = text_head(report.header) + '\n';
  text += key_line("proven bound", bound_remark(bound));
  text += key_line("best known",
                   fmt::format("{} ({})", rounded(report.best_known), report.best_source));
  text += key_line("gap", gap_remark(report.best_known, bound));
  if (report.mapping) {
    text += key_line("mapping", fmt::format("{}{}, gap {}", rounded(report.mapping->latency),
                                            report.mapping->feasible ? "" : " once it fits",
                                            gap_text(report.mapping->latency, bound)));
    text += key_line("", fmt::format("{} in the relaxed model", rounded(report.mapping->relaxed)));
  }
  if (report.bound.claimed) {
    text += key_line("solver says", fmt::format("{}, unproven", rounded(*report.bound.claimed)));
  }
  text += key_line("status", fmt::format("{}, {:.1f} s", ended(report.status), report.seconds));
  Table table;
  table.add_column("with", Table::Column::kName);
  table.add_column("bound", Table::Column::kNumber);
  table.add_column("gap", Table::Column::kNumber);
  table.add_column("what it adds", Table::Column::kName);
  for (const BoundFamily& family : report.bound.families) {
    table.add_row({family.name, rounded(family.bound), gap_text(report.best_known, family.bound),
                   std::string(meaning_of(family.name))});
  }
  return text + "\nFamilies of constraints, each with those above it\n" + table.text(width, "  ");
}

std::string to_csv(const BoundReport& report) { return json_rows_to_csv(families_json(report)); }

}  // namespace memplace
