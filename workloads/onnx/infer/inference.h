// SPDX-License-Identifier: Apache-2.0
// What a rule sees of one node while its output shapes are found, and what it says of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

// Thrown by a rule: the shape depends on something that is not known, or the node cannot be right.
struct Undetermined {
  std::string reason;
};
struct Malformed {
  std::string reason;
};

inline constexpr std::int64_t kLargestDimension = std::int64_t{1} << 40U;
inline constexpr std::int64_t kMostElements = std::int64_t{1} << 55U;
inline constexpr std::int64_t kLargestParameter = std::int64_t{1} << 20U;  // strides, pads, ...

// Elements of a shape that has been checked.
std::int64_t element_count(const Shape& shape);
std::int64_t element_count(const ConstantData& data);

// Throws Malformed where a dimension is negative or beyond the limits above.
void check_shape(const Shape& shape);

// NumPy's broadcasting. Throws Malformed where the shapes do not agree.
Shape broadcast(const Shape& a, const Shape& b);

// `axis` counted from 0, for a tensor of this rank. Throws Malformed where it is outside.
std::size_t normal_axis(std::int64_t axis, std::size_t rank);

std::string to_string(const Shape& shape);

struct OutputInfo {
  ElementType type = ElementType::kUndefined;
  std::optional<Shape> shape;
  std::optional<ConstantData> data;
};

class Inference {
 public:
  // `inputs` are in the node's order, null where left out; `tensors` its tensor attributes.
  Inference(const Node& node, std::vector<const Value*> inputs,
            const std::map<std::string, Value, std::less<>>& tensors);

  const Node& node() const { return node_; }
  std::int64_t version() const { return node_.version; }
  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return outputs_.size(); }

  bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
  // The rest throw Malformed where the input or attribute is missing or of another kind, and
  // Undetermined where a shape or value is not known.
  const Value& input(std::size_t i) const;
  const Shape& shape(std::size_t i) const;
  const Shape& shape(std::size_t i, std::size_t least_rank) const;
  ElementType type(std::size_t i) const { return input(i).type; }
  const std::vector<std::int64_t>& ints(std::size_t i) const;
  std::vector<double> numbers(std::size_t i) const;

  bool has_attribute(std::string_view name) const { return node_.attributes.contains(name); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name) const;  // empty where left out
  // Of strides, pads and their like: `count` of them, each from `least` to kLargestParameter.
  std::vector<std::int64_t> parameters(std::string_view name, std::size_t count,
                                       std::int64_t otherwise, std::int64_t least) const;
  const Value* tensor(std::string_view name) const;  // null where left out

  // Does nothing for an output that the node leaves out at its end.
  void set(std::size_t i, ElementType type, Shape shape);
  void set_data(std::size_t i, ConstantData data);

  std::vector<OutputInfo>& outputs() { return outputs_; }
  const std::vector<OutputInfo>& outputs() const { return outputs_; }

 private:
  const ConstantData& data(std::size_t i) const;
  const Attribute* find(std::string_view name) const;

  const Node& node_;
  std::vector<const Value*> inputs_;
  const std::map<std::string, Value, std::less<>>& tensors_;
  std::vector<OutputInfo> outputs_;
};

using Rule = void (*)(Inference&);

struct NamedRule {
  std::string_view op_type;
  Rule rule;
};

// Of operators whose result is like their first input, and of those that make floats of it.
void same(Inference& node);
void same_as_floats(Inference& node);
// Of those that join input `first` and every `step`-th one behind it along an axis.
void join(Inference& node, std::size_t first, std::size_t step);

// Shapes, by the operators' kinds; every opset from 1 to 26 unless the rule says otherwise.
std::span<const NamedRule> elementwise_rules();
std::span<const NamedRule> window_rules();
std::span<const NamedRule> linear_rules();
std::span<const NamedRule> reduction_rules();
std::span<const NamedRule> layout_rules();
std::span<const NamedRule> indexing_rules();
std::span<const NamedRule> generator_rules();

// The first result of an operator whose size depends on data: its axes, negative where they do;
// empty for all other operators. And its type.
Shape shape_by_data(const Inference& node);
ElementType type_by_data(const Inference& node);

// Of ai.onnx.ml.
std::span<const NamedRule> learning_rules();

// Of the contributed domain, com.microsoft.
std::span<const NamedRule> contributed_window_rules();
std::span<const NamedRule> contributed_linear_rules();
std::span<const NamedRule> contributed_rules();

// Null where no rule of ours knows the operator.
Rule find_shape_rule(std::string_view domain, std::string_view op_type);

// Values of outputs whose shapes are set, all of whose inputs have data; null where there is none.
// A rule leaves an output without data where the result would not be exact (overflow, a division
// by zero).
std::span<const NamedRule> arithmetic_folds();
std::span<const NamedRule> movement_folds();
Rule find_fold_rule(std::string_view op_type);

}  // namespace memplace::onnx
