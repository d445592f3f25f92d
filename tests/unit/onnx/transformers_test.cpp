// SPDX-License-Identifier: Apache-2.0
// Layers of transformers as exporters write them.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"
#include "workloads/builtin/builtins.h"

namespace memplace::onnx::test {
namespace {

struct Transformer {
  ModelMaker maker;
  std::int64_t seq = 16;
  std::int64_t hidden = 64;
  std::int64_t heads = 4;

  std::int64_t head() const { return hidden / heads; }
  Shape rows() const { return {1, seq, hidden}; }
  Shape split() const { return {1, seq, heads, head()}; }
  Shape apart() const { return {1, heads, seq, head()}; }
  Shape scores() const { return {1, heads, seq, seq}; }

  ValueId dense(const std::string& path, ValueId x, std::int64_t from, std::int64_t to) {
    const Shape shape{1, seq, to};
    const ValueId y = maker.node("MatMul", {x, maker.constant(path + ".w", {from, to})}, shape, {},
                                 "/" + path + "/MatMul");
    return maker.node("Add", {maker.constant(path + ".bias", {to}), y}, shape, {},
                      "/" + path + "/Add");
  }
  ValueId norm(const std::string& path, ValueId x) {
    const Shape column{1, seq, 1};
    const auto name = [&](const char* part) { return "/" + path + "/" + part; };
    const ValueId mean = maker.node("ReduceMean", {x}, column, {}, name("ReduceMean"));
    const ValueId centred = maker.node("Sub", {x, mean}, rows(), {}, name("Sub"));
    const ValueId square = maker.node("Pow", {centred, maker.number(2)}, rows(), {}, name("Pow"));
    const ValueId variance = maker.node("ReduceMean", {square}, column, {}, name("ReduceMean_1"));
    const ValueId shifted =
        maker.node("Add", {variance, maker.number(1e-12)}, column, {}, name("Add"));
    const ValueId root = maker.node("Sqrt", {shifted}, column, {}, name("Sqrt"));
    const ValueId normal = maker.node("Div", {centred, root}, rows(), {}, name("Div"));
    const ValueId scaled = maker.node("Mul", {normal, maker.constant(path + ".weight", {hidden})},
                                      rows(), {}, name("Mul"));
    return maker.node("Add", {scaled, maker.constant(path + ".bias", {hidden})}, rows(), {},
                      name("Add_1"));
  }
  // [1, seq, hidden] to [1, heads, seq, head], or transposed.
  ValueId heads_of(ValueId x, bool transposed) {
    const ValueId y = maker.node("Reshape", {x, maker.integers(split())}, split());
    const Shape shape = transposed ? Shape{1, heads, head(), seq} : apart();
    return maker.node("Transpose", {y}, shape,
                      {{"perm", transposed ? Ints{0, 2, 3, 1} : Ints{0, 2, 1, 3}}});
  }
  ValueId merge(ValueId x) {
    const ValueId y = maker.node("Transpose", {x}, split(), {{"perm", Ints{0, 2, 1, 3}}});
    return maker.node("Reshape", {y, maker.integers(rows())}, rows());
  }
  ValueId gelu(ValueId x, const Shape& shape) {
    const ValueId erf =
        maker.node("Erf", {maker.node("Div", {x, maker.number(1.41421)}, shape)}, shape);
    const ValueId gated =
        maker.node("Mul", {x, maker.node("Add", {erf, maker.number(1)}, shape)}, shape);
    return maker.node("Mul", {gated, maker.number(0.5)}, shape);
  }
};

}  // namespace

// Sizes of BERT-base at 32 tokens, against the built-in's first layer.
TEST_CASE("a layer of BERT as PyTorch exports it is the built-in's", "[onnx]") {
  Transformer t;
  t.seq = 32;
  t.hidden = 768;
  t.heads = 12;
  ModelMaker& maker = t.maker;
  ValueId x = maker.input("x", t.rows());
  const ValueId mask = maker.input("mask", {1, 1, 1, t.seq});
  const std::string path = "encoder/layer.0/attention/self";
  const ValueId q = t.heads_of(t.dense(path + "/query", x, 768, 768), false);
  const ValueId k = t.heads_of(t.dense(path + "/key", x, 768, 768), true);
  const ValueId v = t.heads_of(t.dense(path + "/value", x, 768, 768), false);
  ValueId scores = maker.node("MatMul", {q, k}, t.scores(), {}, "/" + path + "/MatMul");
  scores = maker.node("Div", {scores, maker.number(8)}, t.scores(), {}, "/" + path + "/Div");
  scores = maker.node("Add", {scores, mask}, t.scores(), {}, "/" + path + "/Add");
  scores = maker.node("Softmax", {scores}, t.scores(), {}, "/" + path + "/Softmax");
  const ValueId context =
      t.merge(maker.node("MatMul", {scores, v}, t.apart(), {}, "/" + path + "/MatMul_1"));
  const ValueId out = t.dense("encoder/layer.0/attention/output/dense", context, 768, 768);
  x = t.norm("encoder/layer.0/attention/output/LayerNorm", maker.node("Add", {out, x}, t.rows()));
  const Shape wide{1, t.seq, 3072};
  const ValueId inner = t.gelu(t.dense("encoder/layer.0/intermediate/dense", x, 768, 3072), wide);
  const ValueId narrow = t.dense("encoder/layer.0/output/dense", inner, 3072, 768);
  maker.output(
      t.norm("encoder/layer.0/output/LayerNorm", maker.node("Add", {narrow, x}, t.rows())));

  const Graph graph = maker.convert();
  const Graph builtin = make_builtin("bert-base:seq=32", DType::kInt8);
  const std::size_t first = builtin.find_op("encoder.0.attention.q")->index();
  const std::size_t end = builtin.find_op("encoder.1.attention.q")->index();
  REQUIRE(graph.ops().size() == end - first);
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    const Op& twin = builtin.op(OpId(first + id.index()));
    CAPTURE(op.name, twin.name);
    CHECK(op.kind == twin.kind);
    CHECK(op.work == twin.work);
    REQUIRE(op.inputs.size() == twin.inputs.size());
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      CHECK(op.inputs[i].bytes == twin.inputs[i].bytes);
    }
    REQUIRE(op.weights.has_value() == twin.weights.has_value());
    if (op.weights.has_value()) {
      CHECK(op.weights->bytes == twin.weights->bytes);
    }
    CHECK(graph.tensor(op.outputs[0]).bytes == builtin.tensor(twin.outputs[0]).bytes);
  }
  CHECK(graph.find_op("encoder.layer.0.attention.self.query").has_value());
  CHECK(graph.find_op("encoder.layer.0.attention.self.scale_mask").has_value());
  CHECK(graph.find_op("encoder.layer.0.attention.output.LayerNorm").has_value());
}

