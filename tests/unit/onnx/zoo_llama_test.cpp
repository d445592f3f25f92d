// SPDX-License-Identifier: Apache-2.0
// A small Llama (SmolLM of 135 M parameters): as optimum exports it through PyTorch, and as
// onnxruntime's builder of generative models writes it.
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo_torch.h"

namespace memplace::onnx {
namespace {

using test::OnnxTensor;
using test::OnnxType;

constexpr int kLayers = 30;
constexpr std::int64_t kWidth = 576;
constexpr std::int64_t kHeads = 9;
constexpr std::int64_t kKeyHeads = 3;
constexpr std::int64_t kHead = 64;
constexpr std::int64_t kInner = 1536;
constexpr std::int64_t kWords = 49152;

// Products of a layer: queries and their output, keys and values, gate, up and down.
constexpr std::int64_t kLayer =
    2 * kWidth * kWidth + 2 * kWidth * kKeyHeads * kHead + 3 * kWidth * kInner;
constexpr std::int64_t kParameters = kWords * kWidth + kLayers * (kLayer + 2 * kWidth) + kWidth;
static_assert(kParameters == 134'515'008);

// 16 new words on 112 old ones: 16 x 128 scores a head.
constexpr std::int64_t macs_on(std::int64_t keys) {
  return 16 * (kLayers * kLayer + kWords * kWidth) + kLayers * 2 * kHeads * 16 * keys * kHead;
}
constexpr std::int64_t kMacs = macs_on(128);

struct Llama : Torch {
  std::string cos;
  std::string sin;
  std::string mask;

