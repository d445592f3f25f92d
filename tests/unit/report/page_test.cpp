// SPDX-License-Identifier: Apache-2.0
// Pages: the numbers in them are those of the results, and no name can break out.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/fnv.h"
#include "report/page/page_assets.h"
#include "report/page/page_html.h"
#include "report/page/search_page.h"
#include "report/page/simulation_page.h"
#include "report/page/sweep_page.h"
#include "tests/support/line_chains.h"
#include "tests/unit/report/toy_reports.h"

namespace memplace {
namespace {

// mixed_report() with what pictures need, by hand: a reads 8 B of weights of llc in 16 ns.
SimulationReport pictured_report() {
  SimulationReport report = test::mixed_report();
  SimulationDetails details;
  details.peak_macs_per_second = 4e9;
  details.bandwidths = {{"dram", Bandwidth(250'000'000), Bandwidth(250'000'000)},
                        {"llc", Bandwidth(500'000'000), Bandwidth(500'000'000)}};
  details.spans = {{0, "weight", "llc", 0_ns, 16_ns, 16_ns, 8_B},
                   {0, "compute", "", 16_ns, 24_ns, 8_ns, 0_B}};
  details.addresses = {{"a.weights", "llc", 0_B, 8_B, {0, 2}}};
  report.details = details;
  return report;
}

// moving_report() with what pictures need: a.weights at home, their copy, and their pieces.
SimulationReport pictured_moving_report() {
  SimulationReport report = test::moving_report();
  SimulationDetails details;
  details.peak_macs_per_second = 4e9;
  details.bandwidths = {{"llc", Bandwidth(500'000'000), Bandwidth(500'000'000)}};
  details.spans = {{0, "weight", "llc", 56_ns, 72_ns, 16_ns, 8_B},
                   {0, "move", "dram", 16_ns, 48_ns, 32_ns, 8_B},
                   {0, "move", "llc", 32_ns, 56_ns, 16_ns, 8_B}};
  details.addresses = {{"a.weights", "dram", 0_B, 8_B, {0, 2}},
                       {"a.weights", "llc", 4_B, 8_B, {0, 1}}};
  report.details = details;
  return report;
}

// Two chips and two networks; one point failed. The two parameters are one axis.
constexpr const char* kSweepJson =
    R"({"version":"1.2.3","chip":"toy","objectives":["latency_ps","area_mm2"],
"constraints":["area <= 9 mm2"],
"axes":[{"parameter":"memories.llc.capacity","axis":0,"unit":"bytes","values":[4,8],"labels":["4 B","8 B"]},
{"parameter":"memories.sram.capacity","axis":0,"unit":"bytes","values":[1,2],"labels":["1 B","2 B"]}],
"workloads":["a","b"],"mappings":["native"],"points":4,"failed":1,
"pareto":[{"workload":"a","mapping":"native","points":[0,1]},{"workload":"all","mapping":"native","points":[0]}],
"best":[{"workload":"a","mapping":"native","point":1,"latency_ps":100,"throughput_per_s":null,"energy_pj":7,"area_mm2":2.5}],
"marginal":[{"workload":"a","mapping":"native","parameter":"memories.llc.capacity","from":4,"to":8,"latency_ps":-300,
"area_mm2":0.5,"point":0,"gain_ps_per_mm2":600.0}],
"area_sensitivity":[{"workload":"a","mapping":"native","memory":"llc","point":1,"least_factor":null,
"then_point_below":null,"most_factor":1.5,"then_point_above":0}]})";

std::string sweep_point(int point, const char* workload, int llc, const std::string& rest) {
  return R"({"point":)" + std::to_string(point) + R"(,"workload":")" + workload +
         R"(","mapping":"native","parameters":{"memories.llc.capacity":)" + std::to_string(llc) +
         R"(,"memories.sram.capacity":)" + std::to_string(llc / 4) + "}," + rest + "}";
}

SweepFiles files_of(const std::string& summary, const std::vector<std::string>& points) {
  const std::string spec = "the spec";
  return {"dir", summary, test::chained(points, fnv1a(spec)), spec};
}