// Conv1D as a Gemm between reshapes, one projection split in three, a causal mask by Where.
TEST_CASE("attention of GPT-2", "[onnx]") {
  Transformer t;
  ModelMaker& maker = t.maker;
  const ValueId x = maker.input("x", t.rows());
  const ValueId flat = maker.node("Reshape", {x, maker.integers({-1, 64})}, {16, 64});
  const ValueId packed = maker.node(
      "Gemm",
      {flat, maker.constant("c_attn.weight", {64, 192}), maker.constant("c_attn.bias", {192})},
      {16, 192});
  const ValueId wide = maker.node("Reshape", {packed, maker.integers({1, 16, 192})}, {1, 16, 192});
  const ValueId q = maker.node("Split", {wide}, t.rows(), {{"axis", std::int64_t{2}}});
  const ValueId k = maker.value("k", t.rows());
  const ValueId v = maker.value("v", t.rows());
  maker.last().outputs.emplace_back(k);
  maker.last().outputs.emplace_back(v);
  ValueId scores = maker.node("MatMul", {t.heads_of(q, false), t.heads_of(k, true)}, t.scores());
  scores = maker.node("Div", {scores, maker.number(4)}, t.scores());
  scores = maker.node(
      "Where",
      {maker.constant("causal", {1, 1, 16, 16}, ElementType::kBool), scores, maker.number(-1e9)},
      t.scores());
  scores = maker.node("Softmax", {scores}, t.scores());
  maker.output(t.merge(maker.node("MatMul", {scores, t.heads_of(v, false)}, t.apart())));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "matmul split matmul scale_mask softmax matmul");
  const Op& split = graph.op(OpId(1));
  CHECK(split.outputs.size() == 3);
  CHECK(std::get<VectorWork>(split.work) == VectorWork{VectorKind::kCopy, 3 * 16 * 64});
  // The mask is 16 x 16 booleans of a byte.
  CHECK(graph.op(OpId(3)).weights->bytes == Bytes(256));
  CHECK(graph.op(OpId(2)).macs() == 4 * 16 * 16 * 16);
}

// torch.nn.functional.scaled_dot_product_attention: queries and keys are scaled, not the scores.
TEST_CASE("attention whose queries and keys are scaled", "[onnx]") {
  Transformer t;
  ModelMaker& maker = t.maker;
  const ValueId x = maker.input("x", t.rows());
  const ValueId q = t.heads_of(t.dense("q", x, 64, 64), false);
  const ValueId k = t.heads_of(t.dense("k", x, 64, 64), true);
  const ValueId sq = maker.node("Mul", {q, maker.number(0.5)}, t.apart());
  const ValueId sk = maker.node("Mul", {k, maker.number(0.5)}, {1, 4, 16, 16});
  ValueId scores = maker.node("MatMul", {sq, sk}, t.scores());
  scores = maker.node("Add", {scores, maker.input("mask", {1, 1, 16, 16})}, t.scores());
  maker.output(maker.node("Softmax", {scores}, t.scores()));
  CHECK(kinds(maker.convert()) == "matmul matmul matmul scale_mask softmax");
}

