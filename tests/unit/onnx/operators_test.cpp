// SPDX-License-Identifier: Apache-2.0
// The operator table against the library's registry of schemas.
#include "workloads/onnx/operators.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <onnx/defs/schema.h>

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
  constexpr std::array<std::string_view, 24> kNewer{"AffineGrid",
                                                    "Attention",
                                                    "BitwiseAnd",
                                                    "BitwiseNot",
                                                    "BitwiseOr",
                                                    "BitwiseXor",
                                                    "CenterCropPad",
                                                    "Col2Im",
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

}  // namespace memplace::onnx
