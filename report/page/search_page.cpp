// SPDX-License-Identifier: Apache-2.0
#include "report/page/search_page.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/bound/bound.h"
#include "report/page/time_parts.h"

namespace memplace {
namespace {

constexpr std::array<std::string_view, 14> kTexts{
    "chip", "workload", "strategy",    "mapping",   "op",      "tensor",   "kind",
    "part", "memory",   "from_memory", "to_memory", "seed_of", "feasible", "name"};

// JavaScript has no other integers exactly.
bool is_exact(const Json& number) {
  constexpr auto kMost = std::int64_t{1} << 53;
  return number.is_number_float() ||
         (number.is_number_unsigned() ? number.get<std::uint64_t>() <= std::uint64_t{kMost}
                                      : number.get<std::int64_t>() >= -kMost);
}

// A figure's table with numbers for what its cells write as such.
Dataset dataset_of(const Table& table) {
  Dataset dataset(table.titles());
  std::vector<bool> is_text;
  is_text.reserve(table.titles().size());
  for (const std::string& title : table.titles()) {
    is_text.push_back(std::find(kTexts.begin(), kTexts.end(), title) != kTexts.end());
  }
  for (const std::vector<std::string>& row : table.rows()) {
    std::vector<Json> values;
    values.reserve(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      Json value = is_text[i] ? Json() : Json::parse(row[i], nullptr, false);
      values.push_back(value.is_number() && is_exact(value) ? std::move(value) : Json(row[i]));
    }
    dataset.add_row(std::move(values));
  }
  return dataset;
}

Dataset dataset_of(const std::vector<SearchBound>& bounds) {
  Dataset dataset({"workload", "chip", "best_latency_ps", "bound_ps", "gap"});
  for (const SearchBound& row : bounds) {
    dataset.add_row(
        {row.workload, row.chip, row.latency, row.bound, gap_of(row.latency, row.bound)});
  }
  return dataset;
}

// What an objective's values are, as a column.
Field value_field(Objective objective) {
  switch (objective) {
    case Objective::kLatency:
      return field_of("best_latency_ps");
    case Objective::kThroughput:
      return field_of("best_throughput_per_s");
    case Objective::kEnergy:
      return field_of("best_energy_pj");
    case Objective::kEdp:
      return {"best_edp", "best edp, pJ·s", ""};
  }
  throw InternalError("no such objective");
}

Dataset dataset_of(const std::vector<SearchBest>& bests, Objective objective) {
  std::vector<Field> fields{field_of("workload"), field_of("chip"), field_of("strategy"),
                            field_of("best_latency_ps")};
  if (objective != Objective::kLatency) {
    fields.push_back(value_field(objective));
  }
  Dataset dataset(std::move(fields));
  for (const SearchBest& row : bests) {
    std::vector<Json> cells{row.workload, row.chip, row.strategy, row.latency};
    if (objective != Objective::kLatency) {
      cells.emplace_back(value_of(objective, row.cost));
    }
    dataset.add_row(std::move(cells));
  }
  return dataset;
}

// The last row of each strategy's curve on a network and chip.
Dataset summary_of(const Dataset& curves) {
  Dataset summary({"chip", "workload", "strategy", "evaluation", "seeds", "mean_speedup",
                   "stderr_speedup", "least_speedup", "greatest_speedup"});
  const auto& rows = curves.rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool last = i + 1 == rows.size() ||
                      !std::equal(rows[i].begin(), rows[i].begin() + 3, rows[i + 1].begin());
    if (last) {
      summary.add_row(rows[i]);
    }
  }
  return summary;
}

// A run returns the best of all that was simulated, heuristics included.
Dataset dataset_of(const SearchAnswer& answer) {
  const Comparison& why = answer.why;
  const bool own = answer.own_cost < answer.heuristic_cost;
  const Picoseconds found = own ? why.b.latency : why.a.latency;
  std::vector<Field> fields{{"network", "network", ""},
                            {"on_chip", "chip", ""},
                            {"latency_ps", "latency found", "ps"},
                            {"heuristic", "best heuristic", ""},
                            {"heuristic_ps", "latency of that", "ps"},
                            {"saved", "saved of its cost", "ratio"},
                            {"own_ps", "the search's own", "ps"},
                            {"bound_ps", "proven bound", "ps"},
                            {"gap", "gap to the bound", "ratio"}};
  std::vector<Json> cells{why.b.workload,
                          why.b.chip,
                          found,
                          answer.heuristic,
                          why.a.latency,
                          own ? 1 - answer.own_cost / answer.heuristic_cost : 0.0,
                          own ? Json() : Json(why.b.latency),
                          answer.bound ? Json(*answer.bound) : Json(),
                          answer.bound ? Json(gap_of(found, *answer.bound)) : Json()};
  if (answer.objective != Objective::kLatency) {
    fields.insert(fields.begin() + 2, value_field(answer.objective));
    fields.insert(fields.begin() + 3, {"objective", "objective", ""});
    cells.insert(
        cells.begin() + 2,
        Json(value_of(answer.objective, std::min(answer.own_cost, answer.heuristic_cost))));
    cells.insert(cells.begin() + 3, Json(std::string(name_of(answer.objective))));
  }
  Dataset dataset(std::move(fields));
  dataset.add_row(std::move(cells));
  return dataset;
}

std::string tensors_text(const std::vector<MovedTensor>& tensors) {
  std::string text;
  for (const MovedTensor& tensor : tensors) {
    text +=
        fmt::format("{}{}: {} → {}", text.empty() ? "" : ", ", tensor.name, tensor.from, tensor.to);
  }
  return text;
}

// First what was found, then why it is faster than what rules find.
void add_answer(PageDocument& page, const SearchAnswer& answer) {
  const Comparison& why = answer.why;
  const Dataset dataset = dataset_of(answer);
  std::vector<std::string> tiles;
  for (const Field& field : dataset.fields()) {
    tiles.push_back(field.name);
  }
  page.add_dataset("answer", dataset);
  page.begin_section("answer", "What was found", "");
  page.add_tiles("answer", tiles);
  if (!answer.bound && answer.objective == Objective::kLatency) {
    page.add_note("How fast a mapping could be at best is not proven here; --bound does.");
  }
  page.begin_section(
      "why", "Why",
      fmt::format("What the search found beside the best heuristic, {}.", answer.heuristic));
  Dataset time = time_parts();
  add_time_parts(time, answer.heuristic, why.a);
  add_time_parts(time, "search", why.b);
  page.add_dataset("time", time);
  add_parts_chart(page, "compared", !why.a.moves.empty() || !why.b.moves.empty());
  Dataset waits(std::vector<Field>{field_of("op"),
                                   {"waits_for", "waits for", ""},
                                   {"difference_ps", "longer", "ps"},
                                   {"moved", "as these moved", ""}});
  for (const WaitDifference& wait : why.waits) {
    waits.add_row(
        {wait.op, std::string(name_of(wait.part)), wait.difference, tensors_text(wait.moved)});
  }
  page.add_dataset("waits", waits);
  page.add_table("waits-table", "Waits removed or added",
                 "Below zero where the search's mapping waits less, the largest change first.",
                 "waits");
  Dataset moved({"tensor", "kind", "bytes", "from_memory", "to_memory"});
  for (const MovedTensor& tensor : why.moved) {
    moved.add_row({tensor.name, tensor.kind, tensor.bytes, tensor.from, tensor.to});
  }
  page.add_dataset("moved", moved);
  page.add_table("moved-table", "Tensors in other memories",
                 "From where the heuristic has them to where the search has them.", "moved");
}

// Of several strategies.
void add_results(PageDocument& page, const std::vector<SearchBound>& bounds,
                 const std::vector<SearchBest>& bests, Objective objective) {
  page.begin_section(
      "results", "What was found",
      "A speed-up is the cost of the heuristic native over the cost of the strategy's own best "
      "mapping, as the search measured it: above 1 is better than native.");
  page.add_chart("summary");
  page.add_table("summary-table", "Every strategy", "At the end of its budget, over the seeds.",
                 "summary");
  if (!bests.empty()) {
    page.add_dataset("found", dataset_of(bests, objective));
    page.add_table("found-table", "Best mappings",
                   "The best of each strategy's seeds, as the search measured it.", "found");
  }
  if (!bounds.empty()) {
    page.add_dataset("proven", dataset_of(bounds));
    page.add_table("proven-table", "What is proven",
                   "No feasible mapping is faster than the bound. The gap is how much slower than "
                   "that the best mapping found is.",
                   "proven");
  }
}

}  // namespace

