// SPDX-License-Identifier: Apache-2.0
// docs/model/validation.md: every row of its tables is run again, and its sums are taken again.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/unit/cli/cli_run.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

constexpr double kMeasured = 10'579.5 / 2;  // images/s of one of two chips

std::string validation_page() {
  return read_file(std::string(MEMPLACE_SOURCE_DIR) + "/docs/model/validation.md");
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::istringstream stream(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(stream, part, separator);) {
    parts.push_back(part);
  }
  return parts;
}

// What the page's command says with more options, which may name another mapping.
Json simulated(const std::string& workload, const std::vector<std::string>& more) {
  std::vector<std::string> args{
      "simulate", workload,   "--chip", "nnpi-12ice",           "--streams",
      "12",       "--format", "json",   "--engines-per-stream", "1"};
  args.insert(args.end(), more.begin(), more.end());
  if (std::find(more.begin(), more.end(), "--mapping") == more.end()) {
    args.insert(args.end(), {"--mapping", "heuristic:sram-first"});
  }
  const Outcome outcome = run_cli(args);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return Json::parse(outcome.out);
}

// "7,446".
std::string grouped(std::int64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

// The cells "images/s | error" of a row.
std::string cells(double images_per_s) {
  return fmt::format("{} | {:+.1f}%", grouped(std::llround(images_per_s)),
                     100 * (images_per_s / kMeasured - 1));
}

// Runs again each row of the page whose first cell begins with `beginning`; returns how many.
template <class Run>
std::size_t check_rows(const std::string& beginning, Run run) {
  std::size_t rows = 0;
  for (const std::string& line : split(validation_page(), '\n')) {
    const std::string before = "| `";
    if (!line.starts_with(before + beginning)) {
      continue;
    }
    const std::size_t end = line.find('`', before.size());
    REQUIRE(end != std::string::npos);
    const std::string change = line.substr(before.size(), end - before.size());
    CAPTURE(line);
    const double images = run(change)["throughput_per_s"].template get<double>();
    const std::string expected = before + change + "` | " + cells(images) + " |";
    CHECK(line.substr(0, expected.size()) == expected);
    ++rows;
  }
  return rows;
}

std::size_t check_options(const std::string& beginning) {
  return check_rows(beginning, [](const std::string& options) {
    return simulated("resnet50", split(options, ' '));
  });
}

// Whether the page has the text, which may run on from line to line.
bool shows(const std::string& text) {
  std::istringstream words(validation_page());
  std::string page;
  for (std::string word; words >> word;) {
    page += word + ' ';
  }
  return page.find(text) != std::string::npos;
}

// A span of time or cycles as the page writes it, in us with one decimal.
std::string microseconds(double value) {
  const std::int64_t tenths = std::llround(value * 10);
  return fmt::format("{}.{}", grouped(tenths / 10), tenths % 10);
}

double images_per_s(const Json& roofline, std::int64_t images) {
  return static_cast<double>(images) * 1e12 / roofline["bound_ps"].get<double>();
}

constexpr std::int64_t kImages = 96;  // 12 streams x 8

}  // namespace

TEST_CASE("docs/model/validation.md: mappings", "[cli][docs]") {
  CHECK(check_options("--mapping ") == 5);
}

TEST_CASE("docs/model/validation.md: engines", "[cli][docs]") {
  CHECK(check_options("--set engines.") == 16);
}

TEST_CASE("docs/model/validation.md: memories", "[cli][docs]") {
  CHECK(check_options("--set memories.") == 18);
}

TEST_CASE("docs/model/validation.md: inferences", "[cli][docs]") {
  CHECK(check_options("--inferences ") == 1);
}

TEST_CASE("docs/model/validation.md: conv1 written otherwise", "[cli][docs]") {
  const WorkingDirectory directory;
  const std::string resnet = write_graph_yaml(make_builtin("resnet50", DType::kInt8));
  CHECK(check_rows("s/", [&](const std::string& change) {
          const std::vector<std::string> parts = split(change, '/');  // s, what, for what
          REQUIRE(parts.size() == 3);
          const std::size_t at = resnet.find(parts[1]);
          REQUIRE(at != std::string::npos);
          std::string text = resnet;
          WorkingDirectory::write("other.yaml", text.replace(at, parts[1].size(), parts[2]));
          return simulated("other.yaml", {});
        }) == 2);
}

