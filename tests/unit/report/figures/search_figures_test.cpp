// SPDX-License-Identifier: Apache-2.0
#include "report/search_figures/search_figures.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/json.h"
#include "optimizer/search/mapping_digits.h"
#include "tests/unit/report/figures/histories.h"
#include "tests/unit/report/toy_reports.h"

namespace memplace::test {
namespace {

using Names = std::set<std::string>;

StoredSearch run_of(const SearchGroup& group, const std::string& strategy, std::uint64_t seed,
                    const std::vector<Line>& lines, bool over = true) {
  StoredSearch run;
  run.strategy = strategy;
  run.config.seed = seed;
  run.config.budget = 3;
  run.history = history_of(lines);
  run.over = over;
  run.best = mapping_of_digits(group.program->problem, run.history.back().given);
  return run;
}

// The tiny network: decisions a.weights (8 B) and a.out (2 B), of which native has the first in llc
// and the second in sram, at a cost of 12. Each run ends with its best.
SearchGroup tiny_group() {
  SearchGroup group;
  group.workload = "tiny, small";
  group.chip = "toy";
  group.program = std::make_unique<const Program>(tiny_program());
  group.native = *mapping_of_digits(group.program->problem, "12");
  group.native_cost = 12;
  group.runs.push_back(run_of(
      group, "walk", 7,
      {{"start", 1, 24, true, "00"}, {"move", 2, 30, false, "01"}, {"move", 3, 8, true, "22"}}));
  group.runs.push_back(run_of(group, "rule", 7, {{"rule", 1, 12, true, "12"}}));
  return group;
}

std::map<std::string, std::string> files_of(const SearchFigures& figures) {
  std::map<std::string, std::string> files;
  for (const FigureFile& file : figures.files()) {
    files[file.name] = file.csv;
    const auto lines = std::count(file.csv.begin(), file.csv.end(), '\n');
    CHECK(static_cast<std::size_t>(lines) == file.rows + 1);
  }
  return files;
}

Names columns_of(const std::string& csv) {
  std::istringstream header(csv.substr(0, csv.find('\n')));
  Names columns;
  for (std::string column; std::getline(header, column, ',');) {
    columns.insert(column);
  }
  return columns;
}

// The names of columns that a specification of Vega-Lite reads, and those that it makes itself.
void collect(const Json& json, const std::string& key, Names& read, Names& made) {
  if (json.is_string() && (key == "field" || key == "groupby" || key == "one_for_each")) {
    read.insert(json.get<std::string>());
  } else if (json.is_string() && key == "as") {
    made.insert(json.get<std::string>());
  } else if (json.is_string() && (key == "calculate" || key == "filter" || key == "test")) {
    const auto text = json.get<std::string>();
    const auto is_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    constexpr std::string_view kDatum = "datum.";
    for (auto at = text.find(kDatum); at != std::string::npos; at = text.find(kDatum, at + 1)) {
      const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at + kDatum.size());
      read.insert(std::string(begin, std::find_if_not(begin, text.end(), is_name)));
    }
  } else if (json.is_array()) {
    for (const Json& item : json) {
      collect(item, key, read, made);
    }
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      collect(value, name, read, made);
    }
  }
}

}  // namespace

TEST_CASE("tables of two strategies on a tiny network", "[figures]") {
  SearchFigures figures;
  figures.add(tiny_group());
  auto files = files_of(figures);
  CHECK(files["curves.csv"] ==
        "chip,workload,strategy,evaluation,seeds,mean_speedup,stderr_speedup,least_speedup,"
        "greatest_speedup\n"
        "toy,\"tiny, small\",walk,1,1,0.5,0,0.5,0.5\n"
        "toy,\"tiny, small\",walk,2,1,0.5,0,0.5,0.5\n"
        "toy,\"tiny, small\",walk,3,1,1.5,0,1.5,1.5\n"
        "toy,\"tiny, small\",rule,1,1,1,0,1,1\n"
        "toy,\"tiny, small\",rule,2,1,1,0,1,1\n"
        "toy,\"tiny, small\",rule,3,1,1,0,1,1\n");
  CHECK(files["parts.csv"] ==
        "chip,workload,strategy,part,seeds,mean_evaluations,mean_improvements,mean_speedup_gain\n"
        "toy,\"tiny, small\",walk,start,1,1,1,-0.5\n"
        "toy,\"tiny, small\",walk,move,1,2,1,1\n"
        "toy,\"tiny, small\",rule,rule,1,1,1,0\n");
  CHECK(files["strips.csv"] ==
        "chip,workload,mapping,seed,position,op,tensor,kind,bytes,memory,memory_index\n"
        "toy,\"tiny, small\",heuristic:native,,1,a,a.weights,weights,8,llc,1\n"
        "toy,\"tiny, small\",heuristic:native,,2,a,a.out,activation,2,sram,2\n"
        "toy,\"tiny, small\",walk,7,1,a,a.weights,weights,8,sram,2\n"
        "toy,\"tiny, small\",walk,7,2,a,a.out,activation,2,sram,2\n"
        "toy,\"tiny, small\",rule,7,1,a,a.weights,weights,8,llc,1\n"
        "toy,\"tiny, small\",rule,7,2,a,a.out,activation,2,sram,2\n");
  // 18 cells a strategy, of which those with bytes matter.
  const std::string& moved = files["transitions.csv"];
  CHECK(std::count(moved.begin(), moved.end(), '\n') == 1 + 2 * 18);
  for (const char* const row :
       {"walk,7,weights,llc,sram,8,1\n", "walk,7,activation,sram,sram,2,1\n",
        "walk,7,weights,llc,llc,0,0\n", "rule,7,weights,llc,llc,8,1\n"}) {
    CHECK(moved.find(std::string("\ntoy,\"tiny, small\",") + row) != std::string::npos);
  }
  // All four visits are drawn.
  const std::string& plane = files["embedding.csv"];
  CHECK(std::count(plane.begin(), plane.end(), '\n') == 1 + 4);
  CHECK(plane.find("\ntoy,\"tiny, small\",walk,7,3,") != std::string::npos);
  REQUIRE(figures.embeddings().size() == 1);
  CHECK(figures.embeddings()[0].drawn == 4);
  CHECK(figures.embeddings()[0].visited == 4);
}

