// SPDX-License-Identifier: Apache-2.0
// Products of integers under dynamic quantisation: what their output stage takes in, in every order
// in which exporters write it, and what it does not.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

constexpr auto kByte = ElementType::kInt8;
constexpr auto kWide = ElementType::kInt32;

// 8 x 8 x 8 = 512 elements: as many rows as channels, so that a place can be wrong.
const Shape kSquareImage{1, 8, 8, 8};

struct Dynamic : ModelMaker {
  ValueId data{};
  ValueId scale{};
  ValueId zero{};
  ValueId sums{};

  void quantize(ValueId x) {
    data = node("DynamicQuantizeLinear", {x}, shape(x), {}, "", kByte);
    scale = value("scale", {});
    zero = value("zero", {}, kByte);
    last().outputs.emplace_back(scale);
    last().outputs.emplace_back(zero);
  }
  // 8 to 8 channels, 1 x 1: 64 weights.
  ValueId conv() {
    sums = node("ConvInteger", {data, constant("w", {8, 8, 1, 1}, kByte), zero}, kSquareImage, {},
                "", kWide);
    return sums;
  }
  ValueId start() {
    quantize(input("x", kSquareImage));
    return conv();
  }
  ValueId cast(ValueId x) { return node("Cast", {x}, shape(x)); }
  ValueId op(const std::string& type, ValueId a, ValueId b,
             ElementType result = ElementType::kFloat) {
    return node(type, {a, b}, shape(a), {}, "", result);
  }
  // The scale of the sums, for all channels or for each.
  ValueId scales(const Shape& of = {}) {
    return node("Mul", {scale, of.empty() ? number(0.1) : constant("ws", of)}, of);
  }
  // A bias in the unit of the sums, from one of floats and the scale at run time.
  ValueId bias(const Shape& place = {1, 8, 1, 1}) {
    const ValueId whole = node("Floor", {node("Div", {constant("b", {8}), scales()}, {8})}, {8});
    return node("Reshape", {node("Cast", {whole}, {8}, {}, "", kWide), integers(place)}, place, {},
                "", kWide);
  }
};

}  // namespace

// Weights of 64 bytes and a bias of 8 x 4; the result is floats.
TEST_CASE("an integer convolution takes in its output stage in every order", "[onnx]") {
  const std::vector<std::pair<std::string, ValueId (*)(Dynamic&)>> orders{
      {"cast, scale, bias",
       [](Dynamic& net) {
         const ValueId floats = net.op("Mul", net.cast(net.sums), net.scales());
         return net.op("Add", floats, net.constant("b", {1, 8, 1, 1}));
       }},
      {"bias at run time, cast, scale",
       [](Dynamic& net) {
         const ValueId shifted = net.op("Add", net.sums, net.bias(), kWide);
         return net.op("Mul", net.cast(shifted), net.scales());
       }},
      {"constant bias, cast, scale for each channel",
       [](Dynamic& net) {
         const ValueId b = net.constant("b", {1, 8, 1, 1}, kWide);
         const ValueId shifted = net.op("Add", net.sums, b, kWide);
         return net.op("Mul", net.cast(shifted), net.scales({8, 1, 1}));
       }},
      {"cast, bias at run time, two scales",
       [](Dynamic& net) {
         ValueId y = net.op("Sub", net.cast(net.sums), net.bias());
         y = net.op("Mul", y, net.scale);
         return net.op("Mul", y, net.constant("ws", {8, 1, 1}));
       }},
      {"cast, divided by a reciprocal, bias",
       [](Dynamic& net) {
         const ValueId inverse = net.node("Reciprocal", {net.scales()}, {});
         const ValueId floats = net.op("Div", net.cast(net.sums), inverse);
         return net.op("Add", floats, net.constant("b", {8, 1, 1}));
       }},
      {"bias at run time, dequantised",
       [](Dynamic& net) {
         const ValueId shifted = net.op("Add", net.sums, net.bias(), kWide);
         return net.node("DequantizeLinear", {shifted, net.scales()}, kSquareImage);
       }},
  };
  for (const auto& [name, finish] : orders) {
    CAPTURE(name);
    Dynamic net;
    net.start();
    net.output(net.node("Relu", {finish(net)}, kSquareImage));
    const Graph graph = net.convert(DType::kFp32);
    REQUIRE(kinds(graph) == "dynamicquantizelinear conv");
    CHECK(graph.totals().weight_bytes == Bytes(64 + 4 * 8));
    CHECK(graph.totals().parameters == 64 + 8);
    // The image is all that is written and read: scales and zero points take nothing.
    CHECK(graph.op(OpId(0)).outputs.size() == 1);
    CHECK(graph.op(OpId(1)).inputs.size() == 1);
    const Tensor& result = graph.tensor(graph.op(OpId(1)).outputs.at(0));
    CHECK(result.bytes == Bytes(4 * 512));
    CHECK(result.dtype == DType::kInt8);  // what the grid multiplies
  }
}

TEST_CASE("an integer matrix product takes in its output stage", "[onnx]") {
  Dynamic net;
  net.quantize(net.input("x", {1, 4, 16}));
  const ValueId sums =
      net.node("MatMulInteger", {net.data, net.constant("w", {16, 8}, kByte), net.zero}, {1, 4, 8},
               {}, "", kWide);
  const ValueId shifted = net.op("Add", sums, net.bias({8}), kWide);
  net.output(net.op("Mul", net.cast(shifted), net.scales()));
  const Graph graph = net.convert();
  REQUIRE(kinds(graph) == "dynamicquantizelinear matmul");
  CHECK(graph.totals().weight_bytes == Bytes(16 * 8 + 4 * 8));
}