TEST_CASE("docs/model/validation.md: where the simulated time goes", "[cli][docs]") {
  const Json report = simulated("resnet50", {});
  const auto throughput = report["throughput_per_s"].get<double>();
  CHECK(shows("| as shipped | " + cells(throughput) + " |"));
  CHECK(shows("**7,446 images/s, 40.8% above the measurement**"));
  CHECK(cells(throughput) == "7,446 | +40.8%");

  constexpr double kCyclesPerMicrosecond = 860;
  constexpr std::int64_t kGrid = 4096;
  std::int64_t macs = 0, grid_cycles = 0, vector_cycles = 0, dispatch = 0, tiles = 0;
  std::int64_t conv1_idle = 0;
  for (const Json& op : report["ops"]) {
    const auto op_macs = op["macs"].get<std::int64_t>();
    const auto cycles = op["cycles"].get<std::int64_t>();
    macs += op_macs;
    (op_macs > 0 ? grid_cycles : vector_cycles) += cycles;
    dispatch += op["dispatch_ps"].get<std::int64_t>();
    tiles += op["tiles"].get<std::int64_t>();
    if (op["name"] == "conv1") {
      conv1_idle = cycles - op_macs / kGrid;
      CHECK(cycles == 307'328);
      CHECK(op_macs / kGrid == 28'812);
    }
  }
  const std::int64_t full_cycles = macs / kGrid;  // with every lane at work
  CHECK(macs == 4'089'184'256);
  CHECK(grid_cycles == 1'288'960);
  CHECK(vector_cycles == 29'917);
  CHECK(tiles == 1'885);

  const double useful = static_cast<double>(full_cycles) / kCyclesPerMicrosecond;
  const double idle_conv1 = static_cast<double>(conv1_idle) / kCyclesPerMicrosecond;
  const double idle_others =
      static_cast<double>(grid_cycles - full_cycles - conv1_idle) / kCyclesPerMicrosecond;
  const double vector = static_cast<double>(vector_cycles) / kCyclesPerMicrosecond;
  const double dispatched = static_cast<double>(dispatch) / 1e6;
  const double simulated_us = 12e6 / throughput;
  const double waits = simulated_us - useful - idle_conv1 - idle_others - vector - dispatched;
  const double measured_us = 12e6 / kMeasured;
  const auto row = [](const std::string& part, double value) {
    const std::string bold = part.starts_with("**") ? "**" : "";
    return "| " + part + " | " + bold + microseconds(value) + bold + " | ";
  };
  CHECK(shows(row("products at full use of the grid", useful)));
  CHECK(shows(row("idle lanes of `conv1`: 3 input channels on 32 lanes", idle_conv1)));
  CHECK(shows(row("idle lanes elsewhere: `layer4`, `fc`", idle_others)));
  CHECK(shows(row("vector unit: `maxpool`, `avgpool`, `softmax`", vector)));
  CHECK(shows(row("dispatch", dispatched)));
  CHECK(shows(row("waiting for weights from the LLC, shared by 12 streams", waits)));
  CHECK(shows(row("**simulated**", simulated_us)));
  CHECK(shows(
      row("not in the model, or a parameter is not what we assume", measured_us - simulated_us)));
  CHECK(shows(row("**measured**", measured_us)));
}

TEST_CASE("docs/model/validation.md: rooflines", "[cli][docs]") {
  const Json report = simulated("resnet50", {});
  const Json& rooflines = report["rooflines"];
  REQUIRE(rooflines[0]["name"] == "compute");
  REQUIRE(rooflines[1]["name"] == "dram");
  REQUIRE(rooflines[2]["name"] == "llc");
  REQUIRE(rooflines[3]["name"] == "sram");
  const auto at = [&](std::size_t i) {
    return grouped(std::llround(images_per_s(rooflines[i], kImages)));
  };
  CHECK(at(0) == "7,767");
  CHECK(shows(at(0) + "; LLC " + at(2) + "; SRAM " + at(3) + "; DRAM " + at(1) + "."));
  // 12 engines, 998,336 cycles an image.
  CHECK(shows("the grid at full use " + grouped(std::llround(12 * 860e6 / 998'336))));
  const double compute = images_per_s(rooflines[0], kImages);
  CHECK(shows(fmt::format("{:.1f}% of the compute",
                          100 * report["throughput_per_s"].get<double>() / compute)));
  CHECK(shows(fmt::format("at {:.1f}% of that roofline", 100 * kMeasured / compute)));
  const Json slow = simulated("resnet50", {"--set", "engines.clock=510MHz"});
  REQUIRE(slow["rooflines"][0]["name"] == "compute");
  CHECK(shows("compute roofline (" +
              grouped(std::llround(images_per_s(slow["rooflines"][0], kImages))) + " images/s)"));
}

TEST_CASE("docs/model/validation.md: bounds by arithmetic", "[cli][docs]") {
  const Graph graph = make_builtin("resnet50", DType::kInt8);
  std::int64_t elements = 0;
  for (const OpId id : graph.ops()) {
    if (graph.op(id).macs() > 0) {
      elements += graph.tensor(graph.op(id).outputs.front()).bytes.count();  // int8
    }
  }
  CHECK(elements == 11'114'984);
  CHECK(shows(grouped(elements) + " elements an image"));
  const double bytes_us = static_cast<double>(elements) / 64 / 860;
  CHECK(shows("that would be " + microseconds(bytes_us) + " us; as 32-bit sums, " +
              microseconds(4 * bytes_us) + " us"));
  const double fill_us = 1'885 * 94 / 860.0;
  CHECK(shows("for each tile, " + microseconds(fill_us) + " us"));
  constexpr double kTransferred = 3 * 224 * 224 + 1'000;  // an image and its result
  CHECK(shows(
      fmt::format("{:.2f} GB/s a chip at the measured rate", kTransferred * kMeasured / 1e9)));
  CHECK(shows(microseconds(kTransferred / 3.94e9 * 1e6) + " us an image"));
}

}  // namespace memplace
