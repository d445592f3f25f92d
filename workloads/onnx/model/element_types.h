// SPDX-License-Identifier: Apache-2.0
// TensorProto.DataType, which newer files extend beyond what the library knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

// Where a tensor without raw_data keeps its elements.
enum class PayloadField { kFloat, kInt32, kString, kInt64, kDouble, kUint64 };

struct ElementTypeInfo {
  std::string_view name;
  ElementType type;
  int bits;            // of one element in raw_data; 0: never there
  PayloadField field;  // and there
  int per_element;     // entries an element (complex: 2); 0: as many share one as fit a byte
};

// Of a TensorProto.DataType; none where the standard has no such type.
std::optional<ElementTypeInfo> element_type_info(std::int64_t data_type);

// kUndefined where there is none.
ElementType element_type(std::int64_t data_type);

}  // namespace memplace::onnx
