// SPDX-License-Identifier: Apache-2.0
// Bytes of models that are quantised in part: what is kept as floats, what at its own width.
#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

// 8 x 4 x 4 = 128 elements: 512 bytes as floats of 32 bits, 128 quantised.
const Shape kByteImage{1, 8, 4, 4};

struct Quantised : ModelMaker {
  ValueId scale = number(0.1);
  ValueId zero = constant("zero", {}, ElementType::kInt8);

  ValueId quantize(ValueId x, ElementType type = ElementType::kInt8) {
    return node("QuantizeLinear", {x, scale, zero}, shape(x), {}, "", type);
  }
  ValueId dequantize(ValueId x) { return node("DequantizeLinear", {x, scale, zero}, shape(x)); }
  ValueId both(ValueId x) { return dequantize(quantize(x)); }
  ValueId relu(ValueId x) { return node("Relu", {x}, shape(x)); }
  // 8 to 8 channels, 1 x 1, of quantised weights: 64 bytes.
  ValueId conv(ValueId x) {
    const ValueId w = dequantize(constant("w", {8, 8, 1, 1}, ElementType::kInt8));
    return node("Conv", {x, w}, shape(x), {{"kernel_shape", Ints{1, 1}}});
  }
};

const Tensor& out(const Graph& graph, std::uint32_t op) {
  return graph.tensor(graph.op(OpId(op)).outputs.at(0));
}
const Tensor& in(const Graph& graph, std::uint32_t op) {
  return graph.tensor(graph.op(OpId(op)).inputs.at(0).tensor);
}

}  // namespace

TEST_CASE("a quantised tensor that is also read as floats keeps its float bytes", "[onnx]") {
  Quantised net;
  const ValueId y = net.relu(net.input("x", kByteImage));
  net.output(net.conv(net.both(y)));
  net.output(net.node("Exp", {y}, kByteImage));
  const Graph graph = net.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "relu conv exp");
  CHECK(out(graph, 0).bytes == Bytes(512));
  CHECK(out(graph, 0).dtype == DType::kFp32);
  // The convolution reads the floats, and quantises them as it reads.
  CHECK(graph.op(OpId(1)).inputs.at(0).bytes == Bytes(512));
}

TEST_CASE("a quantised tensor that leaves the network as floats keeps its float bytes", "[onnx]") {
  Quantised before;
  ValueId y = before.relu(before.input("x", kByteImage));
  before.output(y);
  before.output(before.conv(before.both(y)));
  CHECK(out(before.convert(DType::kFp32), 0).bytes == Bytes(512));

  Quantised after;
  y = after.both(after.relu(after.input("x", kByteImage)));
  after.output(y);
  after.output(after.conv(y));
  const Graph graph = after.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "relu conv");
  CHECK(out(graph, 0).bytes == Bytes(512));

  // Under another name, too.
  Quantised view;
  y = view.both(view.relu(view.input("x", kByteImage)));
  view.output(view.node("Reshape", {y, view.integers({128})}, {128}));
  CHECK(out(view.convert(DType::kFp32), 0).bytes == Bytes(512));
}

TEST_CASE("a tensor that all read quantised is quantised", "[onnx]") {
  Quantised net;
  const ValueId y = net.relu(net.input("x", kByteImage));
  net.output(net.conv(net.both(y)));
  net.output(net.conv(net.both(y)));
  CHECK(out(net.convert(DType::kFp32), 0).bytes == Bytes(128));

  // The wider of two types: 2 bytes an element.
  Quantised two;
  const ValueId z = two.relu(two.input("x", kByteImage));
  two.output(two.conv(two.both(z)));
  two.output(two.conv(two.dequantize(two.quantize(z, ElementType::kInt16))));
  CHECK(out(two.convert(DType::kFp32), 0).bytes == Bytes(256));

  for (const auto& [type, bytes] : std::vector<std::pair<ElementType, std::int64_t>>{
           {ElementType::kFloat8, 128}, {ElementType::kFloat4, 64}, {ElementType::kInt4, 64}}) {
    Quantised narrow;
    const ValueId quantised = narrow.quantize(narrow.relu(narrow.input("x", kByteImage)), type);
    narrow.output(narrow.conv(narrow.dequantize(quantised)));
    CHECK(out(narrow.convert(DType::kFp32), 0).bytes == Bytes(bytes));
  }
}