TEST_CASE("a scale without a mask is part of the product", "[onnx]") {
  Transformer t;
  ModelMaker& maker = t.maker;
  const ValueId q = maker.input("q", t.apart());
  const ValueId k = maker.input("k", {1, 4, 16, 16});
  ValueId scores = maker.node("MatMul", {q, k}, t.scores());
  scores = maker.node("Mul", {scores, maker.number(0.25)}, t.scores());
  maker.output(maker.node("Softmax", {scores}, t.scores()));
  CHECK(kinds(maker.convert()) == "matmul softmax");
}

// RMS norm, SwiGLU, rotary embedding by halves: x * cos + rotate(x) * sin.
TEST_CASE("parts of Llama", "[onnx]") {
  Transformer t;
  ModelMaker& maker = t.maker;
  const ValueId x = maker.input("x", t.rows());
  const ValueId square = maker.node("Pow", {x, maker.number(2)}, t.rows());
  const ValueId mean = maker.node("ReduceMean", {square}, {1, 16, 1});
  const ValueId root =
      maker.node("Sqrt", {maker.node("Add", {mean, maker.number(1e-6)}, {1, 16, 1})}, {1, 16, 1});
  const ValueId inverse = maker.node("Reciprocal", {root}, {1, 16, 1});
  const ValueId normal = maker.node("Mul", {x, inverse}, t.rows());
  const ValueId y = maker.node("Mul", {maker.constant("norm.weight", {64}), normal}, t.rows());
  const auto dense = [&](const std::string& name, ValueId from, std::int64_t k, std::int64_t n) {
    return maker.node("MatMul", {from, maker.constant(name, {k, n})}, {1, 16, n}, {}, name);
  };
  const ValueId gate = dense("gate", y, 64, 128);
  const ValueId up = dense("up", y, 64, 128);
  const ValueId silu =
      maker.node("Mul", {gate, maker.node("Sigmoid", {gate}, {1, 16, 128})}, {1, 16, 128});
  const ValueId down = dense("down", maker.node("Mul", {silu, up}, {1, 16, 128}), 128, 64);
  const ValueId q = t.heads_of(down, false);
  const Shape half{1, 4, 16, 8};
  const auto slice = [&](std::int64_t from, std::int64_t to) {
    return maker.node("Slice",
                      {q, maker.integers({from}), maker.integers({to}), maker.integers({3})}, half);
  };
  const ValueId low = slice(0, 8);
  const ValueId high = maker.node("Neg", {slice(8, 16)}, half);
  const ValueId turned = maker.node("Concat", {high, low}, t.apart(), {{"axis", std::int64_t{3}}});
  const ValueId cos = maker.node("Mul", {q, maker.constant("cos", {1, 1, 16, 16})}, t.apart());
  const ValueId sin = maker.node("Mul", {turned, maker.constant("sin", {1, 1, 16, 16})}, t.apart());
  maker.output(maker.node("Add", {cos, sin}, t.apart()));
  const Graph graph = maker.convert();
  // The activation of the gate goes into its product; the heads are written in place.
  CHECK(kinds(graph) == "rmsnorm matmul matmul mul matmul slice slice neg concat mul mul add");
  CHECK(graph.totals().macs == 3 * 16 * 64 * 128);
}

TEST_CASE("attention of opset 23 and of onnxruntime", "[onnx]") {
  Transformer t;
  {
    ModelMaker maker;
    const ValueId q = maker.input("q", t.rows());
    const ValueId k = maker.input("k", {1, 24, 32});
    const ValueId v = maker.input("v", {1, 24, 32});
    maker.output(maker.node("Attention", {q, k, v, maker.input("mask", {16, 24})}, t.rows(),
                            {{"q_num_heads", std::int64_t{4}}, {"kv_num_heads", std::int64_t{2}}},
                            "attn"));
    const Graph graph = maker.convert();
    CHECK(kinds(graph) == "matmul scale_mask softmax matmul");
    CHECK(graph.find_op("attn.qk").has_value());
    // 4 heads of 16: scores of 16 x 24, and as much again with the values.
    CHECK(graph.totals().macs == 2 * 4 * 16 * 24 * 16);
  }
  ModelMaker maker;
  const ValueId x = maker.input("x", t.rows());
  maker.output(maker.node("com.microsoft:Attention",
                          {x, maker.constant("w", {64, 192}), maker.constant("b", {192})}, t.rows(),
                          {{"num_heads", std::int64_t{4}}}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "matmul matmul softmax matmul");
  CHECK(graph.totals().weight_bytes == Bytes(64 * 192 + 4 * 192));
}

}  // namespace memplace::onnx::test
