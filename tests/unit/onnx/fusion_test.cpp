// SPDX-License-Identifier: Apache-2.0
// What is fused into convolutions and products, and what is not.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

const Shape kImage{1, 8, 10, 10};

// A convolution of 8 to 8 channels, 3 x 3: 576 weights, 57,600 multiply-accumulates.
ValueId conv(ModelMaker& maker, ValueId x, const std::string& name) {
  return maker.node("Conv", {x, maker.constant(name + ".weight", {8, 8, 3, 3})}, kImage,
                    {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}}, name);
}

Bytes weight_bytes(const Graph& graph) { return graph.totals().weight_bytes; }

}  // namespace

TEST_CASE("a batch normalisation folds into its convolution as one bias", "[onnx]") {
  ModelMaker maker;
  const ValueId y = conv(maker, maker.input("x", kImage), "c");
  maker.output(maker.node("BatchNormalization",
                          {y, maker.constant("s", {8}), maker.constant("b", {8}),
                           maker.constant("m", {8}), maker.constant("v", {8})},
                          kImage));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "conv");
  CHECK(weight_bytes(graph) == Bytes(576 + 4 * 8));
  CHECK(graph.totals().parameters == 576 + 8);
  CHECK(graph.totals().macs == 57600);
  CHECK(maker.notes ==
        std::vector<std::string>{"folded: batch normalisations into convolutions: 1"});
}

TEST_CASE("a decomposed batch normalisation folds like a whole one", "[onnx]") {
  ModelMaker maker;
  ValueId y = conv(maker, maker.input("x", kImage), "c");
  y = maker.node("Mul", {y, maker.constant("s", {1, 8, 1, 1})}, kImage);
  y = maker.node("Add", {maker.constant("b", {8, 1, 1}), y}, kImage);
  maker.output(maker.node("Relu", {y}, kImage));
  const Graph graph = maker.convert(DType::kFp16);
  CHECK(kinds(graph) == "conv");
  CHECK(weight_bytes(graph) == Bytes(2 * 576 + 4 * 8));
}

TEST_CASE("a constant along another axis than the channels is no bias", "[onnx]") {
  ModelMaker maker;
  const ValueId y = conv(maker, maker.input("x", {1, 8, 8, 8}), "c");
  maker.output(maker.node("Add", {y, maker.constant("b", {10})}, kImage));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "conv add");
}

TEST_CASE("a residual goes into the convolution that comes last", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", kImage);
  const ValueId a = conv(maker, x, "a");
  const ValueId b = conv(maker, x, "b");
  const ValueId sum = maker.node("Add", {a, b}, kImage);
  maker.output(maker.node("Relu", {sum}, kImage));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "conv conv");
  CHECK(graph.op(OpId(0)).inputs.size() == 1);
  REQUIRE(graph.op(OpId(1)).inputs.size() == 2);
  CHECK(graph.tensor(graph.op(OpId(1)).inputs[1].tensor).name == "a.out");
  CHECK(graph.tensor(graph.op(OpId(1)).outputs[0]).graph_output);
}

TEST_CASE("a convolution that is read twice fuses nothing", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", kImage);
  const ValueId a = conv(maker, x, "a");
  const ValueId act = maker.node("Relu", {a}, kImage);
  maker.output(maker.node("Add", {act, a}, kImage));
  CHECK(kinds(maker.convert()) == "conv relu add");
}

TEST_CASE("an output of the model is not fused over", "[onnx]") {
  ModelMaker maker;
  const ValueId a = conv(maker, maker.input("x", kImage), "a");
  maker.output(a);
  maker.output(maker.node("Relu", {a}, kImage));
  CHECK(kinds(maker.convert()) == "conv relu");
}

TEST_CASE("an addition that broadcasts is no residual", "[onnx]") {
  ModelMaker maker;
  const ValueId a = conv(maker, maker.input("x", kImage), "a");
  maker.output(maker.node("Add", {a, maker.input("y", {1, 8, 1, 1})}, kImage));
  CHECK(kinds(maker.convert()) == "conv add");
}

TEST_CASE("matrix products take biases and simple activations, no residuals", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {1, 4, 16});
  ValueId y = maker.node("MatMul", {x, maker.constant("w", {16, 16})}, {1, 4, 16}, {}, "dense");
  y = maker.node("Add", {maker.constant("b", {16}), y}, {1, 4, 16});
  y = maker.node("Relu", {y}, {1, 4, 16});
  maker.output(maker.node("Add", {y, x}, {1, 4, 16}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "matmul add");
  CHECK(weight_bytes(graph) == Bytes(16 * 16 + 4 * 16));
  CHECK(std::get<GridWork>(graph.op(OpId(0)).work) ==
        GridWork{.batch = 1, .positions = 4, .out_channels = 16, .in_channels = 16, .kernel = 1});
}

