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

Problem small_problem(const Graph& graph) { return {graph, small_chip({100, 20, 10})}; }

Placement read_places(const std::string& text, const Graph& graph) {
  return read_placement(YamlDocument::from_text(text, "m.yaml"), small_problem(graph));
}

// Of a place that a tensor is given.
std::string place_error(const std::string& tensor, const std::string& place,
                        const Graph& graph = chain()) {
  try {
    read_places("default: dram\ntensors: {" + tensor + ": " + place + "}\n", graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// Both read x, a through a view; b reads 2 of its 6 B of weights.
Graph readers() {
  return parse_graph_text(
      "graph readers\n"
      "input x 4\n"
      "v: view in=x\n"
      "a: copy(1) w=3 in=v out=1\n"
      "b: copy(2) w=2/6 in=a,x out=1\n");
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

TEST_CASE("a mapping file says what is fetched, and from where", "[mapping]") {
  const Graph graph = chain();
  const Placement placement = read_places(
      "default: dram\ntensors: {a.weights: llc > sram, b.out: llc, c.weights: dram>llc}\n", graph);
  const Chip chip = small_chip({100, 20, 10});
  CHECK(placement.homes == make_mapping(graph, chip, {{"a.weights", "llc"}, {"b.out", "llc"}}));
  CHECK(placement.near ==
        make_mapping(graph, chip, {{"a.weights", "sram"}, {"b.out", "llc"}, {"c.weights", "llc"}}));
  CHECK(read_places("default: llc\n", graph).stays());
}

TEST_CASE("an input stands in a mapping file where it is fetched", "[mapping]") {
  const Graph graph = readers();
  const Placement placement = read_places("default: dram\ntensors: {x: dram > sram}\n", graph);
  CHECK(placement.near[tensor(graph, "x")] == MemoryId(2));
  CHECK(placement.near[tensor(graph, "v.out")] == MemoryId(2));  // a view is where x is
  CHECK(placement.homes[tensor(graph, "x")] == MemoryId(0));
  CHECK(write_mapping(small_problem(graph), placement) ==
        "workload: \"readers\"\n"
        "chip: \"small\"\n"
        "tensors:\n"
        "  \"a.weights\": \"dram\"\n"
        "  \"a.out\": \"dram\"\n"
        "  \"b.weights\": \"dram\"\n"
        "  \"x\": \"dram > sram\"\n");
  CHECK(
      mapping_json(small_problem(graph), placement)["tensors"] ==
      Json{{"a.weights", "dram"}, {"a.out", "dram"}, {"b.weights", "dram"}, {"x", "dram > sram"}});
}

TEST_CASE("written placements read back equal", "[mapping]") {
  std::size_t fetched = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 4);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph);
    const Problem problem(graph, chip);
    Placement placement(random_mapping(rng, graph, chip));
    for (const Movable& movable : problem.movables().list()) {
      placement.near[movable.tensor] =
          MemoryId(static_cast<std::size_t>(rng.below(chip.memories.size())));
    }
    settle(problem, placement);
    fetched += placement.stays() ? 0U : 1U;
    const std::string text = write_mapping(problem, placement);
    CHECK(read_placement(YamlDocument::from_text(text, "m.yaml"), problem) == placement);
    const std::string json = one_line(mapping_json(problem, placement));
    CHECK(read_placement(YamlDocument::from_text(json, "m.json"), problem) == placement);
  }
  CHECK(fetched > 20);
}

TEST_CASE("what cannot be fetched, or not there, is refused", "[mapping]") {
  CHECK(error_of("default: dram\ntensors: {a.weights: dram > llc}\n") ==
        "m.yaml:2:22: tensors.a.weights: got \"dram > llc\", expected one memory: here nothing is "
        "fetched during an inference");
  CHECK(place_error("b.out", "dram > llc") ==
        "m.yaml:2:18: tensors.b.out: \"b.out\" cannot be fetched: only weights and inputs of the "
        "network are");
  CHECK(place_error("x", "dram > llc") ==
        "m.yaml:2:14: tensors.x: \"x\" cannot be fetched: only the first op reads it");
  CHECK(
      place_error("b.weights", "dram > llc", readers()) ==
      "m.yaml:2:22: tensors.b.weights: \"b.weights\" cannot be fetched: an op reads only a part of "
      "it");
  CHECK(
      place_error("a.weights", "llc > dram") ==
      "m.yaml:2:22: tensors.a.weights: dram is no faster than llc; a tensor is fetched to a memory "
      "that stands later in the chip file");
  CHECK(
      place_error("a.weights", "llc > llc") ==
      "m.yaml:2:22: tensors.a.weights: llc is no faster than llc; a tensor is fetched to a memory "
      "that stands later in the chip file");
  CHECK(place_error("a.weights", "dram > lic") ==
        "m.yaml:2:22: tensors.a.weights: unknown memory \"lic\"; known: dram, llc, sram (did you "
        "mean \"llc\"?)");
  CHECK(place_error("a.weights", "dram > llc > sram") ==
        "m.yaml:2:22: tensors.a.weights: unknown memory \"llc > sram\"; known: dram, llc, sram");
  CHECK(place_error("a.weights", "dram >") ==
        "m.yaml:2:22: tensors.a.weights: unknown memory \"\"; known: dram, llc, sram");
  CHECK(place_error("x", "llc > sram", readers()) ==
        "m.yaml:2:14: tensors.x: \"x\" is an input of the network, whose home is always dram");
  CHECK(place_error("x", "dram", readers()) ==
        "m.yaml:2:11: tensors: \"x\" is an input of the network, which is always in dram; leave it "
        "out");
  CHECK(place_error("v.out", "dram > llc", readers()) ==
        "m.yaml:2:11: tensors: \"v.out\" goes with an input or output of the network, which is "
        "always in dram; leave it out");
}

TEST_CASE("nothing is fetched to a memory that is read-only", "[mapping]") {
  Chip chip = small_chip({100, 20, 10});
  chip.memories[MemoryId(1)].read_only = true;
  CHECK_THROWS_WITH(
      read_placement(
          YamlDocument::from_text("default: dram\ntensors: {a.weights: dram > llc}\n", "m.yaml"),
          Problem(chain(), chip)),
      "m.yaml:2:22: tensors.a.weights: llc is read-only, and what is fetched is written");
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