TEST_CASE("a product of two activations takes in both scales, and no mask", "[onnx]") {
  Dynamic net;
  net.quantize(net.input("a", {8, 8}));
  const ValueId a = net.data;
  const ValueId first = net.scale;
  net.quantize(net.input("b", {8, 8}));
  const ValueId sums = net.node("MatMulInteger", {a, net.data}, {8, 8}, {}, "", kWide);
  const ValueId both = net.node("Mul", {first, net.scale}, {});
  const ValueId scaled = net.op("Mul", net.cast(sums), both);
  net.output(net.op("Add", scaled, net.constant("mask", {8})));
  CHECK(kinds(net.convert()) == "dynamicquantizelinear dynamicquantizelinear matmul add");
}

TEST_CASE("what something else reads of an output stage is not fused over", "[onnx]") {
  Dynamic sums;
  sums.start();
  const ValueId cast = sums.cast(sums.sums);
  sums.output(sums.op("Mul", cast, sums.scales()));
  sums.output(sums.node("Abs", {sums.sums}, kSquareImage, {}, "", kWide));
  CHECK(kinds(sums.convert()) == "dynamicquantizelinear conv cast mul mul abs");

  Dynamic floats;
  floats.start();
  const ValueId y = floats.cast(floats.sums);
  floats.output(y);
  floats.output(floats.op("Mul", y, floats.scales()));
  CHECK(kinds(floats.convert()) == "dynamicquantizelinear conv mul mul");

  // The bias is an output: it is computed for that, and fused all the same.
  Dynamic bias;
  bias.start();
  const ValueId b = bias.bias();
  bias.output(b);
  bias.output(bias.op("Mul", bias.cast(bias.op("Add", bias.sums, b, kWide)), bias.scales()));
  const Graph graph = bias.convert();
  REQUIRE(kinds(graph) == "dynamicquantizelinear conv mul div floor cast");
  CHECK(graph.op(OpId(0)).outputs.size() == 2);  // with the scale
}

TEST_CASE("what does not lie along the channels is no scale and no bias", "[onnx]") {
  Dynamic axis;
  axis.start();
  axis.output(axis.op("Add", axis.cast(axis.sums), axis.bias({8})));  // along the columns
  CHECK(kinds(axis.convert()) == "dynamicquantizelinear conv mul div floor cast add");

  Dynamic grows;  // [1, 8] and [8, 1] make [8, 8]
  grows.quantize(grows.input("x", {1, 16}));
  const ValueId sums = grows.node(
      "MatMulInteger", {grows.data, grows.constant("w", {16, 8}, kByte)}, {1, 8}, {}, "", kWide);
  grows.output(grows.node("Add", {grows.cast(sums), grows.bias({8, 1})}, {8, 8}));
  CHECK(kinds(grows.convert()) == "dynamicquantizelinear matmul mul div floor cast add");
}

TEST_CASE("what is computed from data is no scale of the product", "[onnx]") {
  // A number a channel, of data: squeeze and excite.
  Dynamic gate;
  const ValueId x = gate.input("x", kSquareImage);
  const ValueId mean = gate.node("GlobalAveragePool", {x}, {1, 8, 1, 1});
  gate.quantize(x);
  gate.conv();
  gate.output(gate.op("Mul", gate.cast(gate.sums), gate.node("Sigmoid", {mean}, {1, 8, 1, 1})));
  CHECK(kinds(gate.convert()) == "averagepool dynamicquantizelinear conv sigmoid mul");

  // A single number that exists before is read beside the image, whatever made it.
  Dynamic number;
  number.quantize(number.input("other", {8}));
  const ValueId other = number.scale;
  number.output(number.data);
  number.start();
  number.output(number.op("Mul", number.cast(number.sums), other));
  const Graph graph = number.convert();
  REQUIRE(kinds(graph) == "dynamicquantizelinear dynamicquantizelinear conv");
  REQUIRE(graph.op(OpId(2)).inputs.size() == 2);
  CHECK(graph.op(OpId(2)).inputs.at(1).bytes == Bytes(1));

  // One that is made later is not.
  Dynamic later;
  later.start();
  const ValueId largest = later.node("ReduceMax", {later.input("late", {8})}, {});
  later.output(later.op("Mul", later.cast(later.sums), largest));
  CHECK(kinds(later.convert()) == "dynamicquantizelinear conv reducemax mul");
}

// As exporters wrote it before DynamicQuantizeLinear: the range of the data makes the scale.
TEST_CASE("a scale that is computed from the range of the data is read", "[onnx]") {
  Dynamic net;
  const ValueId x = net.input("x", kSquareImage);
  const ValueId least = net.node("ReduceMin", {x}, {});
  const ValueId most = net.node("ReduceMax", {x}, {});
  const ValueId range = net.node("Sub", {most, least}, {});
  net.scale = net.node("Div", {range, net.number(255)}, {});
  net.zero = net.constant("zero", {}, kByte);
  net.data = net.node("QuantizeLinear", {x, net.scale, net.zero}, kSquareImage, {}, "", kByte);
  net.conv();
  const ValueId shifted = net.op("Add", net.sums, net.bias(), kWide);
  net.output(net.op("Mul", net.cast(shifted), net.scales()));
  const Graph graph = net.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "reducemin reducemax conv");
  // The image as floats, which the range is read from, and the two ends of it.
  REQUIRE(graph.op(OpId(2)).inputs.size() == 3);
  CHECK(graph.op(OpId(2)).inputs.at(0).bytes == Bytes(4 * 512));
  CHECK(graph.op(OpId(2)).inputs.at(1).bytes == Bytes(4));
}

}  // namespace memplace::onnx::test