std::string measured(int latency, const char* area) {
  return R"("latency_ps":)" + std::to_string(latency) +
         R"(,"throughput_per_s":null,"energy_pj":7,"area_mm2":)" + area +
         R"(,"compute_ps":50,"epsilon":0.0,"evaluations":1)";
}

// The value of a field in a row of a dataset.
Json cell(const Json& page, const std::string& dataset, std::size_t row, const std::string& field) {
  const Json& table = page.at("datasets").at(dataset);
  const Json& fields = table.at("fields");
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [&](const Json& one) { return one.at("name") == field; });
  REQUIRE(at != fields.end());
  return table.at("rows").at(row).at(static_cast<std::size_t>(at - fields.begin()));
}

// The identifiers of the charts that a page shows.
std::set<std::string> charts_of(const Json& page) {
  std::set<std::string> charts;
  for (const Json& section : page.at("sections")) {
    for (const Json& figure : section.at("figures")) {
      if (figure.at("type") == "chart") {
        charts.insert(figure.at("id").get<std::string>());
      }
    }
  }
  return charts;
}

// The colours of a chart that the page shows, by what they stand for.
std::map<std::string, std::string> colours_of(const Json& page, const std::string& chart) {
  std::map<std::string, std::string> colours;
  const auto collect = [&](const auto& self, const Json& json) -> void {
    if (json.is_object() && json.contains("domain") && json.contains("range")) {
      REQUIRE(json.at("domain").size() == json.at("range").size());
      for (std::size_t i = 0; i < json.at("domain").size(); ++i) {
        colours[json.at("domain").at(i)] = json.at("range").at(i);
      }
    }
    if (json.is_structured()) {
      for (const Json& item : json) {
        self(self, item);
      }
    }
  };
  for (const Json& section : page.at("sections")) {
    for (const Json& figure : section.at("figures")) {
      if (figure.value("id", "") == chart) {
        collect(collect, figure.at("spec"));
      }
    }
  }
  return colours;
}

}  // namespace

TEST_CASE("a column's name says its unit", "[page]") {
  CHECK(field_of("latency_ps").label == "latency");
  CHECK(field_of("latency_ps").unit == "ps");
  CHECK(field_of("wait_output_slot_ps").label == "wait output slot");
  CHECK(field_of("achieved_bytes_per_second").unit == "bytes_per_s");
  CHECK(field_of("achieved_bytes_per_second").label == "achieved");
  CHECK(field_of("bytes").unit == "bytes");
  CHECK(field_of("throughput_per_s").unit == "per_s");
  CHECK(field_of("workload").unit.empty());
}