TEST_CASE("an input comes quantised where nothing reads it as floats", "[onnx]") {
  Quantised net;
  ValueId x = net.input("x", kByteImage);
  net.output(net.conv(net.both(x)));
  CHECK(in(net.convert(DType::kFp32), 0).bytes == Bytes(128));

  Quantised floats;
  x = floats.input("x", kByteImage);
  floats.output(floats.conv(floats.both(x)));
  floats.output(floats.relu(x));
  CHECK(in(floats.convert(DType::kFp32), 0).bytes == Bytes(512));
}

TEST_CASE("a tensor that leaves in both forms is quantised by an op", "[onnx]") {
  Quantised net;
  const ValueId y = net.relu(net.input("x", kByteImage));
  net.output(y);
  net.output(net.quantize(y));
  Graph graph = net.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "relu quantizelinear");
  CHECK(out(graph, 0).bytes == Bytes(512));
  CHECK(out(graph, 1).bytes == Bytes(128));
  CHECK(std::get<VectorWork>(graph.op(OpId(1)).work) == VectorWork{VectorKind::kElementwise, 128});

  Quantised back;
  const ValueId x = back.input("x", kByteImage, ElementType::kInt8);
  back.output(back.dequantize(x));
  back.output(back.conv(back.dequantize(x)));
  graph = back.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "dequantizelinear conv");
  CHECK(in(graph, 1).bytes == Bytes(128));
  CHECK(out(graph, 0).bytes == Bytes(512));
}

// As tf2onnx writes it: images are turned before and after each convolution.
TEST_CASE("data that is moved between quantise and dequantise is quantised", "[onnx]") {
  Quantised net;
  const auto turn = [&](ValueId x, const Shape& shape, const Ints& order) {
    return net.node("Transpose", {x}, shape, {{"perm", order}});
  };
  ValueId y = net.conv(net.both(net.input("x", kByteImage)));
  y = net.both(turn(y, {1, 4, 4, 8}, {0, 2, 3, 1}));
  y = net.conv(turn(y, kByteImage, {0, 3, 1, 2}));
  y = net.both(y);
  const ValueId part =
      net.node("Slice", {y, net.integers({0}), net.integers({2}), net.integers({1})}, {1, 2, 4, 4});
  net.output(net.node("Exp", {part}, {1, 2, 4, 4}));
  const Graph graph = net.convert(DType::kFp32);
  REQUIRE(kinds(graph) == "conv conv slice exp");
  CHECK(out(graph, 0).bytes == Bytes(128));
  CHECK(out(graph, 1).bytes == Bytes(128));
  // Two of the channels, a byte an element; floats after that.
  CHECK(out(graph, 2).bytes == Bytes(32));
  CHECK(out(graph, 3).bytes == Bytes(4 * 32));
}

TEST_CASE("a product of quantised factors multiplies integers, whatever it writes", "[onnx]") {
  Quantised net;
  net.output(net.conv(net.both(net.input("x", kByteImage))));
  const Graph graph = net.convert(DType::kFp32);
  CHECK(out(graph, 0).bytes == Bytes(512));
  CHECK(out(graph, 0).dtype == DType::kInt8);

  Quantised weights;  // alone: they become floats on the way to the grid
  weights.output(weights.conv(weights.input("x", kByteImage)));
  CHECK(out(weights.convert(DType::kFp32), 0).dtype == DType::kFp32);
}

