// SPDX-License-Identifier: Apache-2.0
// An ONNX model as plain data, free of protobuf: what reading makes and conversion consumes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "workloads/graph/types.h"

namespace memplace::onnx {

using ValueId = StrongId<struct ValueTag>;

// Element types of ONNX, by what matters here: their width, and what is costed at it.
enum class ElementType {
  kUndefined,
  kFloat,    // float, double
  kFloat16,  // float16, bfloat16
  kFloat8,   // all kinds
  kFloat4,
  kInt2,
  kInt4,
  kInt8,  // int8, uint8: also quantised data
  kInt16,
  kInt32,
  kInt64,
  kBool,
  kString,
  kComplex,
};

// Floats that are costed at the network's type whatever their own. All others are data that a model
// has quantised, indices or masks, and are costed at their own width.
constexpr bool is_wide_float(ElementType type) {
  return type == ElementType::kUndefined || type == ElementType::kFloat ||
         type == ElementType::kFloat16;
}

// Of one element in its own type; 0 where that has no width of its own.
constexpr int bits_of(ElementType type) {
  switch (type) {
    case ElementType::kInt2:
      return 2;
    case ElementType::kFloat4:
    case ElementType::kInt4:
      return 4;
    case ElementType::kFloat8:
    case ElementType::kInt8:
    case ElementType::kBool:
      return 8;
    case ElementType::kFloat16:
    case ElementType::kInt16:
      return 16;
    case ElementType::kFloat:
    case ElementType::kInt32:
      return 32;
    case ElementType::kInt64:
      return 64;
    case ElementType::kUndefined:
    case ElementType::kString:
    case ElementType::kComplex:
      return 0;
  }
  return 0;
}

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

// The domain of what passes make of several nodes, and of exported ops that ONNX has no word for.
inline constexpr std::string_view kOwnDomain = "memplace";

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
  std::vector<std::string> warnings = {};  // what was taken for granted
};

bool is_one_of(const Node& node, std::span<const std::string_view> op_types);
bool is_one_of(const Node& node, std::initializer_list<std::string_view> op_types);
// Whether the operator draws its result at random.
bool is_random(const Node& node);

// Attributes with their defaults. An attribute of another type throws Error naming the node.
std::int64_t int_attribute(const Node& node, std::string_view name, std::int64_t fallback);
double float_attribute(const Node& node, std::string_view name, double fallback);
std::vector<std::int64_t> ints_attribute(const Node& node, std::string_view name,
                                         const std::vector<std::int64_t>& fallback);
std::string string_attribute(const Node& node, std::string_view name, const std::string& fallback);

// `node "NAME" (TYPE)`, as messages name a node.
std::string label(const Node& node);

// The input, where it is given.
std::optional<ValueId> input(const Node& node, std::size_t index);
// All that are given.
std::vector<ValueId> given_inputs(const Node& node);
// The input or output; where it is left out, throws Error naming the node.
ValueId required(const Node& node, std::size_t index);
ValueId result(const Node& node, std::size_t index = 0);

}  // namespace memplace::onnx