PageDocument search_page(const std::string& version, const std::string& title,
                         const PageSource& source, const SearchFigures& figures,
                         const std::vector<std::string>& notes,
                         const std::vector<SearchBound>& bounds,
                         const std::vector<SearchBest>& bests, Objective objective,
                         const std::optional<SearchAnswer>& answer) {
  PageDocument page(version, "search", title);
  page.add_source(source);
  if (answer) {
    add_answer(page, *answer);
  }
  for (const FigureFile& file : figures.files()) {
    const std::string name = file.name.substr(0, file.name.find('.'));
    const Dataset dataset = dataset_of(file.table);
    if (name == "curves") {
      page.add_dataset("summary", summary_of(dataset));
    }
    page.add_dataset(name, dataset);
  }
  page.add_choice("workload", "Network");
  page.add_choice("chip", "Chip");

  if (!answer) {
    add_results(page, bounds, bests, objective);
  }
  page.begin_section("learning", "How it was found", "");
  for (const std::string& note : notes) {
    page.add_note(note);
  }
  page.add_chart("gaps");
  page.add_chart("parts");
  page.begin_section("mappings", "Where the tensors went",
                     "The best mapping of each strategy's median seed, beside that of native.");
  page.add_chart("transitions");
  page.add_chart("strips");
  page.add_chart("embedding");
  for (const EmbeddingNote& note : figures.embeddings()) {
    page.add_note(fmt::format(
        "{} on {}: {} of {} visited mappings are drawn; the two axes explain {:.1f}% of the "
        "variance.",
        note.workload, note.chip, note.drawn, note.visited, note.explained_share * 100));
  }
  return page;
}

}  // namespace memplace
