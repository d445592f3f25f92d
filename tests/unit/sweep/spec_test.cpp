// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/spec.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "optimizer/studies/settings/search_fields.h"
#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

// The least that a sweep has.
const std::string kLeast =
    "workloads: [a]\n"
    "chip: toy\n"
    "parameters:\n"
    "  memories.sram.capacity: [16 B, 32 B]\n"
    "mappings: [native]\n";

std::vector<std::string> texts(const std::string& values) {
  const SweepSpec spec = spec_of(
      "workloads: [a]\nchip: nnpi\nmappings: [native]\nparameters: {memories.sram.capacity: " +
      values + "}\n");
  std::vector<std::string> result;
  for (const ParameterValue& value : spec.axes.front().parameters.front().values) {
    result.push_back(value.text);
  }
  return result;
}

std::string mistake(const std::string& text) {
  try {
    spec_of(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

// The message for kLeast with one text exchanged, or with a line added.
std::string mistake_with(const std::string& text, const std::string& replacement) {
  std::string spec = kLeast;
  return mistake(spec.replace(spec.find(text), text.size(), replacement));
}

}  // namespace

TEST_CASE("a network of several sizes is several networks", "[sweep]") {
  const SweepSpec spec = spec_of(
      "workloads: [resnet50, {name: bert-base, sizes: {batch: [1, 8], seq: [64, 32]}},\n"
      "  {name: d.onnx, dim: [batch=1], sizes: {seq: [16, 32]}}]\n"
      "dim: [seq=7, heads=2]\n" +
      kLeast.substr(kLeast.find("chip:")));
  CHECK(labels_of(spec.workloads) ==
        std::vector<std::string>{"resnet50", "bert-base:batch=1,seq=64", "bert-base:batch=1,seq=32",
                                 "bert-base:batch=8,seq=64", "bert-base:batch=8,seq=32",
                                 "d.onnx batch=1 seq=16", "d.onnx batch=1 seq=32"});
  CHECK(of_workload(spec.common, spec.workloads.back()).dims ==
        std::vector<std::string>{"batch=1", "heads=2", "seq=32"});
  CHECK(of_workload(spec.common, spec.workloads.front()).dims.empty());
  CHECK(spec_of(write_sweep(spec)).workloads == spec.workloads);
  CHECK(mistake_with("workloads: [a]", "workloads: [{name: a, sizes: {seq: [1, 1]}}]") ==
        "spec.yaml:1:40: workloads[0].sizes.seq[1]: size 1 is given twice");
  CHECK(mistake_with("workloads: [a]", "workloads: ['a:seq=1', {name: a, sizes: {seq: 1}}]")
            .find("workload \"a:seq=1\" is given twice") != std::string::npos);
  std::string many = "1";
  for (int i = 2; i <= 40; ++i) {
    many += ", " + std::to_string(i);
  }
  CHECK(mistake_with("workloads: [a]",
                     "workloads: [{name: a, sizes: {seq: [" + many + "], batch: [" + many + "]}}]")
            .find("sizes: got more than 1000 networks") != std::string::npos);
  CHECK(mistake_with("workloads: [a]", "workloads: [{name: a.yaml, sizes: {seq: 1}}]")
            .find("is for built-in networks and .onnx files") != std::string::npos);
  CHECK(mistake_with("workloads: [a]", "workloads: [{name: a, dim: [seq=1]}]")
            .find("is for .onnx files, and \"a\" is none") != std::string::npos);
}

TEST_CASE("a sweep is read with its defaults", "[sweep]") {
  const SweepSpec spec = spec_of(kLeast);
  CHECK(spec.version.empty());
  CHECK(spec.workloads.front().name == "a");
  CHECK(spec.chip.yaml.source == "configs/chips/toy.yaml");
  CHECK(spec.mappings.front().label == "native");
  CHECK_FALSE(spec.mappings.front().searches());
  CHECK(spec.objectives == std::vector<Metric>{Metric::kLatency, Metric::kArea});
  CHECK(spec.best == std::vector<Metric>{Metric::kLatency});
  CHECK(spec.constraints.empty());
  CHECK(spec.common.objective == Objective::kLatency);
}

TEST_CASE("values are lists, one value, or ranges", "[sweep]") {
  using Texts = std::vector<std::string>;
  CHECK(texts("8 MiB") == Texts{"8 MiB"});
  CHECK(texts("[1 MiB, 2048 KiB]") == Texts{"1 MiB", "2 MiB"});
  CHECK(texts("{from: 4 MiB, to: 12 MiB, step: 4 MiB}") == Texts{"4 MiB", "8 MiB", "12 MiB"});
  // The last step would pass the end.
  CHECK(texts("{from: 1 MiB, to: 4 MiB, step: 2 MiB}") == Texts{"1 MiB", "3 MiB"});
  CHECK(texts("{from: 1 MiB, to: 8 MiB, factor: 2}") == Texts{"1 MiB", "2 MiB", "4 MiB", "8 MiB"});
  CHECK(texts("{from: 10 B, to: 20 B, points: 3}") == Texts{"10 B", "15 B", "20 B"});
  // 1, 4, 16 MiB: each the fourfold of the one before.
  CHECK(texts("{from: 1 MiB, to: 16 MiB, points: 3, spacing: geometric}") ==
        Texts{"1 MiB", "4 MiB", "16 MiB"});
  // 10 x 2^0.5 = 14.14.
  CHECK(texts("{from: 10 B, to: 20 B, points: 3, spacing: geometric}") ==
        Texts{"10 B", "14 B", "20 B"});
}

TEST_CASE("a sweep that was written reads back as the same", "[sweep]") {
  const std::string text =
      "workloads: [a, {name: b, digest: 0123456789abcdef}]\n"
      "chip: nnpi\n"
      "parameters:\n"
      "  memories.dram.read_bandwidth: [34 GB/s, 68 GB/s]\n"
      "  memories.sram.scope: [chip, engine]\n"
      "  memories.dram.write_bandwidth: [30 GB/s, 60 GB/s]\n"
      "zip: [[memories.dram.write_bandwidth, memories.dram.read_bandwidth]]\n"
      "mappings:\n"
      "  - {heuristic: native, label: rule}\n"
      "  - {strategy: annealing, budget: 20, seed: 7, options: {start: best}, warm_start: true}\n"
      "dtype: fp16\n"
      "mode: {streams: 2}\n"
      "objective: throughput\n"
      "objectives: [throughput, area, energy]\n"
      "best: [throughput, area]\n"
      "constraints: [area<=60mm2, throughput >= 900/s]\n";
  const SweepSpec spec = spec_of(text);
  REQUIRE(spec.axes.size() == 2);
  CHECK(spec.axes[0].parameters[1].path == "memories.dram.write_bandwidth");
  CHECK(spec.axes[1].parameters[0].values[1].text == "engine");
  CHECK(spec.constraints[0].text == "area <= 60mm2");
  CHECK(spec.constraints[0].limit == 60);
  const std::string written = write_sweep(spec);
  CHECK(write_sweep(spec_of(written)) == written);
  CHECK(joined_options(spec_of(written).mappings[1].search.options) == Words{"start=best"});
  CHECK(spec_of(written).chip.yaml.text == spec.chip.yaml.text);
  CHECK_FALSE(spec.bound);
  CHECK(written.find("bound:") == std::string::npos);
  const SweepSpec bounded = spec_of(text + "bound: true\n");
  CHECK(bounded.bound);
  CHECK(spec_of(write_sweep(bounded)).bound);
}

TEST_CASE("mistakes in a sweep name their place", "[sweep]") {
  CHECK(mistake_with("mappings: [native]\n", "") == "spec.yaml:1:1: missing key \"mappings\"");
  CHECK(mistake(kLeast + "zipp: []\n") ==
        "spec.yaml:6:1: zipp: unknown key (did you mean \"zip\"?)");
  CHECK(mistake_with("toy", "toi") ==
        "spec.yaml:2:7: chip: unknown chip \"toi\"; known: nnpi, nnpi-12ice, toy (did you mean "
        "\"toy\"?); the path of a chip file ends in .yaml");
  CHECK(mistake_with("sram.capacity", "srm.capacity") ==
        "spec.yaml:4:3: unknown key \"srm\"; known: dram, llc, sram (did you mean \"sram\"?)");
  CHECK(mistake_with("sram.capacity", "sram.capacty") ==
        "spec.yaml:4:27: memories[2].capacty: unknown key (did you mean \"capacity\"?)");
  CHECK(mistake_with("32 B", "32 GB/s") ==
        "spec.yaml:4:34: memories[2].capacity: got \"32 GB/s\", expected a size such as "
        "\"24 MiB\"");
  CHECK(mistake_with("[16 B, 32 B]", "[16 B, 0.016 kB]") ==
        "spec.yaml:4:34: parameters.memories.sram.capacity[1]: value 16 B is given twice");
  CHECK(mistake_with("[16 B, 32 B]", "[]") ==
        "spec.yaml:4:27: parameters.memories.sram.capacity: got an empty list, expected at least "
        "one value");
  CHECK(mistake_with("  memories.sram.capacity: [16 B, 32 B]\n", "  {}\n") ==
        "spec.yaml:4:3: parameters: got no parameter, expected at least one");
  CHECK(mistake_with("[native]", "[nativ]") ==
        "spec.yaml:5:12: mappings[0]: unknown heuristic \"nativ\"; known: all-slowest, native, "
        "sram-first, density-greedy, memory-space-assignment (did you mean \"native\"?)");
  CHECK(mistake_with("[native]", "[native, native]") ==
        "spec.yaml:5:20: mappings[1]: mapping \"native\" is given twice");
  CHECK(mistake_with("[native]", "[{strategy: annealing}]") ==
        "spec.yaml:5:12: mappings[0]: missing key \"budget\"");
}

TEST_CASE("mistakes in ranges name their place", "[sweep]") {
  const auto of = [](const std::string& range) {
    return mistake_with("[16 B, 32 B]", range).substr(std::string("spec.yaml:4:27: ").size());
  };
  const std::string at = "parameters.memories.sram.capacity";
  CHECK(of("{from: 1 B, to: 9 B}") == at + ": expected exactly one of step, factor and points");
  CHECK(of("{from: 9 B, to: 1 B, step: 1 B}") ==
        at + ": got a range from 9 B to 1 B, expected its end above its beginning");
  CHECK(of("{from: 1 B, to: 3 B, points: 5}") ==
        at + ": 2 B is in the range twice: its values are too near each other");
  CHECK(of("{from: 0 B, to: 8 B, factor: 2}") == at + ": a geometric range cannot begin with zero");
  CHECK(mistake_with("[16 B, 32 B]", "{from: 1 B, to: 9 ns, step: 1 B}") ==
        "spec.yaml:4:43: " + at +
            ".to: got \"9 ns\", expected a quantity of the kind of from: 1 B");
  CHECK(mistake_with("[16 B, 32 B]", "{from: 1 B, to: 1 MiB, step: 1 B}") ==
        "spec.yaml:4:56: " + at + ".step: more than 10000 values");
}

TEST_CASE("mistakes in zips, goals and constraints name their place", "[sweep]") {
  const std::string two = kLeast + "zip: [[memories.sram.capacity, memories.sram.capacity]]\n";
  CHECK(mistake(two) == "spec.yaml:6:32: zip[0][1]: memories.sram.capacity is in a zip twice");
  CHECK(mistake(kLeast + "zip: [[memories.sram.capacity]]\n") ==
        "spec.yaml:6:7: zip[0]: expected at least two parameters");
  CHECK(mistake_with("[16 B, 32 B]\n",
                     "[16 B, 32 B]\n  engines.count: [1]\nzip: [[engines.count, "
                     "memories.sram.capacity]]\n") ==
        "spec.yaml:6:23: zip[0][1]: memories.sram.capacity has 2 values and engines.count has 1; a "
        "zip needs as many of each");
  CHECK(mistake(kLeast + "best: [energy]\n") ==
        "spec.yaml:6:8: best[0]: unknown objective \"energy\"; known: latency, area");
  CHECK(mistake(kLeast + "objectives: [throughput]\n") ==
        "spec.yaml:6:14: objectives[0]: throughput needs at least 2 inferences a stream; see mode");
  CHECK(mistake(kLeast + "constraints: [area = 60]\n") ==
        "spec.yaml:6:15: constraints[0]: got \"area = 60\", expected METRIC <= LIMIT or METRIC >= "
        "LIMIT, as in \"area <= 60 mm2\"");
  CHECK(mistake(kLeast + "constraints: [aera <= 60 mm2]\n") ==
        "spec.yaml:6:15: constraints[0]: unknown metric \"aera\"; known: latency, throughput, "
        "energy, area (did you mean \"area\"?)");
  CHECK(mistake(kLeast + "constraints: [energy <= 60 mm2]\n") ==
        "spec.yaml:6:15: constraints[0]: got \"60 mm2\", expected a limit of energy such as "
        "\"5 mJ\"");
}

TEST_CASE("a sweep of too many points is refused", "[sweep]") {
  // 400 x 400 of one workload and mapping.
  CHECK(mistake_with("[16 B, 32 B]",
                     "{from: 1 B, to: 400 B, step: 1 B}\n  memories.llc.capacity: {from: 1 B, to: "
                     "400 B, step: 1 B}") ==
        "spec.yaml:1:1: got more than 100000 points, expected at most so many");
}

}  // namespace memplace