// Of the walks, 2 is the median: its cost is between the others'.
// 12,345,678 over 24 is 514,403.25, over 8 1,543,209.75: no power of ten stands in a table, and no
// digit of a large number is rounded away.
TEST_CASE("tables have large numbers whole", "[figures]") {
  SearchGroup group = tiny_group();
  group.native_cost = 12'345'678;
  group.runs.pop_back();
  SearchFigures figures;
  figures.add(group);
  CHECK(files_of(figures)["curves.csv"] ==
        "chip,workload,strategy,evaluation,seeds,mean_speedup,stderr_speedup,least_speedup,"
        "greatest_speedup\n"
        "toy,\"tiny, small\",walk,1,1,514403,0,514403,514403\n"
        "toy,\"tiny, small\",walk,2,1,514403,0,514403,514403\n"
        "toy,\"tiny, small\",walk,3,1,1543210,0,1543210,1543210\n");
}

TEST_CASE("what is shown of several seeds is the median", "[figures]") {
  SearchGroup group = tiny_group();
  group.runs.clear();
  group.runs.push_back(run_of(group, "walk", 1, {{"start", 1, 9, true, "00"}}));
  group.runs.push_back(run_of(group, "walk", 2, {{"start", 1, 8, true, "11"}}));
  group.runs.push_back(run_of(group, "walk", 3, {{"start", 1, 6, true, "22"}}));
  SearchFigures figures;
  figures.add(group);
  auto files = files_of(figures);
  CHECK(files["strips.csv"].find(",walk,2,1,a,a.weights,weights,8,llc,1\n") != std::string::npos);
  CHECK(files["strips.csv"].find(",walk,1,") == std::string::npos);
  CHECK(files["transitions.csv"].find(",walk,2,activation,sram,llc,2,1\n") != std::string::npos);
}

TEST_CASE("runs without mappings have neither strip nor embedding", "[figures]") {
  SearchGroup group = tiny_group();
  for (StoredSearch& run : group.runs) {
    run.best = std::nullopt;
    for (HistoryEntry& entry : run.history) {
      entry.given.clear();
    }
  }
  SearchFigures figures;
  figures.add(group);
  auto files = files_of(figures);
  CHECK(figures.embeddings().empty());
  CHECK(files["embedding.csv"] == files_of(SearchFigures())["embedding.csv"]);
  CHECK(files["transitions.csv"] == files_of(SearchFigures())["transitions.csv"]);
  CHECK(files["strips.csv"].find("walk") == std::string::npos);
  CHECK(files["curves.csv"].find(",walk,3,") != std::string::npos);
}

TEST_CASE("each specification of a figure names columns that there are", "[figures]") {
  auto files = files_of(SearchFigures());
  std::size_t specs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(MEMPLACE_SOURCE_DIR) +
                                                               "/report/search_figures/specs")) {
    const std::string path = entry.path().string();
    CAPTURE(path);
    REQUIRE(path.ends_with(".vl.json"));
    const Json spec = Json::parse(read_file(path));
    const auto table = spec["data"]["url"].get<std::string>();
    REQUIRE(files.contains(table));
    CHECK(spec["background"] == "white");
    Names read;
    Names made;
    collect(spec, "", read, made);
    CHECK(read.size() >= 4);
    const Names columns = columns_of(files[table]);
    for (const std::string& name : read) {
      CAPTURE(name);
      CHECK((columns.contains(name) || made.contains(name)));
    }
    ++specs;
  }
  CHECK(specs == 4);
}

}  // namespace memplace::test
