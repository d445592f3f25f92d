// SPDX-License-Identifier: Apache-2.0
// Language models as PyTorch's exporters write them: symbolic axes, shapes computed by nodes,
// masks and positions made from lengths.
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo_torch.h"

namespace memplace::onnx {
namespace {

using test::OnnxType;

// GPT-2 of 124 M parameters: 12 layers of width 768, 12 heads, 50257 words, 1024 positions; the
// head's matrix is the words' table. Conv1D is a Gemm between reshapes; the causal mask is cut
// from a buffer by Slices whose bounds are shapes.
std::string gpt2_attention(Torch& t, const std::string& x, const std::string& past, Names& caches) {
  Net& net = t.net;
  const auto conv1d = [&](const std::string& in, std::int64_t from, std::int64_t to) {
    const std::string flat = t.op("Reshape", {in, net.ints({-1, from})});
    const std::string y = t.op("Gemm", {flat, net.weights({from, to}), net.weights({to})},
                               {{"alpha", 1.0F}, {"beta", 1.0F}});
    return t.op("Reshape", {y, t.shape({t.dim(in, 0), t.dim(in, 1), net.integer(to)})});
  };
  const Names parts =
      net.nodes("Split", {conv1d(x, 768, 2304), net.ints({768, 768, 768})}, 3, {{"axis", 2}});
  const auto heads = [&](const std::string& part, const Ints& order) {
    const std::string split = t.shape({t.dim(part, 0), t.dim(part, 1), net.integer(12),
                                       t.op("Div", {t.dim(part, 2), net.integer(12)})});
    return t.transpose(t.op("Reshape", {part, split}), order);
  };
  const std::string q = heads(parts[0], {0, 2, 1, 3});
  std::string k = heads(parts[1], {0, 2, 1, 3});
  std::string v = heads(parts[2], {0, 2, 1, 3});
  if (!past.empty()) {
    const auto old = [&](std::int64_t which) {
      return t.op("Gather", {past, net.integer(which)}, {{"axis", 0}});
    };
    k = t.op("Concat", {old(0), k}, {{"axis", -2}});
    v = t.op("Concat", {old(1), v}, {{"axis", -2}});
  }
  caches.push_back(t.op("Concat", {t.unsqueeze(k, 0), t.unsqueeze(v, 0)}, {{"axis", 0}}));
  std::string scores = t.op("MatMul", {q, t.transpose(k, {0, 1, 3, 2})});
  scores = t.op("Div", {scores, net.number(8)});
  const std::string keys = t.dim(k, -2);
  const std::string from = t.op("Sub", {keys, t.dim(q, -2)});
  const std::string buffer =
      net.weights({1, 1, 1024, 1024}, OnnxType::kBool, net.fresh("attn.bias"));
  const std::string mask = t.slice(t.slice(buffer, from, keys, 2), net.integer(0), keys, 3);
  scores = t.op("Where", {mask, scores, net.number(-3.4e38F)});
  scores = t.op("Softmax", {scores}, {{"axis", -1}});
  const std::string context = t.transpose(t.op("MatMul", {scores, v}), {0, 2, 1, 3});
  const std::string merged =
      t.op("Reshape", {context, t.shape({t.dim(context, 0), t.dim(context, 1),
                                         t.op("Mul", {t.dim(context, 2), t.dim(context, 3)})})});
  return conv1d(merged, 768, 768);
}

std::string gpt2_mlp(Torch& t, const std::string& x) {
  Net& net = t.net;
  const auto conv1d = [&](const std::string& in, std::int64_t from, std::int64_t to) {
    const std::string y = t.op("Gemm", {t.op("Reshape", {in, net.ints({-1, from})}),
                                        net.weights({from, to}), net.weights({to})});
    return t.op("Reshape", {y, t.shape({t.dim(in, 0), t.dim(in, 1), net.integer(to)})});
  };
  const std::string h = conv1d(x, 768, 3072);
  const std::string cube = t.op("Mul", {t.op("Pow", {h, net.number(3)}), net.number(0.044715F)});
  const std::string inner = t.op("Mul", {t.op("Add", {h, cube}), net.number(0.79788F)});
  const std::string gate = t.op("Add", {t.op("Tanh", {inner}), net.number(1)});
  return conv1d(t.op("Mul", {t.op("Mul", {h, net.number(0.5F)}), gate}), 3072, 768);
}

Net gpt2(bool with_past) {
  Torch t;
  Net& net = t.net;
  const std::string raw = net.input("input_ids", {"batch", "sequence"}, OnnxType::kInt64);
  const std::string ids = t.op("Reshape", {raw, t.shape({net.integer(-1), t.dim(raw, -1)})});
  Names pasts;
  for (int layer = 0; layer < 12; ++layer) {
    pasts.push_back(
        with_past ? net.input("past_" + std::to_string(layer), {2, "batch", 12, "past", 64}) : "");
  }
  const std::string old = with_past ? t.dim(pasts[0], -2) : net.integer(0);
  const std::string range =
      t.op("Range", {old, t.op("Add", {t.dim(raw, -1), old}), net.integer(1)});
  const std::string positions =
      t.op("Reshape", {t.unsqueeze(range, 0), t.shape({net.integer(-1), t.dim(raw, -1)})});
  const std::string words = net.weights({50257, 768}, OnnxType::kFloat, "transformer.wte.weight");
  std::string x = t.op(
      "Add", {t.op("Gather", {words, ids}), t.op("Gather", {net.weights({1024, 768}), positions})});
  Names caches;
  for (const std::string& past : pasts) {
    x = t.op("Add", {gpt2_attention(t, t.layer_norm(x, 768), past, caches), x});
    x = t.op("Add", {x, gpt2_mlp(t, t.layer_norm(x, 768))});
  }
  x = t.layer_norm(x, 768);
  x = t.op("Reshape", {x, t.shape({t.dim(raw, 0), t.dim(raw, 1), t.dim(x, -1)})});
  net.output(t.op("MatMul", {x, t.transpose(words, {1, 0})}));
  for (const std::string& cache : caches) {
    net.output(cache);
  }
  return std::move(net);
}

// Parameters: tables (50257 + 1024) x 768; a layer has 768 x (2304 + 768 + 3072 + 3072) weights,
// 2304 + 768 + 3072 + 768 biases and 4 x 768 of norms; the last norm: 124,439,808 altogether.
constexpr std::int64_t kGpt2Parameters =
    51281LL * 768 + 12LL * (768 * 9216 + 6912 + 4 * 768) + 2 * 768;
static_assert(kGpt2Parameters == 124'439'808);

// 64 words: 64 x (12 x 768 x 9216 + 768 x 50257) of matrices, and 12 layers of 2 x 64 x 64 x 768.
// Four projections a layer, two products of attention, and the head make 73 products. The masks are
// constants of 64 x 64 booleans, one a layer, and of the positions 64 of 1024 rows are left: known
// lengths cut both. Keys and values are turned and put beside each other as outputs.
TEST_CASE("GPT-2 as PyTorch exports it", "[onnx]") {
  const Graph graph =
      import_net(gpt2(false), {.opset = 14, .dims = {{"batch", 1}, {"sequence", 64}}});
  CHECK(graph.totals().macs ==
        64LL * (12LL * 768 * 9216 + 768LL * 50257) + 12LL * 2 * 64 * 64 * 768);
  CHECK(graph.totals().parameters == kGpt2Parameters - (1024 - 64) * 768 + 12 * 64 * 64);
  CHECK(kinds(graph) ==
        "add:25 concat:12 gather:1 gelu:12 layernorm:25 matmul:73 scale_mask:12 softmax:12 "
        "split:12 transpose:24");
}

// One new word on 127: 128 keys.
TEST_CASE("GPT-2 with its past as inputs", "[onnx]") {
  const Graph graph =
      import_net(gpt2(true), {.opset = 14, .dims = {{"batch", 1}, {"sequence", 1}, {"past", 127}}});
  CHECK(graph.totals().macs == 12LL * 768 * 9216 + 768LL * 50257 + 12LL * 2 * 128 * 768);
  CHECK(graph.totals().parameters == kGpt2Parameters - 1023 * 768 + 12 * 128);
  CHECK(kinds(graph) ==
        "add:25 concat:36 gather:25 gelu:12 layernorm:25 matmul:73 scale_mask:12 softmax:12 "
        "split:12");
}

}  // namespace
}  // namespace memplace::onnx