// [256, 512] weights: 131,072 of them.
TEST_CASE("weights behind a DequantizeLinear cost their own width", "[onnx]") {
  const std::vector<std::pair<ElementType, std::int64_t>> widths{
      {ElementType::kFloat8, 131'072}, {ElementType::kFloat4, 65'536},
      {ElementType::kInt2, 32'768},    {ElementType::kInt4, 65'536},
      {ElementType::kInt8, 131'072},   {ElementType::kInt16, 262'144}};
  for (const auto& [type, bytes] : widths) {
    for (const std::string then : {"", "Transpose", "Cast", "Slice"}) {
      CAPTURE(bytes, then);
      Quantised net;
      const bool turns = then == "Transpose";
      const Shape stored = turns ? Shape{512, 256} : Shape{256, 512};
      ValueId w = net.node("DequantizeLinear",
                           {net.constant("w", stored, type), net.constant("s", {16, 512})}, stored,
                           {{"axis", std::int64_t{0}}, {"block_size", std::int64_t{16}}});
      if (turns) {
        w = net.node(then, {w}, {256, 512}, {{"perm", Ints{1, 0}}});
      } else if (then == "Cast") {
        w = net.node(then, {w}, {256, 512}, {}, "", ElementType::kFloat16);
      } else if (then == "Slice") {
        w = net.node(then, {w, net.integers({0}), net.integers({512}), net.integers({1})},
                     {256, 512});
      }
      net.output(net.node("MatMul", {net.input("x", {16, 256}), w}, {16, 512}));
      const Graph graph = net.convert(DType::kFp16);
      CHECK(graph.totals().weight_bytes == Bytes(bytes));
      CHECK(graph.totals().parameters == 131'072);
    }
  }
  // What is computed of them is floats, and a cast to floats makes floats of integers.
  Quantised computed;
  ValueId w = computed.dequantize(computed.constant("w", {256, 512}, ElementType::kInt8));
  w = computed.node("Mul", {w, computed.constant("s", {512})}, {256, 512});
  computed.output(computed.node("MatMul", {computed.input("x", {16, 256}), w}, {16, 512}));
  CHECK(computed.convert(DType::kFp16).totals().weight_bytes == Bytes(2 * 131'072));
  Quantised cast;
  w = cast.node("Cast", {cast.constant("w", {256, 512}, ElementType::kInt8)}, {256, 512});
  cast.output(cast.node("MatMul", {cast.input("x", {16, 256}), w}, {16, 512}));
  CHECK(cast.convert(DType::kFp16).totals().weight_bytes == Bytes(2 * 131'072));
}

// 64 x 32 weights of 4 bits in blocks of 32: 32 rows of 2 blocks of 16 bytes. A row has 2 scales,
// and 2 zero points of 4 bits in a byte.
TEST_CASE("a product over blocks of a few bits counts weights, and its scales as they are",
          "[onnx]") {
  const auto product = [](ElementType scales, bool more, std::int64_t bits) {
    ModelMaker maker;
    std::vector<std::optional<ValueId>> inputs{
        maker.input("x", {4, 64}), maker.constant("w", {32, 2, 4 * bits}, ElementType::kInt8),
        maker.constant("s", {64}, scales)};
    if (more) {
      inputs.emplace_back(maker.constant("z", {32}, ElementType::kInt8));
      inputs.emplace_back(std::nullopt);
      inputs.emplace_back(maker.constant("b", {32}));
    }
    maker.output(maker.node("com.microsoft:MatMulNBits", inputs, {4, 32},
                            {{"K", std::int64_t{64}},
                             {"N", std::int64_t{32}},
                             {"bits", bits},
                             {"block_size", std::int64_t{32}}}));
    return maker.convert(DType::kFp16);
  };
  for (const auto& [type, bytes] : std::vector<std::pair<ElementType, std::int64_t>>{
           {ElementType::kFloat, 256}, {ElementType::kFloat16, 128}, {ElementType::kFloat8, 64}}) {
    const Graph graph = product(type, false, 4);
    CHECK(graph.totals().macs == 4 * 64 * 32);
    CHECK(graph.totals().parameters == 64 * 32);
    CHECK(graph.totals().weight_bytes == Bytes(1024 + bytes));
  }
  CHECK(product(ElementType::kFloat16, false, 8).totals().weight_bytes == Bytes(2048 + 128));
  CHECK(product(ElementType::kFloat16, false, 2).totals().weight_bytes == Bytes(512 + 128));
  CHECK(product(ElementType::kFloat16, false, 2).totals().parameters == 64 * 32);
  // The bias is 32 parameters of 4 bytes.
  const Graph all = product(ElementType::kFloat16, true, 4);
  CHECK(all.totals().parameters == 64 * 32 + 32);
  CHECK(all.totals().weight_bytes == Bytes(1024 + 128 + 32 + 4 * 32));
}

// 100 rows of 64 in blocks of 32: of 4 bits, 32 bytes a row, with 2 scales of 2 bytes. 4 are read.
TEST_CASE("rows of a table of a few bits are read with their scales", "[onnx]") {
  for (const auto& [type, columns] : std::vector<std::pair<ElementType, std::int64_t>>{
           {ElementType::kInt8, 32}, {ElementType::kInt4, 64}}) {
    ModelMaker maker;
    maker.output(maker.node(
        "com.microsoft:GatherBlockQuantized",
        {maker.constant("w", {100, columns}, type), maker.input("ids", {4}, ElementType::kInt64),
         maker.constant("s", {100, 2}, ElementType::kFloat16)},
        {4, 64}, {{"bits", std::int64_t{4}}, {"block_size", std::int64_t{32}}}));
    const Graph graph = maker.convert(DType::kFp32);
    REQUIRE(kinds(graph) == "gather");
    CHECK(graph.totals().parameters == 6400);
    CHECK(graph.totals().weight_bytes == Bytes(100 * (32 + 4)));
    CHECK(graph.op(OpId(0)).weights->bytes == Bytes(4 * (32 + 4)));
  }
}

}  // namespace memplace::onnx::test