TEST_CASE("every activation of a convolution that is simple is fused", "[onnx]") {
  for (const char* type :
       {"Relu", "Clip", "LeakyRelu", "HardSigmoid", "HardSwish", "Sigmoid", "ThresholdedRelu"}) {
    CAPTURE(type);
    ModelMaker maker;
    const ValueId a = conv(maker, maker.input("x", kImage), "a");
    maker.output(maker.node(type, {a}, kImage));
    CHECK(kinds(maker.convert()) == "conv");
  }
  ModelMaker maker;
  const ValueId a = conv(maker, maker.input("x", kImage), "a");
  maker.output(maker.node("PRelu", {a, maker.constant("slope", {8, 1, 1})}, kImage));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "conv");
  CHECK(weight_bytes(graph) == Bytes(576 + 4 * 8));
  ModelMaker costly;
  const ValueId b = conv(costly, costly.input("x", kImage), "b");
  costly.output(costly.node("Tanh", {b}, kImage));
  CHECK(kinds(costly.convert()) == "conv tanh");
}

TEST_CASE("a batch normalisation with no convolution before it is an op", "[onnx]") {
  ModelMaker maker;
  const ValueId y =
      maker.node("BatchNormalization",
                 {maker.input("x", kImage), maker.constant("s", {8}), maker.constant("b", {8}),
                  maker.constant("m", {8}), maker.constant("v", {8})},
                 kImage);
  const ValueId z = maker.node("Relu", {y}, kImage);
  maker.output(conv(maker, z, "c"));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "batchnorm conv");
  // Mean and variance fold into scale and shift.
  CHECK(graph.op(OpId(0)).weights->bytes == Bytes(4 * 2 * 8));
}

TEST_CASE("views are no ops and copy nothing", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {1, 8, 1, 1});
  const ValueId y = maker.node("Relu", {x}, {1, 8, 1, 1});
  const ValueId flat = maker.node("Flatten", {y}, {1, 8});
  const ValueId turned = maker.node("Transpose", {flat}, {8, 1}, {{"perm", Ints{1, 0}}});
  const ValueId same = maker.node("Identity", {turned}, {8, 1});
  const ValueId kept = maker.node("Dropout", {same}, {8, 1});
  maker.output(maker.node("Exp", {kept}, {8, 1}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "relu exp");
  CHECK(graph.op(OpId(1)).inputs[0].tensor == graph.op(OpId(0)).outputs[0]);
}

TEST_CASE("an output that is a view of an input is a view", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {2, 3});
  maker.output(maker.node("Reshape", {x, maker.integers({6})}, {6}));
  maker.output(maker.node("Relu", {x}, {2, 3}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "relu identity");
  CHECK(graph.op(OpId(1)).is_view());
}

TEST_CASE("initializers that ops share are one tensor", "[onnx]") {
  ModelMaker maker;
  const ValueId ids = maker.input("ids", {1, 4}, ElementType::kInt64);
  const ValueId table = maker.constant("wte", {100, 16});
  const ValueId x = maker.node("Gather", {table, ids}, {1, 4, 16});
  const ValueId turned = maker.node("Transpose", {table}, {16, 100});
  maker.output(maker.node("MatMul", {x, turned}, {1, 4, 100}, {}, "head"));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "gather matmul");
  CHECK(weight_bytes(graph) == Bytes(1600));
  CHECK(graph.op(OpId(0)).weights->tensor == graph.op(OpId(1)).weights->tensor);
  // 4 rows of 16 are used, all of the matrix is.
  CHECK(graph.op(OpId(0)).weights->bytes == Bytes(64));
  CHECK(graph.op(OpId(1)).weights->bytes == Bytes(1600));
  // The ids are 8 bytes each, whatever the type of the network.
  CHECK(graph.tensor(graph.op(OpId(0)).inputs[0].tensor).bytes == Bytes(32));
}

TEST_CASE("ops are named after their nodes, their path or their parameters", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", kImage);
  ValueId y = maker.node("Conv", {x, maker.constant("w", {8, 8, 1, 1})}, kImage, {},
                         "/layer1/layer1.0/conv1/Conv");
  y = maker.node("Conv", {y, maker.constant("stage.3.weight", {8, 8, 1, 1})}, kImage);
  y = maker.node("Tanh", {y}, kImage, {}, "/act/Tanh");
  maker.output(y);
  const Graph graph = maker.convert();
  CHECK(graph.op(OpId(0)).name == "layer1.0.conv1");
  CHECK(graph.op(OpId(1)).name == "stage.3");
  CHECK(graph.op(OpId(2)).name == "act.Tanh");
  CHECK(graph.find_tensor("stage.3.weights").has_value());
  CHECK(graph.find_tensor("act.Tanh.out").has_value());
}

}  // namespace memplace::onnx::test
