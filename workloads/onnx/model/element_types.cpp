// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model/element_types.h"

#include <array>
#include <cstddef>

namespace memplace::onnx {
namespace {

// In the order of onnx.proto, from 1.
constexpr std::array<ElementTypeInfo, 26> kTypes{{
    {"float", ElementType::kFloat, 32, PayloadField::kFloat, 1},
    {"uint8", ElementType::kInt8, 8, PayloadField::kInt32, 1},
    {"int8", ElementType::kInt8, 8, PayloadField::kInt32, 1},
    {"uint16", ElementType::kInt16, 16, PayloadField::kInt32, 1},
    {"int16", ElementType::kInt16, 16, PayloadField::kInt32, 1},
    {"int32", ElementType::kInt32, 32, PayloadField::kInt32, 1},
    {"int64", ElementType::kInt64, 64, PayloadField::kInt64, 1},
    {"string", ElementType::kString, 0, PayloadField::kString, 1},
    {"bool", ElementType::kBool, 8, PayloadField::kInt32, 1},
    {"float16", ElementType::kFloat16, 16, PayloadField::kInt32, 1},
    {"double", ElementType::kFloat, 64, PayloadField::kDouble, 1},
    {"uint32", ElementType::kInt32, 32, PayloadField::kUint64, 1},
    {"uint64", ElementType::kInt64, 64, PayloadField::kUint64, 1},
    {"complex64", ElementType::kComplex, 64, PayloadField::kFloat, 2},
    {"complex128", ElementType::kComplex, 128, PayloadField::kDouble, 2},
    {"bfloat16", ElementType::kFloat16, 16, PayloadField::kInt32, 1},
    {"float8e4m3fn", ElementType::kFloat8, 8, PayloadField::kInt32, 1},
    {"float8e4m3fnuz", ElementType::kFloat8, 8, PayloadField::kInt32, 1},
    {"float8e5m2", ElementType::kFloat8, 8, PayloadField::kInt32, 1},
    {"float8e5m2fnuz", ElementType::kFloat8, 8, PayloadField::kInt32, 1},
    {"uint4", ElementType::kInt4, 4, PayloadField::kInt32, 0},
    {"int4", ElementType::kInt4, 4, PayloadField::kInt32, 0},
    {"float4e2m1", ElementType::kFloat4, 4, PayloadField::kInt32, 0},
    {"float8e8m0", ElementType::kFloat8, 8, PayloadField::kInt32, 1},
    {"uint2", ElementType::kInt2, 2, PayloadField::kInt32, 0},
    {"int2", ElementType::kInt2, 2, PayloadField::kInt32, 0},
}};

}  // namespace

std::optional<ElementTypeInfo> element_type_info(std::int64_t data_type) {
  if (data_type < 1 || data_type > std::int64_t{kTypes.size()}) {
    return std::nullopt;
  }
  return kTypes.at(static_cast<std::size_t>(data_type - 1));
}

ElementType element_type(std::int64_t data_type) {
  const auto info = element_type_info(data_type);
  return info ? info->type : ElementType::kUndefined;
}

}  // namespace memplace::onnx
