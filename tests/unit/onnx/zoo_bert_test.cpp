// SPDX-License-Identifier: Apache-2.0
// BERT-base as both of PyTorch's exporters write it: 12 layers of width 768, 12 heads, 30522 words,
// 512 positions, a pooler: 109,482,240 parameters.
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo_torch.h"

namespace memplace::onnx {
namespace {

using test::OnnxTensor;
using test::OnnxType;

constexpr std::int64_t kBertLayer = 4 * 768 * 768 + 2 * 768 * 3072;
constexpr std::int64_t kBertParameters = (30522 + 512 + 2) * 768 + 2 * 768 +
                                         12 * (kBertLayer + 4 * 768 + 3072 + 768 + 4 * 768) +
                                         768 * 768 + 768;
static_assert(kBertParameters == 109'482'240);

// 32 words; the pooler sees one. Of the positions 32 rows of 512 are left.
constexpr std::int64_t kBertMacs = 12 * (32 * kBertLayer + 2 * 32 * 32 * 768) + 768 * 768;

// opset 14 with scaled_dot_product_attention: queries and keys both take the root of the scale,
// which nodes compute from the shape.
struct Bert : Torch {
  std::string mask;

  std::string heads(const std::string& x, const Ints& order) {
    const std::string split = shape({dim(x, 0), dim(x, 1), net.integer(12), net.integer(64)});
    return transpose(op("Reshape", {x, split}), order);
  }
  std::string layer(const std::string& x) {
    const std::string q = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string k = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string v = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string size =
        op("Slice", {op("Shape", {q}), net.ints({-1}), net.ints({9223372036854775807})});
    const std::string scale =
        op("Div", {net.number(1), op("Sqrt", {op("Cast", {size}, {{"to", 1}})})});
    const std::string root = op("Sqrt", {scale});
    std::string scores =
        op("MatMul", {op("Mul", {q, root}), op("Mul", {transpose(k, {0, 1, 3, 2}), root})});
    scores = op("Softmax", {op("Add", {scores, mask})}, {{"axis", -1}});
    const std::string context = transpose(op("MatMul", {scores, v}), {0, 2, 1, 3});
    const std::string merged =
        op("Reshape", {context, shape({dim(x, 0), dim(x, 1), net.integer(768)})});
    const std::string y = layer_norm(op("Add", {linear(merged, 768, 768), x}), 768);
    const std::string inner = linear(y, 768, 3072);
    const std::string erf = op("Erf", {op("Div", {inner, net.number(1.41421F)})});
    const std::string gated = op("Mul", {inner, op("Add", {erf, net.number(1)})});
    const std::string gelu = op("Mul", {gated, net.number(0.5F)});
    return layer_norm(op("Add", {linear(gelu, 3072, 768), y}), 768);
  }
};

TEST_CASE("BERT-base as PyTorch exports it", "[onnx]") {
  Bert t;
  Net& net = t.net;
  const test::OnnxDims dims{"batch", "sequence"};
  const std::string ids = net.input("input_ids", dims, OnnxType::kInt64);
  const std::string attention = net.input("attention_mask", dims, OnnxType::kInt64);
  const std::string kinds_of_words = net.input("token_type_ids", dims, OnnxType::kInt64);
  // The mask: [batch, 1, 1, words] expanded to [batch, 1, words, words], ones and zeros to 0 and
  // the lowest number.
  const std::string wide =
      t.op("Expand", {t.unsqueeze(t.unsqueeze(attention, 1), 2),
                      t.shape({t.dim(ids, 0), net.integer(1), t.dim(ids, 1), t.dim(ids, 1)})});
  const std::string inverted = t.op("Sub", {net.number(1), t.op("Cast", {wide}, {{"to", 1}})});
  t.mask = t.op("Where", {t.op("Cast", {inverted}, {{"to", 9}}), net.number(-3.4e38F), inverted});
  const std::string buffer = net.constant(OnnxTensor::ints("", {1, 512}, [] {
    Ints places(512);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<std::int64_t>(i);
    }
    return places;
  }()));
  const std::string places = t.slice(buffer, net.integer(0), t.dim(ids, 1), 1);
  const auto look_up = [&](std::int64_t rows, const std::string& at) {
    return t.op("Gather", {net.weights({rows, 768}), at});
  };
  std::string x = t.op("Add", {look_up(30522, ids), look_up(2, kinds_of_words)});
  x = t.layer_norm(t.op("Add", {x, look_up(512, places)}), 768);
  for (int layer = 0; layer < 12; ++layer) {
    x = t.layer(x);
  }
  net.output(x);
  const std::string first = t.op("Gather", {x, net.integer(0)}, {{"axis", 1}});
  net.output(t.op("Tanh", {t.op("Gemm", {first, net.weights({768, 768}), net.weights({768})},
                                {{"transB", 1}})}));
  const Graph graph = import_net(net, {.opset = 14, .dims = {{"batch", 1}, {"sequence", 32}}});
  CHECK(graph.totals().macs == kBertMacs);
  CHECK(graph.totals().parameters == kBertParameters - (512 - 32) * 768);
  CHECK(kinds(graph) ==
        "add:26 cast:2 expand:1 gather:2 gelu:12 layernorm:25 matmul:97 scale_mask:12 softmax:12 "
        "sub:1 tanh:1 where:1");
}

// The newer exporter, opset 20: weights stay [out, in] and a Transpose turns them; normalisation
// and GELU are operators; shapes are Shape with start and end, joined; Reshape has allowzero.
TEST_CASE("BERT-base as PyTorch's newer exporter writes it", "[onnx]") {
  Torch t;
  Net& net = t.net;
  const test::OnnxDims dims{"s26", "s70"};
  const std::string ids = net.input("input_ids", dims, OnnxType::kInt64);
  const std::string attention = net.input("attention_mask", dims, OnnxType::kInt64);
  const auto extent = [&](const std::string& x, std::int64_t axis) {
    return t.op("Shape", {x}, {{"start", axis}, {"end", axis + 1}});
  };
  const auto linear = [&](const std::string& x, std::int64_t in, std::int64_t out) {
    const std::string turned = t.transpose(net.weights({out, in}), {1, 0});
    return t.op("Add", {t.op("MatMul", {x, turned}), net.weights({out})});
  };
  const auto norm = [&](const std::string& x) {
    return t.op("LayerNormalization", {x, net.weights({768}), net.weights({768})},
                {{"axis", -1}, {"epsilon", 1e-12F}, {"stash_type", 1}});
  };
  const auto reshape = [&](const std::string& x, const Names& parts) {
    return t.op("Reshape", {x, t.op("Concat", parts, {{"axis", 0}})}, {{"allowzero", 1}});
  };
  const auto look_up = [&](std::int64_t rows, const std::string& at) {
    return t.op("Gather", {net.weights({rows, 768}), at}, {{"axis", 0}});
  };
  const std::string batch = extent(ids, 0);
  const std::string words = extent(ids, 1);
  const std::string both = t.op("Concat", {batch, words}, {{"axis", 0}});
  // Kinds of words are zeros of the words' shape where the caller gives none.
  const std::string zeros = t.op("Expand", {t.op("Constant", {}, {{"value_ints", Ints{0}}}), both});
  const std::string range =
      t.op("Range", {net.integer(0), t.op("Squeeze", {words}), net.integer(1)});
  std::string x = t.op("Add", {look_up(30522, ids), look_up(2, zeros)});
  x = norm(t.op("Add", {x, look_up(512, t.unsqueeze(range, 0))}));
  const std::string wide =
      t.op("Expand", {t.op("Unsqueeze", {attention, net.ints({1, 2})}),
                      t.op("Concat", {batch, net.ints({1}), words, words}, {{"axis", 0}})});
  const std::string mask =
      t.op("Where", {t.op("Cast", {wide}, {{"to", 9}}), net.number(0), net.number(-3.4e38F)});
  for (int layer = 0; layer < 12; ++layer) {
    const auto heads = [&](const std::string& from, const Ints& order) {
      return t.transpose(reshape(from, {batch, words, net.ints({12}), net.ints({64})}), order);
    };
    const std::string q = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string k = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string v = heads(linear(x, 768, 768), {0, 2, 1, 3});
    const std::string root = net.number(0.35355338F);
    // Keys are turned through three axes and back.
    const std::string three = reshape(k, {net.ints({-1}), words, net.ints({64})});
    const std::string back =
        reshape(t.transpose(three, {0, 2, 1}), {batch, net.ints({12}), net.ints({64}), words});
    std::string scores = t.op("MatMul", {t.op("Mul", {q, root}), t.op("Mul", {back, root})});
    scores = t.op("Softmax", {t.op("Add", {scores, mask})}, {{"axis", -1}});
    scores = t.op("Where", {t.op("IsNaN", {scores}), net.number(0), scores});
    const std::string context = t.transpose(t.op("MatMul", {scores, v}), {0, 2, 1, 3});
    const std::string merged = reshape(context, {batch, words, net.ints({768})});
    const std::string y = norm(t.op("Add", {linear(merged, 768, 768), x}));
    const std::string gelu = t.op("Gelu", {linear(y, 768, 3072)}, {{"approximate", "none"}});
    x = norm(t.op("Add", {linear(gelu, 3072, 768), y}));
  }
  net.output(x);
  const std::string first = t.op("Gather", {x, net.integer(0)}, {{"axis", 1}});
  net.output(t.op("Tanh", {t.op("Gemm", {first, net.weights({768, 768}), net.weights({768})},
                                {{"beta", 1.0F}, {"transB", 1}, {"alpha", 1.0F}, {"transA", 0}})}));
  const Graph graph = import_net(net, {.opset = 20, .dims = {{"s26", 1}, {"s70", 32}}});
  CHECK(graph.totals().macs == kBertMacs);
  CHECK(graph.totals().parameters == kBertParameters - (512 - 32) * 768);
  CHECK(kinds(graph) ==
        "add:26 cast:1 expand:1 gather:2 gelu:12 layernorm:25 matmul:97 scale_mask:12 softmax:12 "
        "tanh:1 where:1");
}

}  // namespace
}  // namespace memplace::onnx
