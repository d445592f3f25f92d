// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

std::string message(const std::string& text) {
  try {
    read_graph_yaml(YamlDocument::from_text(text, "g.yaml"));
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A good graph but for one line, `from`, which becomes `to`.
std::string with(const std::string& from, const std::string& to) {
  std::string text =
      "graph: net\n"                                                         // 1
      "inputs:\n"                                                            // 2
      "  - {name: image, shape: [2, 4]}\n"                                   // 3
      "ops:\n"                                                               // 4
      "  - name: conv1\n"                                                    // 5
      "    kind: conv\n"                                                     // 6
      "    work: {grid: {positions: 4, out_channels: 8, in_channels: 2}}\n"  // 7
      "    window: {kernel: [1, 1]}\n"                                       // 8
      "    inputs: [image]\n"                                                // 9
      "    weights: {name: conv1.weights, shape: [8, 2]}\n"                  // 10
      "    outputs: [{name: conv1.out, bytes: 32 B}]\n"                      // 11
      "  - name: relu\n"                                                     // 12
      "    kind: relu\n"                                                     // 13
      "    work: {vector: {kind: elementwise, elements: 32}}\n"              // 14
      "    inputs: [conv1.out]\n"                                            // 15
      "    outputs: [{name: relu.out, bytes: 32 B}]\n"                       // 16
      "outputs: [relu.out]\n";                                               // 17
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(from, at + 1) == std::string::npos);
  return message(text.replace(at, from.size(), to));
}

TEST_CASE("the graph that the other cases spoil is a good one", "[workloads]") {
  CHECK(with("net", "net") == "no error");
}

TEST_CASE("tensors that are not there are pointed at", "[workloads]") {
  CHECK(with("inputs: [image]", "inputs: [imag]") ==
        "g.yaml:9:14: ops[0].inputs[0]: unknown tensor \"imag\" (did you mean \"image\"?)");
  CHECK(with("inputs: [conv1.out]", "inputs: [{tensor: cnv1.out, bytes: 1 B}]") ==
        "g.yaml:15:23: ops[1].inputs[0].tensor: unknown tensor \"cnv1.out\" (did you mean "
        "\"conv1.out\"?)");
  CHECK(with("inputs: [conv1.out]", "inputs: [something.else]") ==
        "g.yaml:15:14: ops[1].inputs[0]: unknown tensor \"something.else\"");
  CHECK(with("inputs: [image]", "inputs: [image, relu.out]") ==
        "g.yaml:9:21: ops[0].inputs[1]: tensor \"relu.out\" is used before op \"relu\" writes it; "
        "ops are listed in schedule order");
  CHECK(with("inputs: [image]", "inputs: [conv1.out]") ==
        "g.yaml:9:14: ops[0].inputs[0]: tensor \"conv1.out\" is used before op \"conv1\" writes "
        "it; ops are listed in schedule order");
  CHECK(with("outputs: [relu.out]", "outputs: [relu]") ==
        "g.yaml:17:11: outputs[0]: unknown tensor \"relu\"");
  CHECK(with("inputs: [conv1.out]", "inputs: [conv1.out]\n    weights: conv2.weights") ==
        "g.yaml:16:14: ops[1].weights: unknown tensor \"conv2.weights\" (did you mean "
        "\"conv1.weights\"?)");
}

TEST_CASE("names given twice are pointed at", "[workloads]") {
  CHECK(with("name: relu\n", "name: conv1\n") ==
        "g.yaml:12:5: ops[1]: op \"conv1\": there are two of that name");
  CHECK(with("name: relu.out", "name: image") ==
        "g.yaml:16:15: ops[1].outputs[0]: tensor \"image\": there are two of that name");
  CHECK(with("kind: relu\n", "kind: relu\n    kind: relu6\n") ==
        "g.yaml:14:5: ops[1].kind: key given twice (first at line 13)");
}

TEST_CASE("tensors used as what they are not are pointed at", "[workloads]") {
  CHECK(with("inputs: [conv1.out]", "inputs: [conv1.weights]") ==
        "g.yaml:12:5: ops[1]: op \"relu\" reads weights \"conv1.weights\" as an input");
  CHECK(with("inputs: [conv1.out]", "inputs: [conv1.out]\n    weights: image") ==
        "g.yaml:12:5: ops[1]: op \"relu\" takes \"image\" as weights, which is an input");
  CHECK(with("inputs: [conv1.out]", "inputs: [{tensor: conv1.out, bytes: 33 B}]") ==
        "g.yaml:12:5: ops[1]: op \"relu\" reads 33 bytes of \"conv1.out\", which has 32");
  CHECK(with("shape: [8, 2]}", "shape: [8, 2], read: 17 B}") ==
        "g.yaml:5:5: ops[0]: op \"conv1\" reads 17 bytes of \"conv1.weights\", which has 16");
  CHECK(with("outputs: [relu.out]", "outputs: [conv1.weights]") ==
        "g.yaml:17:11: outputs[0]: tensor \"conv1.weights\": weights cannot be a graph output");
  CHECK(
      with("work: {vector: {kind: elementwise, elements: 32}}\n    inputs: [conv1.out]",
           "work: view\n    inputs: [conv1.out, image]") ==
      "g.yaml:12:5: ops[1]: op \"relu\" is a view, which has one input, one output and no weights");
}

TEST_CASE("numbers out of range are pointed at", "[workloads]") {
  CHECK(with("positions: 4", "positions: 0") ==
        "g.yaml:7:30: ops[0].work.grid.positions: got \"0\", expected a whole number from 1 to "
        "1125899906842624");
  CHECK(with("elements: 32", "elements: -1") ==
        "g.yaml:14:50: ops[1].work.vector.elements: got \"-1\", expected a whole number from 0 to "
        "1125899906842624");
  CHECK(with("elements: 32", "elements: 1.5") ==
        "g.yaml:14:50: ops[1].work.vector.elements: got \"1.5\", expected a whole number from 0 to "
        "1125899906842624");
  CHECK(with("shape: [2, 4]", "shape: [2, -4]") ==
        "g.yaml:3:30: inputs[0].shape[1]: got \"-4\", expected a whole number from 0 to "
        "1125899906842624");
  CHECK(with("shape: [2, 4]", "shape: [1125899906842624, 1125899906842624]") ==
        "g.yaml:3:26: inputs[0].shape: more than 1125899906842624 elements");
  CHECK(with("name: relu.out, bytes: 32 B", "name: relu.out, bytes: 32") ==
        "g.yaml:16:39: ops[1].outputs[0].bytes: got \"32\", expected a size such as \"24 MiB\"");
  CHECK(with("name: relu.out, bytes: 32 B", "name: relu.out, bytes: -32 B") ==
        "g.yaml:16:39: ops[1].outputs[0].bytes: got \"-32 B\", expected a size such as \"24 MiB\"");
  CHECK(with("name: relu.out, bytes: 32 B", "name: relu.out, bytes: 2 PiB") ==
        "g.yaml:16:39: ops[1].outputs[0].bytes: got \"2 PiB\", expected a size such as \"24 MiB\"");
  CHECK(with("name: relu.out, bytes: 32 B", "name: relu.out, bytes: 2048 TiB") ==
        "g.yaml:16:15: ops[1].outputs[0]: tensor \"relu.out\": bytes is 2251799813685248, expected "
        "0 to 1125899906842624");
  CHECK(with("positions: 4, out_channels: 8",
             "positions: 1125899906842624, out_channels: 1125899906842624") ==
        "g.yaml:5:5: ops[0]: op \"conv1\": more than 4611686018427387904 multiply-accumulates");
  CHECK(with("kernel: [1, 1]", "kernel: [1]") ==
        "g.yaml:8:22: ops[0].window.kernel: got a list of 1, expected height and width");
  CHECK(with("kernel: [1, 1]", "kernel: [1, 1], stride: 0") ==
        "g.yaml:8:38: ops[0].window.stride: got \"0\", expected a whole number from 1 to "
        "1125899906842624");
}

TEST_CASE("parts that are missing, unknown or of the wrong form are pointed at", "[workloads]") {
  CHECK(with("graph: net\n", "") == "g.yaml:1:1: missing key \"graph\"");
  CHECK(with("outputs: [relu.out]", "output: [relu.out]") ==
        "g.yaml:17:1: output: unknown key (did you mean \"outputs\"?)");
  CHECK(with("    kind: relu\n", "") == "g.yaml:12:5: ops[1]: missing key \"kind\"");
  CHECK(with("name: relu.out, bytes: 32 B", "name: relu.out") ==
        "g.yaml:16:15: ops[1].outputs[0]: tensor \"relu.out\" needs bytes or a shape");
  CHECK(with("shape: [8, 2]", "shape: [8, 2], dtyp: int8") ==
        "g.yaml:10:51: ops[0].weights.dtyp: unknown key (did you mean \"dtype\"?)");
  CHECK(with("shape: [8, 2]", "shape: [8, 2], dtype: int4") ==
        "g.yaml:10:58: ops[0].weights.dtype: unknown dtype \"int4\"; known: int8, fp16, fp32, "
        "int32, int64 (did you mean \"int8\"?)");
  CHECK(with("kind: elementwise", "kind: elementwize") ==
        "g.yaml:14:27: ops[1].work.vector.kind: unknown vector kind \"elementwize\"; known: copy, "
        "elementwise, transcendental, softmax, normalization, reduction, mac (did you mean "
        "\"elementwise\"?)");
  CHECK(with("{vector: {kind: elementwise, elements: 32}}", "veiw") ==
        "g.yaml:14:11: ops[1].work: got \"veiw\", expected view, {grid: ...} or {vector: ...}");
  CHECK(with("{vector: {kind: elementwise, elements: 32}}", "{}") ==
        "g.yaml:14:11: ops[1].work: expected one of grid and vector");
  CHECK(with("shape: [2, 4]", "shape: [2, 4], parameters: 8") ==
        "g.yaml:3:34: inputs[0].parameters: unknown key; known: name, dtype, shape, bytes, "
        "origin");
  CHECK(with("inputs: [conv1.out]", "inputs: conv1.out") ==
        "g.yaml:15:13: ops[1].inputs: got \"conv1.out\", expected a list");
  CHECK(with("outputs: [{name: relu.out, bytes: 32 B}]", "outputs: []") ==
        "g.yaml:12:5: ops[1]: op \"relu\" writes nothing");
  CHECK(message("graph: net\nops: []\n") == "g.yaml:2:6: ops: network \"net\" has no ops");
  CHECK(message("graph: net\nops:\n  - conv\n") ==
        "g.yaml:3:5: ops[0]: got \"conv\", expected a map");
}

}  // namespace
}  // namespace memplace