  std::string rms_norm(const std::string& x) {
    const std::string mean =
        op("ReduceMean", {op("Pow", {x, net.number(2)})}, {{"axes", Ints{-1}}});
    const std::string root = op("Sqrt", {op("Add", {mean, net.number(1e-5F)})});
    const std::string normal = op("Mul", {x, op("Div", {net.number(1), root})});
    return op("Mul", {net.weights({kWidth}), normal});
  }
  std::string heads(const std::string& x, std::int64_t count) {
    const std::string split = shape({dim(x, 0), dim(x, 1), net.integer(count), net.integer(kHead)});
    return transpose(op("Reshape", {x, split}), {0, 2, 1, 3});
  }
  // x * cos + rotate_half(x) * sin; the halves' bounds are computed from the shape.
  std::string rotary(const std::string& x) {
    const std::string half = op("Div", {dim(x, -1), net.integer(2)});
    const std::string low = slice(x, net.integer(0), half, 3);
    const std::string high = slice(x, half, net.integer(9223372036854775807), 3);
    const std::string turned = op("Concat", {op("Neg", {high}), low}, {{"axis", -1}});
    return op("Add", {op("Mul", {x, cos}), op("Mul", {turned, sin})});
  }
  // Unsqueeze, Expand to three heads for each, Reshape; -1 in the expanded shape becomes 1.
  std::string repeat(const std::string& x) {
    const std::string wide =
        shape({dim(x, 0), net.integer(kKeyHeads), net.integer(3), dim(x, 2), net.integer(kHead)});
    const std::string flat = op("Reshape", {wide, net.ints({-1})});
    const std::string ones =
        op("ConstantOfShape", {op("Shape", {flat})}, {{"value", OnnxTensor::ints("", {1}, {1})}});
    const std::string minus = op("Mul", {ones, net.integer(-1)});
    const std::string sizes = op("Where", {op("Equal", {flat, minus}), ones, flat});
    const std::string expanded = op("Expand", {unsqueeze(x, 2), sizes});
    return op("Reshape",
              {expanded, shape({dim(x, 0), net.integer(kHeads), dim(x, 2), net.integer(kHead)})});
  }
  // cos and sin of positions times frequencies, each twice side by side.
  void positions(const std::string& ids) {
    const std::string frequencies = net.weights({1, 32, 1});
    const std::string rows =
        op("Expand", {frequencies, shape({dim(ids, 0), net.integer(-1), net.integer(1)})});
    const std::string angles =
        op("Transpose", {op("MatMul", {rows, op("Cast", {unsqueeze(ids, 1)}, {{"to", 1}})})},
           {{"perm", Ints{0, 2, 1}}});
    const std::string both = op("Concat", {angles, angles}, {{"axis", -1}});
    cos = unsqueeze(op("Mul", {op("Cos", {both}), net.number(1)}), 1);
    sin = unsqueeze(op("Mul", {op("Sin", {both}), net.number(1)}), 1);
  }
  // Below the diagonal by Trilu and Greater, then where the attention mask is zero, put back into
  // the whole by ScatterND.
  void causal(const std::string& attention, const std::string& ids, const std::string& past) {
    const std::string rows = dim(ids, 1);
    const std::string total = dim(attention, 1);
    const std::string lowest = op("ConstantOfShape", {shape({rows, total})},
                                  {{"value", OnnxTensor::floats("", {1}, {-3.4e38F})}});
    const std::string upper = op("Trilu", {lowest, net.integer(1)}, {{"upper", 1}});
    const std::string at = op("Range", {past, op("Add", {past, rows}), net.integer(1)});
    const std::string later = op("Greater", {op("Range", {net.integer(0), total, net.integer(1)}),
                                             op("Reshape", {at, net.ints({-1, 1})})});
    const std::string flat = op("Mul", {upper, op("Cast", {later}, {{"to", 1}})});
    const std::string four = unsqueeze(unsqueeze(flat, 0), 0);
    const std::string whole = op(
        "Expand", {four, shape({dim(ids, 0), net.integer(1), net.integer(-1), net.integer(-1)})});
    const std::string given = op("Cast", {unsqueeze(unsqueeze(attention, 1), 1)}, {{"to", 1}});
    const std::string part = slice(whole, net.integer(0), total, 3);
    const std::string padded = op("Equal", {op("Add", {part, given}), net.number(0)});
    const std::string filled = op("Where", {padded, net.number(-3.4e38F), part});
    // Indices of every element: ranges unsqueezed, expanded and joined.
    const std::string all = op("Shape", {whole});
    Names axes;
    for (std::int64_t axis = 0; axis < 4; ++axis) {
      std::string range = op("Range", {net.integer(0), dim(whole, axis), net.integer(1)});
      for (std::int64_t other = axis + 1; other < 4; ++other) {
        range = unsqueeze(range, -1);
      }
      axes.push_back(unsqueeze(op("Expand", {range, all}), -1));
    }
    mask = op("ScatterND", {whole, op("Concat", axes, {{"axis", -1}}), filled});
  }
  std::string layer(const std::string& x, const std::string& past_key,
                    const std::string& past_value) {
    const std::string in = rms_norm(x);
    const std::string q = rotary(heads(linear(in, kWidth, kHeads * kHead, false), kHeads));
    const std::string k =
        op("Concat",
           {past_key, rotary(heads(linear(in, kWidth, kKeyHeads * kHead, false), kKeyHeads))},
           {{"axis", -2}});
    const std::string v =
        op("Concat", {past_value, heads(linear(in, kWidth, kKeyHeads * kHead, false), kKeyHeads)},
           {{"axis", -2}});
    net.output(k);
    net.output(v);
    std::string scores = op("MatMul", {q, transpose(repeat(k), {0, 1, 3, 2})});
    scores = op("Div", {scores, net.number(8)});
    const std::string cut = slice(mask, net.integer(0), dim(k, -2), 3);
    scores = op("Softmax", {op("Add", {scores, cut})}, {{"axis", -1}});
    scores = op("Cast", {op("Cast", {scores}, {{"to", 1}})}, {{"to", 1}});
    const std::string context = transpose(op("MatMul", {scores, repeat(v)}), {0, 2, 1, 3});
    const std::string merged =
        op("Reshape", {context, shape({dim(in, 0), dim(in, 1), net.integer(kWidth)})});
    const std::string y = op("Add", {x, linear(merged, kWidth, kWidth, false)});
    const std::string normal = rms_norm(y);
    const std::string gate = linear(normal, kWidth, kInner, false);
    const std::string silu = op("Mul", {gate, op("Sigmoid", {gate})});
    const std::string up = linear(normal, kWidth, kInner, false);
    return op("Add", {y, linear(op("Mul", {silu, up}), kInner, kWidth, false)});
  }
};

Names past_of(Net& net, int layer) {
  Names names;
  for (const char* part : {".key", ".value"}) {
    names.push_back(net.input("past_key_values." + std::to_string(layer) + part,
                              {"batch_size", kKeyHeads, "past_sequence_length", kHead}));
  }
  return names;
}

// Beside its weights the model holds 32 frequencies, the causal half of the mask twice, and four
// indices for each of its elements. Keys that several queries share are not copied.
// A layer has 7 products with weights and 2 of attention; the positions' angles are one more and
// the head another. Rotating queries and keys is 2 slices, neg, concat, 2 mul and an add each.
TEST_CASE("a small Llama as optimum exports it", "[onnx]") {
  Llama t;
  Net& net = t.net;
  const std::string ids =
      net.input("input_ids", {"batch_size", "sequence_length"}, OnnxType::kInt64);
  const std::string attention =
      net.input("attention_mask", {"batch_size", "past_sequence_length + 1"}, OnnxType::kInt64);
  const std::string places =
      net.input("position_ids", {"batch_size", "sequence_length"}, OnnxType::kInt64);
  const std::string words =
      net.weights({kWords, kWidth}, OnnxType::kFloat, "model.embed_tokens.weight");
  std::string x = t.op("Gather", {words, ids});
  for (int layer = 0; layer < kLayers; ++layer) {
    const Names past = past_of(net, layer);
    if (layer == 0) {
      t.causal(attention, ids, t.dim(past[0], 2));
      t.positions(places);
    }
    x = t.layer(x, past[0], past[1]);
  }
  net.output(t.op("MatMul", {t.rms_norm(x), t.transpose(words, {1, 0})}));
  const Graph graph = import_net(net, {.opset = 14,
                                       .dims = {{"batch_size", 1},
                                                {"sequence_length", 16},
                                                {"past_sequence_length", 112},
                                                {"past_sequence_length + 1", 128}}});
  CHECK(graph.totals().macs == kMacs + 32 * 16);
  CHECK(graph.totals().parameters == kParameters + 32 + 6 * 16 * 128);
  CHECK(kinds(graph) ==
        "add:121 cast:2 concat:121 cos:1 equal:1 gather:1 matmul:272 mul:152 neg:60 rmsnorm:61 "
        "scale_mask:30 scatternd:1 sin:1 slice:120 softmax:30 transpose:1 where:1");
  // The first 16 words of a text: no past, and no join with one.
  const Graph first = import_net(net, {.opset = 14,
                                       .dims = {{"batch_size", 1},
                                                {"sequence_length", 16},
                                                {"past_sequence_length", 0},
                                                {"past_sequence_length + 1", 16}}});
  CHECK(first.totals().macs == macs_on(16) + 32 * 16);
  CHECK(kinds(first).find("concat:61 ") != std::string::npos);
}

// One product makes queries, keys and values; rotation, attention and the skips' norms are
// operators of their own.
TEST_CASE("a small Llama in the operators of onnxruntime", "[onnx]") {
  Torch t;
  Net& net = t.net;
  const std::string ids =
      net.input("input_ids", {"batch_size", "sequence_length"}, OnnxType::kInt64);
  const std::string attention =
      net.input("attention_mask", {"batch_size", "total_sequence_length"}, OnnxType::kInt64);
  const std::string lengths = t.op("ReduceSum", {attention, net.ints({1})}, {{"keepdims", 0}});
  const std::string last = t.op("Cast", {t.op("Sub", {lengths, net.ints({1})})}, {{"to", 6}});
  const std::string total = t.op("Cast", {t.dim(attention, 1)}, {{"to", 6}});
  const std::string cos = net.weights({2048, 32}, OnnxType::kFloat, "cos_cache");
  const std::string sin = net.weights({2048, 32}, OnnxType::kFloat, "sin_cache");
  const std::string words =
      net.weights({kWords, kWidth}, OnnxType::kFloat, "model.embed_tokens.weight");
  std::string x = t.op("Gather", {words, ids});
  std::string normal =
      t.op("SimplifiedLayerNormalization", {x, net.weights({kWidth})}, {{"axis", -1}});
  const auto skip_norm = [&](const std::string& a, const std::string& b, bool with_sum) {
    const Names out{net.fresh("norm"), net.fresh("sum")};
    net.graph().node("SkipSimplifiedLayerNormalization", {a, b, net.weights({kWidth})},
                     with_sum ? Names{out[0], "", "", out[1]} : Names{out[0]}, {{"epsilon", 1e-5F}},
                     "", kMicrosoft);
    x = out[1];
    return out[0];
  };
  for (int layer = 0; layer < kLayers; ++layer) {
    const Names past = past_of(net, layer);
    const std::string qkv = t.linear(normal, kWidth, (kHeads + 2 * kKeyHeads) * kHead, false);
    const Names out = net.nodes(
        "GroupQueryAttention", {qkv, "", "", past[0], past[1], last, total, cos, sin}, 3,
        {{"num_heads", kHeads}, {"kv_num_heads", kKeyHeads}, {"do_rotary", 1}}, kMicrosoft);
    net.output(out[1]);
    net.output(out[2]);
    normal = skip_norm(x, t.linear(out[0], kWidth, kWidth, false), true);
    const std::string gate = t.linear(normal, kWidth, kInner, false);
    const std::string up = t.linear(normal, kWidth, kInner, false);
    const std::string silu = t.op("Mul", {gate, t.op("Sigmoid", {gate})});
    normal =
        skip_norm(x, t.linear(t.op("Mul", {silu, up}), kInner, kWidth, false), layer + 1 < kLayers);
  }
  net.output(t.op("MatMul", {normal, t.transpose(words, {1, 0})}));
  const Graph graph = import_net(net, {.opset = 14,
                                       .dims = {{"batch_size", 1},
                                                {"sequence_length", 16},
                                                {"past_sequence_length", 112},
                                                {"total_sequence_length", 128}},
                                       .domains = {kMicrosoft}});
  CHECK(graph.totals().macs == kMacs);
  CHECK(graph.totals().parameters == kParameters + 2 * 2048 * 32);
  CHECK(kinds(graph) ==
        "cast:1 gather:1 matmul:211 mul:30 reducesum:1 rmsnorm:61 rotaryembedding:30 softmax:30 "
        "sub:1");
  const Graph first = import_net(net, {.opset = 14,
                                       .dims = {{"batch_size", 1},
                                                {"sequence_length", 16},
                                                {"past_sequence_length", 0},
                                                {"total_sequence_length", 16}},
                                       .domains = {kMicrosoft}});
  CHECK(first.totals().macs == macs_on(16));
  CHECK(kinds(first) == kinds(graph));
}

// Packed, [batch, rows, heads, 3, head], or keys with values, [batch, rows, heads, 2, head]:
// 2 heads of 8, 4 queries of 4 or of 6 keys, and a bias of 3 x 16.
TEST_CASE("packed operands of multi-head attention", "[onnx]") {
  for (const std::int64_t keys : {4, 6}) {
    Net net;
    const Attributes heads{{"num_heads", 2}};
    const std::string bias = net.weights({48});
    Names inputs{net.input("q", {1, 4, 2, 3, 8}), "", "", bias};
    if (keys == 6) {
      net = Net();
      inputs = {net.input("q", {1, 4, 16}), net.input("kv", {1, 6, 2, 2, 8}), ""};
    }
    if (keys == 4) {
      inputs.push_back("");
      inputs.push_back(net.input("mask", {1, 2, 4, 4}));
    }
    net.output(net.node("MultiHeadAttention", inputs, heads, kMicrosoft));
    const Graph graph = import_net(net, {.domains = {kMicrosoft}});
    CAPTURE(keys);
    CHECK(kinds(graph) == (keys == 4 ? "matmul:2 scale_mask:1 softmax:1" : "matmul:2 softmax:1"));
    CHECK(graph.totals().macs == 2 * 2 * 4 * keys * 8);
    CHECK(graph.totals().parameters == (keys == 4 ? 48 : 0));
  }
}

}  // namespace
}  // namespace memplace::onnx
