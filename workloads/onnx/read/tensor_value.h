// SPDX-License-Identifier: Apache-2.0
// Tensors and types of the library's classes as values of ours, and back. Includes the library.
#pragma once

#include <string>

#include "workloads/onnx/model/model.h"
#include "workloads/onnx/read/proto.h"

namespace memplace::onnx {

// Constants of more elements are known by their shape alone: 64 KiB.
inline constexpr std::int64_t kMostConstantElements = 8192;

// The tensor with its data where it is small, present and of a type that ConstantData holds.
// Throws Malformed where the data do not fit the shape.
Value value_of(const pb::TensorProto& tensor);

// A tensor for the library's shape inference; data only of types it folds (int32, int64, float).
void to_proto(const Value& value, pb::TensorProto& tensor);

// TensorProto.DataType that stands for the type.
int data_type_of(ElementType type);

}  // namespace memplace::onnx
