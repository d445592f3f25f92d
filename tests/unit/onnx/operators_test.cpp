// SPDX-License-Identifier: Apache-2.0
// The operator table against the library's registry of schemas.
#include "workloads/onnx/model/operators.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <onnx/defs/schema.h>

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {

TEST_CASE("every operator of the standard has a row", "[onnx]") {
  std::set<std::string> seen;
  for (const auto& schema : ::onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    CAPTURE(schema.domain(), schema.Name(), schema.since_version());
    CHECK(find_operator(schema.domain(), schema.Name()) != nullptr);
    seen.insert(schema.Name());
  }
  // The registry of libonnx 1.12 holds 178 of the main domain alone; an empty one proves nothing.
  CHECK(seen.size() >= 178);
}

TEST_CASE("operators that are newer than the library have a row", "[onnx]") {
  constexpr std::array<std::string_view, 28> kNewer{"AffineGrid",
                                                    "Attention",
                                                    "BitCast",
                                                    "BitwiseAnd",
                                                    "BitwiseNot",
                                                    "BitwiseOr",
                                                    "BitwiseXor",
                                                    "CenterCropPad",
                                                    "Col2Im",
                                                    "CumProd",
                                                    "DFT",
                                                    "DeformConv",
                                                    "Gelu",
                                                    "GridSample",
                                                    "GroupNormalization",
                                                    "ImageDecoder",
                                                    "LpPool",
                                                    "Mish",
                                                    "RMSNormalization",
                                                    "RegexFullMatch",
                                                    "ReduceMax",
                                                    "Resize",
                                                    "RotaryEmbedding",
                                                    "StringConcat",
                                                    "StringSplit",
                                                    "Swish",
                                                    "TensorScatter",
                                                    "Trilu"};
  for (const std::string_view name : kNewer) {
    CAPTURE(name);
    CHECK(find_operator("", name) != nullptr);
  }
}

TEST_CASE("the table has one row an operator, and a reason for each refusal", "[onnx]") {
  std::set<std::pair<std::string_view, std::string_view>> rows;
  for (const OperatorRow& row : operator_table()) {
    CAPTURE(row.domain, row.name);
    CHECK(rows.emplace(row.domain, row.name).second);
    CHECK((row.work == OperatorClass::kRefused) == !row.reason.empty());
  }
  CHECK(find_operator("ai.onnx", "Conv") == find_operator("", "Conv"));
  CHECK(find_operator("", "NoSuchOperator") == nullptr);
  CHECK(find_operator("com.example", "Conv") == nullptr);
}

// Of control flow and of what is refused nobody asks for shapes.
TEST_CASE("every operator that is imported has a rule for its shapes", "[onnx]") {
  for (const OperatorRow& row : operator_table()) {
    if (row.work == OperatorClass::kRefused || row.work == OperatorClass::kInlined) {
      continue;
    }
    CAPTURE(row.domain, row.name);
    const ::onnx::OpSchema* schema =
        ::onnx::OpSchemaRegistry::Schema(std::string(row.name), std::string(row.domain));
    const bool library = schema != nullptr && schema->has_type_and_shape_inference_function();
    CHECK((library || find_shape_rule(row.domain, row.name) != nullptr));
  }
}

TEST_CASE("every rule for shapes is an operator's", "[onnx]") {
  const auto check = [](std::string_view domain,
                        std::initializer_list<std::span<const NamedRule>> tables) {
    for (const auto table : tables) {
      for (const NamedRule& rule : table) {
        CAPTURE(domain, rule.op_type);
        CHECK(rule.rule != nullptr);
        CHECK(find_operator(domain, rule.op_type) != nullptr);
      }
    }
  };
  check("", {elementwise_rules(), window_rules(), linear_rules(), reduction_rules(), layout_rules(),
             indexing_rules(), generator_rules()});
  check("ai.onnx.ml", {learning_rules()});
  check("com.microsoft",
        {contributed_window_rules(), contributed_linear_rules(), contributed_rules()});
}

}  // namespace memplace::onnx
