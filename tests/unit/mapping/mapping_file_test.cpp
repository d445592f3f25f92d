// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/mapping_file.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rng.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

Mapping read(const std::string& text, const Graph& graph) {
  return read_mapping(YamlDocument::from_text(text, "m.yaml"),
                      Problem(graph, small_chip({100, 20, 10})));
}

std::string error_of(const std::string& text, const Graph& graph = chain()) {
  try {
    read(text, graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// p.out1 follows p.out; v is a view of the input; q.out1 is an output, and q.out goes with it.
Graph groups() {
  return parse_graph_text(
      "graph groups\n"
      "input x 4\n"
      "v: view in=x\n"
      "p: copy(1) in=v out=4,8\n"
      "q: copy(1) in=p out=1,2\n"
      "r: copy(1) in=q,p.out1 out=1\n");
}

TEST_CASE("a mapping file names memories by tensor", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 10});
  const Mapping expected =
      make_mapping(graph, chip, {{"a.weights", "llc"}, {"a.out", "sram"}, {"c.weights", "sram"}});
  CHECK(read("workload: chain\n"
             "chip: another\n"
             "tensors:\n"
             "  a.weights: llc\n"
             "  b.out: dram\n"
             "  a.out: sram\n"
             "  c.weights: sram\n",
             graph) == expected);
  CHECK(read("default: sram\ntensors: {a.weights: llc, b.out: dram}\n", graph) == expected);
  CHECK(read("default: llc\n", graph) == uniform_mapping(Problem(graph, chip), MemoryId(1)));
}

TEST_CASE("followers go with the tensor that is named", "[mapping]") {
  const Mapping mapping = read("tensors: {p.out: sram}\n", groups());
  CHECK(mapping[tensor(groups(), "p.out1")] == MemoryId(2));
  CHECK(mapping[tensor(groups(), "q.out")] == MemoryId(0));
}

TEST_CASE("a written mapping", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 20, 10});
  CHECK(write_mapping(Problem(graph, chip), make_mapping(graph, chip, {{"a.out", "sram"}})) ==
        "workload: \"chain\"\n"
        "chip: \"small\"\n"
        "tensors:\n"
        "  \"a.weights\": \"dram\"\n"
        "  \"a.out\": \"sram\"\n"
        "  \"b.out\": \"dram\"\n"
        "  \"c.weights\": \"dram\"\n");
}

TEST_CASE("written mappings read back equal", "[mapping]") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 3);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph);
    const Mapping mapping = random_mapping(rng, graph, chip);
    const std::string text = write_mapping(Problem(graph, chip), mapping);
    CHECK(read_mapping(YamlDocument::from_text(text, "m.yaml"), Problem(graph, chip)) == mapping);
  }
}

TEST_CASE("mapping files with mistakes are refused", "[mapping]") {
  const std::string all = "tensors: {a.weights: llc, a.out: sram, b.out: llc, c.weights: llc";
  CHECK(error_of(all + "}\n") == "no error");
  CHECK(error_of(all + ", c.weihts: llc}\n") ==
        "m.yaml:1:68: tensors: unknown tensor \"c.weihts\" of network \"chain\" (did you mean "
        "\"c.weights\"?)");
  CHECK(error_of(all + ", zzzzzzzzz: llc}\n") ==
        "m.yaml:1:68: tensors: unknown tensor \"zzzzzzzzz\" of network \"chain\"");
  CHECK(error_of(all + ", a.out: llc}\n") ==
        "m.yaml:1:68: tensors.a.out: key given twice (first at line 1)");
  CHECK(error_of("tensors: {a.weights: sran}\n") ==
        "m.yaml:1:22: tensors.a.weights: unknown memory \"sran\"; known: dram, llc, sram (did you "
        "mean \"sram\"?)");
  CHECK(error_of("tensors: {a.weights: [llc]}\n") ==
        "m.yaml:1:22: tensors.a.weights: got a list, expected one of dram, llc, sram");
  CHECK(error_of("default: ram\n") ==
        "m.yaml:1:10: default: unknown memory \"ram\"; known: dram, llc, sram (did you mean "
        "\"dram\"?)");
  CHECK(error_of("tensors: {a.weights: llc, b.out: sram}\n") ==
        "m.yaml:1:10: tensors: 2 of 4 tensors have no memory: a.out, c.weights; name them here or "
        "give \"default: MEMORY\"");
  CHECK(error_of("tensors: {a.weights: llc, b.out: sram, c.weights: llc}\n") ==
        "m.yaml:1:10: tensors: 1 of 4 tensors has no memory: a.out; name them here or give "
        "\"default: MEMORY\"");
  CHECK(error_of("workload: chain\n") == "m.yaml:1:1: missing key \"tensors\"");
  CHECK(error_of("workload: resnet50\n" + all + "}\n") ==
        "m.yaml:1:11: workload: got \"resnet50\", expected \"chain\": the mapping is for another "
        "network");
  CHECK(error_of("tensor: {a.weights: llc}\ndefault: dram\n") ==
        "m.yaml:1:1: tensor: unknown key (did you mean \"tensors\"?)");
  CHECK(error_of("tensors: [a.weights]\n") == "m.yaml:1:10: tensors: got a list, expected a map");
  CHECK(error_of("- a\n") == "m.yaml:1:1: got a list, expected a map");
}

TEST_CASE("naming a tensor that no mapping decides on says what to do instead", "[mapping]") {
  CHECK(error_of("default: dram\ntensors: {x: llc}\n") ==
        "m.yaml:2:11: tensors: \"x\" is an input of the network, which is always in dram; leave it "
        "out");
  CHECK(error_of("default: dram\ntensors: {c.out: llc}\n") ==
        "m.yaml:2:11: tensors: \"c.out\" is an output of the network, which is always in dram; "
        "leave it out");
  CHECK(error_of("default: dram\ntensors: {p.out1: llc}\n", groups()) ==
        "m.yaml:2:11: tensors: \"p.out1\" is always where \"p.out\" is; map that tensor instead");
  CHECK(error_of("default: dram\ntensors: {v.out: llc}\n", groups()) ==
        "m.yaml:2:11: tensors: \"v.out\" goes with an input or output of the network, which is "
        "always in dram; leave it out");
  CHECK(error_of("default: dram\ntensors: {q.out: llc}\n", groups()) ==
        "m.yaml:2:11: tensors: \"q.out\" goes with an input or output of the network, which is "
        "always in dram; leave it out");
}

TEST_CASE("a long list of missing tensors is cut short", "[mapping]") {
  std::string text = "input x 1\na0: copy(1) in=x out=1\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": copy(1) in=a" + std::to_string(i - 1) + " out=1\n";
  }
  CHECK(error_of("tensors: {a1.out: llc}\n", parse_graph_text(text)) ==
        "m.yaml:1:10: tensors: 7 of 8 tensors have no memory: a0.out, a2.out, a3.out, a4.out, "
        "a5.out, ...; name them here or give \"default: MEMORY\"");
}

}  // namespace
}  // namespace memplace
