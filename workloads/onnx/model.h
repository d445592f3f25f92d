// SPDX-License-Identifier: Apache-2.0
// An ONNX model as plain data, free of protobuf: what reading makes and conversion consumes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "workloads/graph/types.h"

namespace memplace::onnx {

using ValueId = StrongId<struct ValueTag>;

// Element types of ONNX, by what matters here. Floats are costed at the network's type whatever
// their own; integers that carry shapes, indices and masks at their own width.
enum class ElementType {
  kUndefined,
  kFloat,  // float, float16, bfloat16, double, float8 kinds
  kInt4,
  kInt8,  // int8, uint8: also quantised data
  kInt16,
  kInt32,
  kInt64,
  kBool,
  kString,
  kComplex,
};

// Small constants are kept (at most 64 KiB): integers and booleans as int64, floats as double, in
// row-major order.
using ConstantData = std::variant<std::vector<std::int64_t>, std::vector<double>>;

struct Value {
  std::string name;
  ElementType type = ElementType::kUndefined;
  std::optional<Shape> shape;  // all dimensions known, each >= 0; a scalar has none
  bool is_constant = false;    // an initializer, or folded; its data may have been skipped
  std::optional<ConstantData> data;
  // Of a folded constant whose elements are all those of another one, in another order or type
  // (Transpose, Reshape, Cast, DequantizeLinear, ...): that one. Keeps tied weights tied.
  std::optional<ValueId> source = std::nullopt;
};

using Attribute = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                               std::vector<double>, std::vector<std::string>>;

struct Node {
  std::string name;  // never empty, unique: OP_TYPE_INDEX where the file gives none
  std::string op_type;
  std::string domain;                          // "" for the standard
  std::int64_t version = 0;                    // of its domain's opset
  std::vector<std::optional<ValueId>> inputs;  // none: an optional input left out
  std::vector<std::optional<ValueId>> outputs;
  std::map<std::string, Attribute, std::less<>> attributes;

  bool is(std::string_view type) const { return op_type == type && domain.empty(); }
};

// A whole model. Nodes are in topological order, functions and control flow are inlined, constants
// are folded, and every value that a node reads or writes has a shape.
struct Model {
  std::string name;
  IdVector<ValueId, Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;  // without those that are initializers
  std::vector<ValueId> outputs;
};

}  // namespace memplace::onnx
