// SPDX-License-Identifier: Apache-2.0
// Mixtures of experts, and products whose weights a file packs into one row.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/error_of.h"
#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {

// 3 tokens of width 8, each given to 2 of 4 experts with 16 inner channels: 6 pairs for 4 experts
// that are all used, 2 tokens each.
TEST_CASE("a mixture of experts is the products of those that are chosen", "[onnx]") {
  const auto mixture = [](std::int64_t tokens, std::int64_t chosen, const std::string& activation,
                          std::int64_t columns, bool third) {
    ModelMaker maker;
    std::vector<std::optional<ValueId>> inputs{
        maker.input("x", {tokens, 8}), maker.input("odds", {tokens, 4}),
        maker.constant("w1", {4, columns, 8}), maker.constant("b1", {4, columns}),
        maker.constant("w2", {4, 8, 16})};
    if (third) {
      inputs.emplace_back(std::nullopt);
      inputs.emplace_back(maker.constant("w3", {4, 16, 8}));
    }
    maker.output(maker.node("com.microsoft:MoE", inputs, {tokens, 8},
                            {{"k", chosen}, {"activation_type", activation}}));
    return maker.convert(DType::kInt8);
  };
  const Graph all = mixture(3, 2, "relu", 16, false);
  CHECK(kinds(all) == "topk matmul matmul moe");
  CHECK(std::get<GridWork>(all.op(OpId(1)).work) ==
        GridWork{.batch = 4, .positions = 2, .out_channels = 16, .in_channels = 8, .kernel = 1});
  CHECK(std::get<GridWork>(all.op(OpId(2)).work) ==
        GridWork{.batch = 4, .positions = 2, .out_channels = 8, .in_channels = 16, .kernel = 1});
  CHECK(std::get<VectorWork>(all.op(OpId(3)).work) ==
        VectorWork{VectorKind::kReduction, 3 * 2 * 8});
  // Biases take a byte an element: two axes tell them apart.
  CHECK(all.op(OpId(1)).weights->bytes == Bytes(4 * (128 + 16)));
  CHECK(all.totals().parameters == 4 * (128 + 16 + 128));

  // One token reads the weights of its two experts, and computes them alone.
  const Graph one = mixture(1, 2, "swiglu", 32, false);
  CHECK(kinds(one) == "topk matmul swiglu matmul moe");
  CHECK(one.totals().macs == 2 * (8 * 32 + 16 * 8));
  CHECK(one.op(OpId(1)).weights->bytes == Bytes(2 * (256 + 32)));
  CHECK(one.tensor(one.op(OpId(1)).weights->tensor).bytes == Bytes(4 * (256 + 32)));
  CHECK(std::get<VectorWork>(one.op(OpId(2)).work) ==
        VectorWork{VectorKind::kTranscendental, 2 * 16});

  // A gate of its own is a third product, and one multiplication an element.
  const Graph gated = mixture(1, 1, "silu", 16, true);
  CHECK(kinds(gated) == "topk matmul matmul mul matmul moe");
  CHECK(gated.totals().macs == 3 * 8 * 16);
  CHECK(std::get<VectorWork>(gated.op(OpId(3)).work) == VectorWork{VectorKind::kElementwise, 16});
}

TEST_CASE("a quantised mixture of experts counts weights, and its scales as they are", "[onnx]") {
  const auto mixture = [](std::int64_t bits, std::int64_t columns) {
    ModelMaker maker;
    const std::vector<std::optional<ValueId>> inputs{
        maker.input("x", {1, 1, 8}),
        maker.input("odds", {1, 4}),
        maker.constant("w1", {4, columns, bits}, ElementType::kInt8),
        maker.constant("s1", {4, columns}, ElementType::kFloat16),
        std::nullopt,
        maker.constant("w2", {4, 8, 2 * bits}, ElementType::kInt8),
        maker.constant("s2", {4, 8}, ElementType::kFloat16)};
    maker.output(maker.node("com.microsoft:QMoE", inputs, {1, 1, 8},
                            {{"k", std::int64_t{2}},
                             {"activation_type", std::string("swiglu")},
                             {"expert_weight_bits", bits}}));
    return maker.convert(DType::kFp16);
  };
  const Graph four = mixture(4, 32);
  CHECK(kinds(four) == "topk matmul swiglu matmul moe");
  CHECK(four.totals().parameters == 4 * (32 * 8 + 8 * 16));
  CHECK(four.totals().weight_bytes == Bytes(4 * (32 * 4 + 2 * 32 + 8 * 8 + 2 * 8)));
  CHECK(four.op(OpId(1)).weights->bytes == Bytes(2 * (32 * 4 + 2 * 32)));
  CHECK(mixture(8, 32).totals().weight_bytes == Bytes(4 * (32 * 8 + 2 * 32 + 8 * 16 + 2 * 8)));
  CHECK(error_of([&] { mixture(4, 16); }) ==
        "node \"QMoE_0\" (QMoE): its fc1 has 512 weights, expected 4 experts of 8 x 32");
}

// 64 x 32 weights of 4 bits as one row of bytes, a maximum for each 64.
TEST_CASE("a product with weights of 4 bits in one row is costed by its attributes", "[onnx]") {
  ModelMaker maker;
  maker.output(
      maker.node("com.microsoft:MatMulBnb4",
                 {maker.input("x", {4, 64}), maker.constant("w", {64 * 32 / 2}, ElementType::kInt8),
                  maker.constant("absmax", {32}, ElementType::kFloat)},
                 {4, 32},
                 {{"K", std::int64_t{64}},
                  {"N", std::int64_t{32}},
                  {"block_size", std::int64_t{64}},
                  {"quant_type", std::int64_t{1}}}));
  const Graph graph = maker.convert(DType::kFp16);
  CHECK(kinds(graph) == "matmul");
  CHECK(graph.totals().macs == 4 * 64 * 32);
  CHECK(graph.totals().parameters == 64 * 32);
  CHECK(graph.totals().weight_bytes == Bytes(1024 + 128));
}

}  // namespace memplace::onnx::test
