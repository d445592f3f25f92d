// SPDX-License-Identifier: Apache-2.0
#include "workloads/io/graph_text.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

std::string text_error(const std::string& text) {
  try {
    parse_graph_text(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// The text_error for a bad second line.
std::string second(const std::string& line) { return text_error("input x 8\n" + line); }

TEST_CASE("a line says everything about its op", "[workloads]") {
  const Graph graph = parse_graph_text(
      "graph tiny   # a comment\n"
      "\n"
      "input x 32\n"
      "a: grid(batch=2,positions=4,out=8,in=16,kernel=9) w=64 in=x out=32\n"
      "b: elementwise(32) in=a,x:16 out=32,0\n"
      "c: view in=b.out1\n"
      "d: grid(out=8,in=8) w=a.weights:40 in=a.out out=8\n"
      "e: copy(5) w=16/64 out=5\n"
      "output a");
  CHECK(graph.name() == "tiny");
  CHECK(graph.ops().size() == 5);
  const Op& a = graph.op(OpId(0));
  CHECK(a.name == "a");
  CHECK(a.kind == "grid");
  CHECK(a.work == Work(GridWork{2, 4, 8, 16, 9}));
  const TensorId weights = *graph.find_tensor("a.weights");
  const TensorId x = *graph.find_tensor("x");
  CHECK(a.weights == Operand{weights, Bytes(64)});
  CHECK(a.inputs == std::vector<Operand>{{x, Bytes(32)}});
  CHECK(graph.tensor(a.outputs[0]).bytes == Bytes(32));
  CHECK(graph.tensor(weights).parameters == 64);
  CHECK(graph.tensor(a.outputs[0]).graph_output);

  const Op& b = graph.op(OpId(1));
  CHECK(b.kind == "elementwise");
  CHECK(b.work == Work(VectorWork{VectorKind::kElementwise, 32}));
  CHECK(b.inputs == std::vector<Operand>{{a.outputs[0], Bytes(32)}, {x, Bytes(16)}});
  REQUIRE(b.outputs.size() == 2);
  CHECK(graph.tensor(b.outputs[1]).name == "b.out1");
  CHECK(graph.tensor(b.outputs[1]).bytes == Bytes(0));

  CHECK(graph.op(OpId(2)).is_view());
  CHECK(graph.op(OpId(3)).work == Work(GridWork{1, 1, 8, 8, 1}));
  CHECK(graph.op(OpId(3)).weights == Operand{weights, Bytes(40)});
  CHECK(graph.op(OpId(4)).inputs.empty());
  CHECK(graph.op(OpId(4)).weights->bytes == Bytes(16));
  CHECK(graph.tensor(graph.op(OpId(4)).weights->tensor).bytes == Bytes(64));
}

TEST_CASE("every vector kind has a word", "[workloads]") {
  for (int i = 0; i < kVectorKindCount; ++i) {
    const auto kind = static_cast<VectorKind>(i);
    const Graph graph = parse_graph_text("a: " + std::string(name_of(kind)) + "(7) out=7\n");
    CHECK(graph.name() == "text");
    CHECK(graph.op(OpId(0)).work == Work(VectorWork{kind, 7}));
  }
}

TEST_CASE("lines that are not of the form are refused", "[workloads]") {
  CHECK(second("a elementwise(8) out=8") ==
        "line 2: got \"a\", expected graph, input, output or OP:");
  CHECK(second("input y") == "line 2: \"input\" takes 2 words");
  CHECK(second("input y -4") == "line 2: got \"-4\", expected a whole number");
  CHECK(second("input 4y 4") == "line 2: got \"4y\", expected a name");
  CHECK(second("graph late") == "line 2: the graph's name comes first, and once");
  CHECK(second("a:") == "line 2: op \"a\" has no work");
  CHECK(second("a: elementwize(8) in=x out=8") ==
        "line 2: got \"elementwize(8)\", expected view, grid(...) or a vector kind with "
        "(ELEMENTS)");
  CHECK(second("a: grid(positons=4) in=x out=8") ==
        "line 2: got \"positons=4\", expected batch, positions, out, in or kernel with =NUMBER");
  CHECK(second("a: copy(x) in=x out=8") == "line 2: got \"x\", expected a whole number");
  CHECK(second("a: copy(8) in=x out=8 out=8") ==
        "line 2: got \"out=8\", expected w=, in= and out=, each once");
  CHECK(second("a: copy(8) in=x to=8") ==
        "line 2: got \"to=8\", expected w=, in= and out=, each once");
  CHECK(second("a: copy(8) in=y out=8") == "line 2: unknown tensor or op \"y\"");
  CHECK(second("a: copy(8) w=1/2/3 in=x out=8") ==
        "line 2: got \"1/2/3\", expected BYTES or READ/BYTES");
  CHECK(second("a: copy(8) in=x:9 out=8") ==
        "line 2: op \"a\" reads 9 bytes of \"x\", which has 8");
  CHECK(second("a: copy(8) in=x out=8\na: copy(8) in=x out=8") ==
        "line 3: tensor \"a.out\": there are two of that name");
  CHECK(text_error("input x 8") == "line 1: network \"text\" has no ops");
}

}  // namespace
}  // namespace memplace
