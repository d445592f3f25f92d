// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/types.h"

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

template <class Enum>
[[noreturn]] void fail_enum(Enum value) {
  throw InternalError(fmt::format("no such enumerator: {}", static_cast<int>(value)));
}

}  // namespace

Bytes size_of(DType type) {
  switch (type) {
    case DType::kInt8:
      return Bytes(1);
    case DType::kFp16:
      return Bytes(2);
    case DType::kFp32:
    case DType::kInt32:
      return Bytes(4);
    case DType::kInt64:
      return Bytes(8);
  }
  fail_enum(type);
}

std::string_view name_of(DType type) {
  switch (type) {
    case DType::kInt8:
      return "int8";
    case DType::kFp16:
      return "fp16";
    case DType::kFp32:
      return "fp32";
    case DType::kInt32:
      return "int32";
    case DType::kInt64:
      return "int64";
  }
  fail_enum(type);
}

std::string_view name_of(TensorKind kind) {
  switch (kind) {
    case TensorKind::kWeights:
      return "weights";
    case TensorKind::kActivation:
      return "activation";
    case TensorKind::kInput:
      return "input";
  }
  fail_enum(kind);
}

std::string_view name_of(VectorKind kind) {
  switch (kind) {
    case VectorKind::kCopy:
      return "copy";
    case VectorKind::kElementwise:
      return "elementwise";
    case VectorKind::kTranscendental:
      return "transcendental";
    case VectorKind::kSoftmax:
      return "softmax";
    case VectorKind::kNormalization:
      return "normalization";
    case VectorKind::kReduction:
      return "reduction";
    case VectorKind::kMac:
      return "mac";
  }
  fail_enum(kind);
}

std::int64_t Op::macs() const {
  if (const auto* grid = std::get_if<GridWork>(&work)) {
    return grid->macs();
  }
  if (const auto* vector = std::get_if<VectorWork>(&work)) {
    return vector->kind == VectorKind::kMac ? vector->elements : 0;
  }
  return 0;
}

}  // namespace memplace