// The times are those drawn in toy_reports.h.
TEST_CASE("the page of a simulation has the report's numbers", "[page]") {
  const Json page = simulation_page("1.2.3", {{"r.json", pictured_report()}}).json();
  CHECK(page.at("kind") == "simulation");
  CHECK(page.at("title") == "tiny on toy");
  CHECK(page.at("memplace_version") == "1.2.3");
  CHECK(page.at("sources").at(0).at("again") == "memplace simulate mixed");
  CHECK(cell(page, "runs", 0, "latency_ps") == 38'000);
  // compute 8 + 2, wait for weights 16, for inputs 4, drain 8 of 38 ns.
  const std::vector<std::pair<std::string, int>> parts{
      {"compute", 10'000},          {"dispatch", 0},
      {"wait for weights", 16'000}, {"wait for inputs", 4'000},
      {"wait for output slot", 0},  {"drain", 8'000}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(cell(page, "time", i, "part") == parts[i].first);
    CHECK(cell(page, "time", i, "time_ps") == parts[i].second);
  }
  CHECK(cell(page, "ops", 0, "op") == "a");
  CHECK(cell(page, "ops", 0, "total_ps") == 24'000);
  CHECK(cell(page, "memories", 1, "read_bytes") == 8);
  CHECK(cell(page, "spans", 0, "busy_ps") == 16'000);
  CHECK(cell(page, "addresses", 0, "end_step") == 2);
  // a: 8 multiply-accumulates with 8 bytes of llc in 24 ns.
  CHECK(cell(page, "intensities", 0, "macs_per_byte") == 1.0);
  CHECK(cell(page, "intensities", 0, "time_ps") == 24'000);
  // From 0.5 to 2 a byte, dram gives 0.125 to 0.5 GMAC/s; the peak of 4 is not reached.
  CHECK(cell(page, "ceilings", 0, "ceiling_macs_per_second") == 125e6);
  CHECK(cell(page, "ceilings", 2, "ceiling_macs_per_second") == 500e6);
  CHECK(charts_of(page) == std::set<std::string>{"time", "ops", "timeline", "bounds", "roofline",
                                                 "traffic", "occupancy"});
}

// The times are those drawn in toy_reports.h: a's 80 ns are 56 for the move, 16 for its weights and
// 8 of computing, so that the copy is under way until seven tenths of the first step.
TEST_CASE("the page of a simulation has its moves", "[page]") {
  const Json page = simulation_page("1.2.3", {{"r.json", pictured_moving_report()}}).json();
  const std::vector<std::pair<std::string, int>> parts{{"compute", 10'000},
                                                       {"dispatch", 0},
                                                       {"wait for weights", 16'000},
                                                       {"wait for inputs", 4'000},
                                                       {"wait for move", 56'000},
                                                       {"wait for output slot", 0},
                                                       {"drain", 8'000}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    CHECK(cell(page, "time", i, "part") == parts[i].first);
    CHECK(cell(page, "time", i, "time_ps") == parts[i].second);
  }
  CHECK(cell(page, "ops", 0, "wait_move_ps") == 56'000);
  CHECK(cell(page, "ops", 0, "total_ps") == 80'000);
  REQUIRE(page.at("datasets").at("moves").at("rows").size() == 1);
  CHECK(cell(page, "moves", 0, "tensor") == "a.weights");
  CHECK(cell(page, "moves", 0, "from") == "dram");
  CHECK(cell(page, "moves", 0, "to") == "llc");
  CHECK(cell(page, "moves", 0, "bytes") == 8);
  CHECK(cell(page, "moves", 0, "after") == "");
  CHECK(cell(page, "moves", 0, "first_op") == "a");
  CHECK(cell(page, "moves", 0, "begin_ps") == 0);
  CHECK(cell(page, "moves", 0, "end_ps") == 56'000);
  CHECK(cell(page, "moves", 0, "waited_ps") == 56'000);
  CHECK(cell(page, "memories", 0, "moved_out_bytes") == 8);
  CHECK(cell(page, "memories", 1, "moved_in_bytes") == 8);
  CHECK(cell(page, "addresses", 0, "residence") == "home");
  CHECK(cell(page, "addresses", 0, "copied_from_step").is_null());
  CHECK(cell(page, "addresses", 1, "residence") == "copy");
  CHECK(cell(page, "addresses", 1, "copied_from_step") == 0.0);
  CHECK(cell(page, "addresses", 1, "copied_to_step") == 0.7);
  CHECK(cell(page, "spans", 1, "lane_index") == 4);
  // a reads llc itself; what the mover moves for it counts in no intensity.
  CHECK(page.at("datasets").at("intensities").at("rows").size() == 1);
  CHECK(cell(page, "intensities", 0, "bytes") == 8);
  for (const std::string chart : {"time", "ops"}) {
    CHECK(colours_of(page, chart).at("wait for move") == "#009E73");
    CHECK(colours_of(page, chart).at("wait for output slot") == "#CC79A7");
  }
}

TEST_CASE("the page of what does not move says nothing of moves", "[page]") {
  const Json page = simulation_page("1.2.3", {{"r.json", pictured_report()}}).json();
  CHECK(page.at("datasets").at("time").at("rows").size() == 6);
  CHECK_FALSE(page.at("datasets").contains("moves"));
  for (const char* const dataset : {"ops", "memories", "tensors", "addresses"}) {
    CHECK(page.at("datasets").at(dataset).dump().find("move") == std::string::npos);
  }
  for (const std::string chart : {"time", "ops"}) {
    CHECK(colours_of(page, chart).count("wait for move") == 0);
    CHECK(colours_of(page, chart).at("wait for output slot") == "#CC79A7");
  }
}

// Beside a run that fetches, one that does not waits for no move.
TEST_CASE("a page compares runs that move with others", "[page]") {
  const Json page = simulation_page("1.2.3", {{"a.json", pictured_report()},
                                              {"b.json", pictured_moving_report()}})
                        .json();
  CHECK(page.at("datasets").at("time").at("rows").size() == 13);
  CHECK(cell(page, "ops", 0, "wait_move_ps") == 0);
  CHECK(cell(page, "ops", 2, "wait_move_ps") == 56'000);
  CHECK(cell(page, "addresses", 0, "residence") == "home");
  CHECK(colours_of(page, "compared").at("wait for move") == "#009E73");
}

TEST_CASE("a result without details has fewer figures", "[page]") {
  const Json page = simulation_page("1.2.3", {{"r.json", test::mixed_report()}}).json();
  CHECK(charts_of(page) == std::set<std::string>{"time", "ops", "bounds", "traffic"});
}

TEST_CASE("several simulations are told apart by what differs, or by their files", "[page]") {
  const Json page =
      simulation_page("1.2.3", {{"a.json", test::mixed_report()}, {"b.json", test::dram_report()}})
          .json();
  CHECK(page.at("title") == "2 simulations");
  CHECK(cell(page, "runs", 0, "run") == "mixed");
  CHECK(cell(page, "runs", 1, "run") == "dram");
  CHECK(cell(page, "runs", 1, "latency_ps") == 82'000);
  CHECK(charts_of(page).count("compared") == 1);
  const Json same =
      simulation_page("1.2.3", {{"a.json", test::mixed_report()}, {"b.json", test::mixed_report()}})
          .json();
  CHECK(cell(same, "runs", 1, "run") == "b.json");
}

TEST_CASE("no text can end a script of the page", "[page]") {
  const Json named{{"</script><script>alert(1)", "<!--"}};
  CHECK(json_for_script(named) == R"x({"\u003c/script>\u003cscript>alert(1)":"\u003c!--"})x");
  CHECK(code_for_script("'</script>' + '<!--'") == "'<\\/script>' + '<\\!--'");
  CHECK(html_text("<a href=\"x\">&</a>") == "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
}

#ifdef MEMPLACE_MAKES_PAGES
TEST_CASE("no name can end a script of the page", "[page]") {
  SimulationReport report = pictured_report();
  report.workload = "</script><script>alert(1)</script>@SCRIPT@";
  report.ops[0].name = "</SCRIPT x";
  const std::string page = page_html(simulation_page("1.2.3", {{"r.json", report}}));
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("</SCRIPT") == std::string::npos);
  const auto count = [&](const std::string& text) {
    std::size_t found = 0;
    for (auto at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count("</script>") == 3);         // the document's, the library's and the page's own
  CHECK(count("const figures = ") == 1);  // @SCRIPT@ in a name is not replaced
  CHECK(page.find("sourceMappingURL") == std::string::npos);
}

// What is in the page again is what was put there.
TEST_CASE("the document in the page is the document", "[page]") {
  const PageDocument document = simulation_page("1.2.3", {{"r.json", pictured_report()}});
  const std::string page = page_html(document);
  const std::string begin = "<script type=\"application/json\" id=\"document\">";
  const std::size_t at = page.find(begin) + begin.size();
  CHECK(Json::parse(page.substr(at, page.find("</script>", at) - at)) == document.json());
  CHECK(page == page_html(document));
}
#endif

// Every field that a specification draws is in its data, or made by itself.
TEST_CASE("charts of simulations draw fields that there are", "[page]") {
  const Json page = simulation_page("1.2.3", {{"a.json", pictured_moving_report()},
                                              {"b.json", test::dram_report()}})
                        .json();
  std::set<std::string> made{"row"};
  const auto collect = [&](const auto& self, const Json& json, const std::string& key,
                           std::vector<std::string>& fields) -> void {
    if (json.is_string() && key == "field") {
      fields.push_back(json.get<std::string>());
    } else if (json.is_string() && key == "as") {
      made.insert(json.get<std::string>());
    } else if (json.is_structured()) {
      for (const auto& [name, value] : json.items()) {
        self(self, value, json.is_array() ? key : name, fields);
      }
    }
  };
  for (const std::string& chart : charts_of(page)) {
    const Json spec = chart_spec(chart);
    std::vector<std::string> fields;
    collect(collect, spec, "", fields);
    std::set<std::string> known = made;
    for (const auto& [name, dataset] : page.at("datasets").items()) {
      for (const Json& field : dataset.at("fields")) {
        known.insert(field.at("name").get<std::string>());
      }
    }
    for (const std::string& field : fields) {
      INFO(chart << ": " << field);
      CHECK(known.count(field) == 1);
    }
  }
}

TEST_CASE("the page of searches has the tables' numbers", "[page]") {
  const Json page = search_page("1.2.3", "t", {}, SearchFigures(), {"a note"}).json();
  CHECK(page.at("sections").at(1).at("figures").at(0).at("text") == "a note");
  CHECK(charts_of(page).empty());
  CHECK_FALSE(page.at("datasets").contains("proven"));
}

// 150 us where 120 us are proven: a quarter slower.
TEST_CASE("the page of searches has the bounds that it is given", "[page]") {
  const Json page =
      search_page("1.2.3", "t", {}, SearchFigures(), {},
                  {{"net", "toy", Picoseconds(150'000'000), Picoseconds(120'000'000)}})
          .json();
  CHECK(page.at("sections").at(0).at("figures").at(0).at("id") == "proven-table");
  CHECK(cell(page, "proven", 0, "workload") == "net");
  CHECK(cell(page, "proven", 0, "best_latency_ps") == 150'000'000);
  CHECK(cell(page, "proven", 0, "bound_ps") == 120'000'000);
  CHECK(cell(page, "proven", 0, "gap") == 0.25);
}

// One search: first what it found beside the best heuristic, then why it is faster.
TEST_CASE("the page of one search begins with its answer", "[page]") {
  SearchAnswer answer{Objective::kLatency,
                      "density-greedy",
                      80,
                      60,
                      std::nullopt,
                      compare({}, test::dram_report(), pictured_report())};
  const auto page = [&] {
    return search_page("1.2.3", "t", {}, SearchFigures(), {"a note"}, {}, {}, Objective::kLatency,
                       answer)
        .json();
  };
  const Json open = page();
  CHECK(open.at("sections").at(0).at("id") == "answer");
  CHECK(open.at("sections").at(0).at("figures").at(1).at("text") ==
        "How fast a mapping could be at best is not proven here; --bound does.");
  CHECK(open.at("sections").at(1).at("id") == "why");
  CHECK(open.at("sections").at(2).at("id") == "learning");
  CHECK(cell(open, "answer", 0, "network") == "tiny");
  CHECK(cell(open, "answer", 0, "heuristic") == "density-greedy");
  CHECK(cell(open, "answer", 0, "latency_ps") == answer.why.b.latency.count());
  CHECK(cell(open, "answer", 0, "saved") == 0.25);
  CHECK(cell(open, "answer", 0, "own_ps").is_null());
  CHECK(cell(open, "answer", 0, "gap").is_null());
  CHECK(charts_of(open) == std::set<std::string>{"compared"});
  CHECK(cell(open, "time", 0, "run") == "density-greedy");
  CHECK(cell(open, "time", 6, "run") == "search");
  CHECK(open.at("datasets").at("waits").at("rows").size() == answer.why.waits.size());
  CHECK(open.at("datasets").at("moved").at("rows").size() == answer.why.moved.size());
  REQUIRE(!answer.why.moved.empty());
  CHECK(cell(open, "moved", 0, "tensor") == answer.why.moved.front().name);
  answer.bound = Picoseconds(answer.why.b.latency.count() / 2);
  const Json proven = page();
  CHECK(cell(proven, "answer", 0, "gap") == 1.0);
  CHECK(proven.at("sections").at(0).at("figures").size() == 1);

  // Where a heuristic is better it is what the run returns.
  answer.own_cost = 100;
  answer.bound = std::nullopt;
  answer.objective = Objective::kEnergy;
  const Json energy = page();
  CHECK(cell(energy, "answer", 0, "latency_ps") == answer.why.a.latency.count());
  CHECK(cell(energy, "answer", 0, "own_ps") == answer.why.b.latency.count());
  CHECK(cell(energy, "answer", 0, "saved") == 0.0);
  CHECK(cell(energy, "answer", 0, "best_energy_pj") == 80.0);
  CHECK(energy.at("sections").at(0).at("figures").size() == 1);
}

// Constraints stand in the units of the axes.
TEST_CASE("the page of a sweep draws its constraints", "[page]") {
  Json json = Json::parse(kSweepJson);
  json["constraints"] = {"latency <= 500 ps", "area <= 2.8 mm2", "area <= 60 mm2"};
  json["best_by"] = {"latency_ps", "area_mm2"};
  const std::vector<std::string> points{sweep_point(0, "a", 4, measured(400, "2.0")),
                                        sweep_point(1, "a", 8, measured(100, "2.5"))};
  const Json page = sweep_page("1.2.3", files_of(one_line(json), points)).json();
  CHECK(cell(page, "limits", 0, "quantity") == "latency_us");
  CHECK(cell(page, "limits", 0, "limit") == 0.0005);
  CHECK(cell(page, "limits", 1, "quantity") == "area_mm2");
  CHECK(cell(page, "limits", 1, "limit") == 2.8);
  CHECK(cell(page, "limits", 1, "text") == "area <= 2.8 mm2");
  CHECK(page.at("datasets").at("limits").at("rows").size() == 2);
  const Json& section = page.at("sections").at(0);
  CHECK(section.at("text").get<std::string>().find("product of latency and area") !=
        std::string::npos);
  CHECK(section.at("figures").at(0).at("text") ==
        "area <= 60 mm2: too far from all points to be drawn.");
}

TEST_CASE("the page of a sweep has the bounds that its points have", "[page]") {
  const auto bounded = [](const std::string& result) {
    return result + R"(,"bound_ps":80,"gap":4.0)";
  };
  const std::vector<std::string> points{sweep_point(0, "a", 4, bounded(measured(400, "2.0"))),
                                        sweep_point(1, "a", 8, R"("error":"does not fit")"),
                                        sweep_point(2, "b", 4, bounded(measured(400, "2.0"))),
                                        sweep_point(3, "b", 8, R"("error":"does not fit")")};
  const Json page = sweep_page("1.2.3", files_of(kSweepJson, points)).json();
  CHECK(cell(page, "points", 0, "bound_ps") == 80);
  CHECK(cell(page, "points", 0, "gap") == 4.0);
  CHECK(cell(page, "points", 0, "front") == "yes");
  CHECK(cell(page, "points", 2, "workload") == "all");
  CHECK(cell(page, "points", 2, "gap").is_null());
}

// A null in best[]: no point of b meets the constraints.
TEST_CASE("the page of a sweep says where no point may be the best", "[page]") {
  const std::vector<std::string> points{sweep_point(0, "a", 4, measured(400, "2.0")),
                                        sweep_point(1, "a", 8, measured(100, "2.5")),
                                        sweep_point(2, "b", 4, measured(900, "2.0"))};
  std::string json(kSweepJson);
  json.replace(json.find(R"("best":[)"), 8,
               R"("best":[{"workload":"b","mapping":"native","point":null},)");
  const Json some = sweep_page("1.2.3", files_of(json, points)).json();
  const Json& figures = some.at("sections").at(0).at("figures");
  CHECK(figures.at(0).at("text") == "b, native: no point meets the constraints.");
  CHECK(figures.at(1).at("text") == "area <= 9 mm2: too far from all points to be drawn.");
  CHECK(figures.at(2).at("id") == "best-table");
  CHECK(some.at("datasets").at("best").at("rows").size() == 1);
  CHECK(cell(some, "best", 0, "workload") == "a");

  // Nor of any other.
  Json none = Json::parse(json);
  none["best"] = Json::array({{{"workload", "a"}, {"mapping", "native"}, {"point", nullptr}}});
  none["pareto"] = none["marginal"] = none["area_sensitivity"] = Json::array();
  const Json page = sweep_page("1.2.3", files_of(one_line(none), points)).json();
  CHECK(page.at("sections").at(0).at("figures").at(0).at("text") ==
        "a, native: no point meets the constraints.");
  CHECK(page.at("datasets").at("best").at("rows").empty());
  CHECK(cell(page, "points", 0, "best") == "");
  CHECK(charts_of(page) == std::set<std::string>{"pareto", "heatmap"});
}

TEST_CASE("the page of searches has the best of each strategy in the objective's unit", "[page]") {
  const std::vector<SearchBest> bests{{"net", "toy", "tabu", 250'000'000_ps, 200'000'000.0}};
  const auto page = [&](Objective objective) {
    return search_page("1.2.3", "t", {}, SearchFigures(), {}, {}, bests, objective).json();
  };
  // 200 us an inference are 5,000 a second.
  const Json rate = page(Objective::kThroughput);
  CHECK(cell(rate, "found", 0, "strategy") == "tabu");
  CHECK(cell(rate, "found", 0, "best_latency_ps") == 250'000'000);
  CHECK(cell(rate, "found", 0, "best_throughput_per_s") == 5000.0);
  CHECK(rate.at("datasets").at("found").at("fields").at(4).at("unit") == "per_s");
  CHECK(cell(page(Objective::kEnergy), "found", 0, "best_energy_pj") == 2e8);
  CHECK(cell(page(Objective::kEdp), "found", 0, "best_edp") == 2e8);
  CHECK(page(Objective::kLatency).at("datasets").at("found").at("fields").size() == 4);
}

TEST_CASE("the page of a sweep has the points' numbers", "[page]") {
  const std::vector<std::string> points{sweep_point(0, "a", 4, measured(400, "2.0")),
                                        sweep_point(1, "a", 8, measured(100, "2.5")),
                                        sweep_point(2, "b", 4, measured(900, "2.0")),
                                        sweep_point(3, "b", 8, R"("error":"does not fit")")};
  const Json page = sweep_page("1.2.3", files_of(kSweepJson, points)).json();
  CHECK(page.at("kind") == "sweep");
  CHECK(page.at("title") == "Sweep of 2 chips like toy");
  CHECK(page.at("sources").at(0).at("again") == "memplace sweep dir/sweep.yaml");
  // Three points, and the chip that both networks have: the mean of 400 and 900 is 600.
  CHECK(page.at("datasets").at("points").at("rows").size() == 4);
  CHECK(cell(page, "points", 1, "latency_ps") == 100);
  CHECK(cell(page, "points", 1, "axis0_label") == "8 B");
  CHECK(cell(page, "points", 1, "best") == "yes");
  CHECK(cell(page, "points", 0, "best") == "");
  CHECK(cell(page, "points", 0, "front") == "yes");
  CHECK(cell(page, "points", 2, "front") == "");
  CHECK(cell(page, "points", 3, "workload") == "all");
  CHECK(cell(page, "points", 3, "latency_ps") == 600);
  CHECK(cell(page, "points", 3, "point") == 0);
  CHECK(cell(page, "points", 3, "front") == "yes");
  CHECK(cell(page, "failed", 0, "error") == "does not fit");
  CHECK(cell(page, "marginal", 0, "saved_ps") == 300.0);
  CHECK(cell(page, "marginal", 0, "step") == "4 B → 8 B");
  CHECK(cell(page, "marginal", 0, "parameter") == "llc.capacity with capacity");
  CHECK(cell(page, "sensitivity", 0, "most_factor") == 1.5);
  CHECK(charts_of(page) == std::set<std::string>{"pareto", "heatmap", "marginal"});

  const auto message_of = [](const SweepFiles& files) {
    try {
      sweep_page("1.2.3", files);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message_of(files_of("{", points)) == "dir/sweep.json: damaged: no JSON at byte 1 of 1");
  CHECK(message_of(files_of("{}", points)).starts_with("dir: damaged, or not of this version: "));
  SweepFiles changed = files_of(kSweepJson, points);
  changed.points.replace(changed.points.find("\"latency_ps\":400"), 16, "\"latency_ps\":300");
  CHECK(message_of(changed) ==
        "dir/points.jsonl:1: not the line that was written here; it or sweep.yaml was damaged or "
        "changed");
  std::vector<std::string> more = points;
  more.emplace_back("{}}");
  CHECK(message_of(files_of(kSweepJson, more)) ==
        "dir/points.jsonl:5: damaged: no JSON at byte 3 of 3");
}

}  // namespace memplace
