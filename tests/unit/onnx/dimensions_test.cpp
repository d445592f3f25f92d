// SPDX-License-Identifier: Apache-2.0
// Sizes given to symbolic axes: those that contradict each other, are not taken, or are 0.
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {
namespace {

using test::OnnxGraph;
using test::OnnxModel;
using test::OnnxType;
using Dims = std::map<std::string, std::int64_t>;

std::string refused(const OnnxGraph& graph, const Dims& dims) {
  return error_of_bytes(OnnxModel(graph).import(kMicrosoft, 1).bytes(), {.dims = dims});
}

// Keys of a past and of new words joined, and a mask that no shape depends on.
OnnxGraph cache() {
  return OnnxGraph()
      .input("past", {{"batch", 2, "past_len", 8}})
      .input("k", {{"batch", 2, "seq", 8}})
      .input("mask", {{"batch", "total"}})
      .output("present", {{"batch", 2, "total", 8}})
      .output("sums", {{"batch", 1}})
      .node("Concat", {"past", "k"}, {"present"}, {{"axis", 2}}, "join")
      .node("ReduceSum", {"mask"}, {"sums"}, {{"keepdims", 1}}, "sum");
}

}  // namespace

TEST_CASE("sizes that contradict each other are errors", "[onnx]") {
  Dims dims{{"batch", 1}, {"past_len", 15}, {"seq", 1}, {"total", 16}};
  CHECK(refused(cache(), dims).empty());
  for (const std::int64_t total : {999, 1, 15}) {
    dims["total"] = total;
    CHECK(refused(cache(), dims) ==
          "dimension total is given as " + std::to_string(total) +
              ", and the other sizes make axis 2 of \"present\", which it names, 16");
  }
  // A symbol that only a result has.
  const OnnxGraph graph =
      OnnxGraph().input("x", {{"n", 4}}).output("y", {{"m", 4}}).node("Relu", {"x"}, {"y"});
  CHECK(refused(graph, {{"n", 3}, {"m", 3}}).empty());
  CHECK(refused(graph, {{"n", 3}, {"m", 5}}) ==
        "dimension m is given as 5, and the other sizes make axis 0 of \"y\", which it names, 3");
}

// What exporters write of attention: the total comes by the mask's shape.
TEST_CASE("a mask of another length than past and new words is an error", "[onnx]") {
  OnnxGraph graph;
  graph.input("x", {{"batch", "seq", 64}})
      .input("mask", {{"batch", "total"}}, OnnxType::kInt32)
      .input("past", {{2, "batch", 4, "past_len", 16}})
      .weights("w", {64, 192})
      .weights("b", {192})
      .output("y", {{"batch", "seq", 64}})
      .output("present", {{2, "batch", 4, "total", 16}})
      .node("Attention", {"x", "w", "b", "mask", "past"}, {"y", "present"}, {{"num_heads", 4}},
            "attend", kMicrosoft);
  Dims dims{{"batch", 1}, {"past_len", 15}, {"seq", 1}, {"total", 16}};
  CHECK(refused(graph, dims).empty());
  dims["total"] = 999;
  CHECK(refused(graph, dims) == "node \"attend\" (Attention): a mask of [1, 999] for 16 keys");
}

// A file may call an axis what it is not. Then no size, or only one, would be right; the file is
// read as its nodes make it.
TEST_CASE("a symbol that its file misuses is no contradiction of what is given", "[onnx]") {
  const OnnxGraph halved = OnnxGraph()
                               .input("x", {{1, 1, "n"}})
                               .weights("w", {1, 1, 2})
                               .output("y", {{1, 1, "n"}})
                               .node("Conv", {"x", "w"}, {"y"}, {{"strides", Ints{2}}}, "halve");
  CHECK(refused(halved, {{"n", 8}}).empty());
  const OnnxGraph pooled = OnnxGraph()
                               .input("x", {{"b", "n", 8}})
                               .output("y", {{"b", "n", 8}})
                               .node("ReduceSum", {"x", "axes"}, {"y"}, {{"keepdims", 1}}, "sum")
                               .ints("axes", {1}, {1});
  CHECK(refused(pooled, {{"b", 2}, {"n", 8}}).empty());
}

TEST_CASE("sizes that nothing takes are errors", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("x", {{"batch", 4}})
                              .input("w", {{"rows", ""}})
                              .weights("w", {4, 3})
                              .value("ghost", {{"lost"}})
                              .output("y")
                              .node("MatMul", {"x", "w"}, {"y"});
  CHECK(refused(graph, {{"batch", 2}}).empty());
  CHECK(refused(graph, {{"batch", 2}, {"rows", 4}, {"w.1", 3}}).empty());
  CHECK(refused(graph, {{"batch", 2}, {"rows", 8}}) ==
        "dimension rows is given as 8, and input \"w\" has a default value of [4, 3], which keeps "
        "its shape");
  CHECK(refused(graph, {{"batch", 2}, {"w.1", 8}}) ==
        "dimension w.1 is given as 8, and input \"w\" has a default value of [4, 3], which keeps "
        "its shape");
  CHECK(refused(graph, {{"batch", 2}, {"lost", 8}}) ==
        "dimension lost is given as 8, and no value of the network has it");
  CHECK(refused(graph, {{"batch", 2}, {"x.1", 5}}) ==
        "dimension x.1 is given a size, and axis 1 of input \"x\" is 4 in the file");
  CHECK(refused(graph, {{"x.0", 2}}) ==
        "dimension x.0 is given a size, and axis 0 of input \"x\" is named batch");
  CHECK(refused(graph, {{"batch", -1}}) ==
        "dimension batch is given as -1, expected 0 to 1099511627776");
}

// At the first words of a text nothing is old: keys are the 3 new ones, the join of a past of none
// with them is no work, and the past is no tensor.
TEST_CASE("a past may be empty", "[onnx]") {
  const Import none{.dims = {{"batch", 1}, {"past_len", 0}, {"seq", 3}, {"total", 3}},
                    .domains = {}};
  const Graph joined = import_bytes(OnnxModel(cache()).bytes(), none);
  CHECK(kinds(joined) == "identity:1 reducesum:1");
  CHECK_FALSE(joined.find_tensor("past").has_value());

  Net net;
  const auto past = [&](const char* name) { return net.input(name, {1, 2, "past_len", 64}); };
  const Names inputs{net.input("q", {1, "seq", 512}),
                     net.input("k", {1, "seq", 128}),
                     net.input("v", {1, "seq", 128}),
                     past("past_k"),
                     past("past_v"),
                     "",
                     net.constant(test::OnnxTensor::ints("", {}, {3}))};
  for (const std::string& name : net.nodes("GroupQueryAttention", inputs, 3,
                                           {{"num_heads", 8}, {"kv_num_heads", 2}}, kMicrosoft)) {
    net.output(name);
  }
  const Graph graph =
      import_net(net, {.dims = {{"past_len", 0}, {"seq", 3}}, .domains = {kMicrosoft}});
  CHECK(kinds(graph) == "matmul:2 softmax:1");
  CHECK(graph.op(OpId(0)).inputs.size() == 2);
  CHECK(graph.totals().macs == 2 * 8 * 3 * 3 * 64);
  CHECK(graph.tensors().size() == 3 + 2 + 3);
}

// Of the past's own arithmetic nothing is left: no ops, though the file has nodes.
TEST_CASE("nodes on nothing are no ops", "[onnx]") {
  const OnnxGraph graph = OnnxGraph()
                              .input("past", {{"past_len", 4}})
                              .input("x", {{3, 4}})
                              .output("y")
                              .node("Relu", {"past"}, {"a"})
                              .node("Exp", {"x"}, {"b"})
                              .node("Concat", {"a", "b", "x"}, {"y"}, {{"axis", 0}});
  const Graph empty = import_bytes(OnnxModel(graph).bytes(), {.dims = {{"past_len", 0}}});
  CHECK(kinds(empty) == "concat:1 exp:1");
  CHECK(empty.op(OpId(1)).inputs.size() == 2);
  CHECK(kinds(import_bytes(OnnxModel(graph).bytes(), {.dims = {{"past_len", 2}}})) ==
        "concat:1 exp:1 relu:1");
}

TEST_CASE("a size of 0 that leaves nothing is an error", "[onnx]") {
  const OnnxGraph relu =
      OnnxGraph().input("x", {{"batch", 5}}).output("y").node("Relu", {"x"}, {"y"});
  CHECK(refused(relu, {{"batch", 0}}) ==
        "output \"y\" is [0, 5]: nothing is left of it with --dim batch=0");
  const OnnxGraph product = OnnxGraph()
                                .input("a", {{3, "n"}})
                                .input("b", {{"n", 4}})
                                .output("y")
                                .node("MatMul", {"a", "b"}, {"y"}, {}, "m");
  CHECK(refused(product, {{"n", 0}}) ==
        "node \"m\" (MatMul): its input \"a\" is [3, 0], of which it makes nothing with --dim n=0");
}

}  // namespace memplace::onnx
