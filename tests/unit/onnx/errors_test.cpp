// SPDX-License-Identifier: Apache-2.0
// Each mistake in a file, and the one message it gives.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/reading.h"

namespace memplace::onnx {
namespace {

using test::OnnxDims;
using test::OnnxGraph;
using test::OnnxModel;
using test::OnnxType;
namespace wire = test::wire;

OnnxGraph simple() { return OnnxGraph().input("x", {{2, 3}}).output("y"); }

TEST_CASE("files that are no model", "[onnx]") {
  CHECK(error_of_bytes("") == "it holds no graph: is it an ONNX model?");
  // 'h' is field 13 as an integer, 'e' its value, 'l' a field of wire type 4.
  CHECK(error_of_bytes("hello") == "byte 2: expected a field of ModelProto, found wire type 4");
  CHECK(error_of_bytes("\x3A\x05\x0A") ==
        "byte 1: expected the length of field 7 of ModelProto, at most 1, found 5");
  CHECK(error_of_bytes("\x3B") == "byte 0: expected a field of ModelProto, found wire type 3");
  CHECK(error_of_bytes("\x38\x01") ==
        "byte 0: expected field 7 of ModelProto with wire type 2, found wire type 0");
  CHECK(error_of_bytes(std::string(11, '\xFF')) ==
        "byte 0: expected a field of ModelProto, found an integer of more than 64 bits");
  CHECK(error_of_bytes("\x08") ==
        "byte 1: expected field 1 of ModelProto, found 0 bytes before the end of the file");
  CHECK_THROWS_WITH(read_onnx("/nonexistent/model.onnx", {}),
                    "/nonexistent/model.onnx: cannot read: No such file or directory");
  CHECK_THROWS_WITH(read_onnx("/", {}), "/: expected a regular file");
  CHECK(error_of_bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\n") ==
        "it is a Git LFS pointer in place of the model: fetch that with git lfs pull");
  for (const char* const page : {"\n <!DOCTYPE html><html></html>", "<HTML><head>"}) {
    CHECK(error_of_bytes(page) ==
          "it is a web page in place of the model: download the file itself");
  }
}

TEST_CASE("operator sets outside the range", "[onnx]") {
  const OnnxGraph graph = simple().node("Relu", {"x"}, {"y"});
  CHECK(error_of(graph, 0) == "opset 0 of the standard domain, expected 1 to 26");
  CHECK(error_of(graph, 27) == "opset 27 of the standard domain, expected 1 to 26");
  CHECK(error_of(graph, 1).empty());
  CHECK(error_of(graph, 26).empty());
  CHECK(error_of_bytes(wire::bytes(7, graph.bytes())) == "it imports no operator set");
  CHECK(error_of_bytes(OnnxModel(graph).import("ai.onnx", 18).bytes()) ==
        "domain \"\" is imported as opset 17 and as 18");
  CHECK(error_of_bytes(wire::bytes(7, graph.bytes()) +
                       wire::bytes(8, wire::bytes(1, "other") + wire::integer(2, 1))) ==
        "node that writes \"y\" (Relu): the standard domain is not imported");
}

TEST_CASE("names that make no graph", "[onnx]") {
  CHECK(error_of(OnnxGraph().input("x", {{1}})) == "its graph has no output");
  CHECK(error_of(simple()) == "output \"y\" is written by no node");
  CHECK(error_of(simple().node("Relu", {"z"}, {"y"}, {}, "r")) ==
        "node \"r\" (Relu): its input \"z\" is no graph input, no initializer and no output of a "
        "node");
  CHECK(error_of(simple().node("Relu", {"x"}, {"y"}).node("Neg", {"x"}, {"y"}, {}, "n")) ==
        "value \"y\" is written by node that writes \"y\" (Relu) and by node \"n\" (Neg)");
  CHECK(error_of(simple().node("Relu", {"x"}, {"x"}, {}, "r")) ==
        "value \"x\" is an input or initializer, and written by node \"r\" (Relu)");
  CHECK(error_of(simple().weights("w", {1}).weights("w", {2}).node("Relu", {"x"}, {"y"})) ==
        "initializer \"w\" is given twice");
  CHECK(error_of(simple().input("x", {{1}}).node("Relu", {"x"}, {"y"})) ==
        "input \"x\" is given twice");
  CHECK(error_of(simple().node("", {"x"}, {"y"}, {}, "n")) == "node \"n\" () has no operator");
}

TEST_CASE("a cycle is named", "[onnx]") {
  CHECK(error_of(simple()
                     .node("Relu", {"x"}, {"a"}, {}, "first")
                     .node("Add", {"a", "c"}, {"b"}, {}, "add")
                     .node("Neg", {"b"}, {"c"}, {}, "neg")
                     .node("Neg", {"c"}, {"y"}, {}, "last")) ==
        "the graph has a cycle: node \"add\" (Add) -> node \"neg\" (Neg) -> node \"add\" (Add)");
}

TEST_CASE("attributes that disagree with themselves", "[onnx]") {
  CHECK(error_of(simple().node("Softmax", {"x"}, {"y"}, {{"axis", 1}, {"axis", 1}}, "s")) ==
        "node \"s\" (Softmax): attribute \"axis\" is given twice");
  test::OnnxAttribute both("axis", 1);
  both.bytes += wire::fixed32(2, 1.0F);
  CHECK(error_of(simple().node("Softmax", {"x"}, {"y"}, {both}, "s")) ==
        "node \"s\" (Softmax): attribute \"axis\" is declared INT and holds FLOAT");
  CHECK(error_of(simple().node("Flatten", {"x"}, {"y"}, {{"axis", "1"}}, "f")) ==
        "node \"f\" (Flatten): attribute \"axis\" is no integer");
}

TEST_CASE("shapes that do not fit", "[onnx]") {
  CHECK(error_of(simple().weights("w", {4, 5}).node("MatMul", {"x", "w"}, {"y"}, {}, "m")) ==
        "node \"m\" (MatMul): the factors [2, 3] and [4, 5] do not fit");
  CHECK(error_of(simple().weights("w", {4}).node("Add", {"x", "w"}, {"y"}, {}, "a")) ==
        "node \"a\" (Add): the shapes [2, 3] and [4] do not broadcast");
  CHECK(error_of(simple().ints("s", {2}, {4, 5}).node("Reshape", {"x", "s"}, {"y"}, {}, "r")) ==
        "node \"r\" (Reshape): [2, 3] does not reshape to [4, 5]");
  CHECK(error_of(simple().node("Transpose", {"x"}, {"y"},
                               {{"perm", std::vector<std::int64_t>{0, 0}}}, "t")) ==
        "node \"t\" (Transpose): attribute \"perm\" [0, 0] is no order of 2 axes");
  CHECK(error_of(simple().node("Add", {"x"}, {"y"}, {}, "a")).empty());
  CHECK(error_of(simple().node("MatMul", {"x"}, {"y"}, {}, "m")) ==
        "node \"m\" (MatMul): input 1 is missing");
  CHECK(error_of(OnnxGraph().input("x", {{1, -7}}).output("y").node("Relu", {"x"}, {"y"})) ==
        "input \"x\": dimension -7 is negative");
}

TEST_CASE("shapes that stay unknown name the node and what would help", "[onnx]") {
  const OnnxGraph non_zero = simple()
                                 .output("z", {{2, "count"}}, OnnxType::kInt64)
                                 .node("Relu", {"x"}, {"y"})
                                 .node("NonZero", {"y"}, {"z"}, {}, "nz");
  CHECK(error_of(non_zero) ==
        "node \"nz\" (NonZero): the shape of its output \"z\" is not known: the value of its input "
        "\"y\" is not constant; give --dim z.1=N");
  const OnnxGraph symbolic =
      OnnxGraph().input("x", {{"batch", 3, ""}}).output("y").node("Relu", {"x"}, {"y"});
  CHECK(error_of(symbolic) == "input \"x\" is [batch, 3, ?]: give --dim batch=N --dim x.2=N");
  CHECK(error_of(OnnxGraph().input("x", std::nullopt).output("y").node("Relu", {"x"}, {"y"})) ==
        "input \"x\" has no shape");
  CHECK(
      error_of_bytes(OnnxModel(simple().node("Magic", {"x"}, {"y"}, {}, "m", "my.ops"))
                         .import("my.ops", 1)
                         .bytes()) ==
      "node \"m\" (Magic): the shape of its output \"y\" is not known: the operator is not known");
}

TEST_CASE("dimensions given by name must occur", "[onnx]") {
  const OnnxGraph graph =
      OnnxGraph().input("x", {{"batch", ""}}).output("y").node("Relu", {"x"}, {"y"});
  ReadOptions options;
  options.dims = {{"bach", 1}};
  CHECK(error_of(graph, 17, options) ==
        "unknown symbolic dimension \"bach\"; known: batch, x.1 (did you mean \"batch\"?)");
  options.dims = {{"batch", 0}};
  CHECK(error_of(graph, 17, options) == "input \"x\" is [0, ?]: give --dim x.1=N");
  options.dims = {{"batch", 4}, {"x.1", 5}};
  CHECK(output_shape(read(graph, 17, options)) == Shape{4, 5});
}

TEST_CASE("control flow that is not constant is refused by name", "[onnx]") {
  const OnnxGraph branch = OnnxGraph().output("t").node("Relu", {"x"}, {"t"});
  CHECK(error_of(simple()
                     .input("b", OnnxDims{}, OnnxType::kBool)
                     .node("If", {"b"}, {"y"}, {{"then_branch", branch}, {"else_branch", branch}},
                           "if")) ==
        "node \"if\" (If): its condition is not constant; an input may decide "
        "it: b (give --value NAME=V)");
  const OnnxGraph body = OnnxGraph()
                             .input("i", OnnxDims{}, OnnxType::kInt64)
                             .input("k", OnnxDims{}, OnnxType::kBool)
                             .input("v", std::nullopt)
                             .output("k")
                             .output("v2")
                             .node("Relu", {"v"}, {"v2"});
  CHECK(error_of(simple()
                     .input("n", OnnxDims{}, OnnxType::kInt64)
                     .node("Loop", {"n", "", "x"}, {"y"}, {{"body", body}}, "loop")) ==
        "node \"loop\" (Loop): its trip count is not constant; an input may decide it: n (give "
        "--value NAME=V)");
  CHECK(error_of(simple()
                     .ints("n", {}, {100'000})
                     .node("Loop", {"n", "", "x"}, {"y"}, {{"body", body}}, "loop")) ==
        "node \"loop\" (Loop): it unrolls to more than 8192 nodes");
  CHECK(error_of(simple().node("Optional", {}, {"y"}, {}, "o")) ==
        "node \"o\" (Optional): the operator is supported only where it folds away");
}

TEST_CASE("a function that calls itself is refused", "[onnx]") {
  OnnxModel model(simple().node("F", {"x"}, {"y"}, {}, "call", "f"));
  model.import("f", 1).function("f", "F", {"a"}, {"b"},
                                {test::onnx_node("F", {"a"}, {"b"}, {}, "again", "f")});
  CHECK(error_of_bytes(model.bytes()) ==
        "node \"again\" (F): functions and control flow nest more than 64 deep");
}

}  // namespace
}  // namespace memplace::onnx
