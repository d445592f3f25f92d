// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/infer/inference.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

using RuleTable = std::unordered_map<std::string_view, Rule>;

RuleTable table_of(std::initializer_list<std::span<const NamedRule>> parts) {
  RuleTable table;
  for (const auto part : parts) {
    for (const NamedRule& rule : part) {
      const bool added = table.emplace(rule.op_type, rule.rule).second;
      MEMPLACE_ASSERT(added, std::string(rule.op_type));
    }
  }
  return table;
}

Rule find_in(const RuleTable& table, std::string_view op_type) {
  const auto found = table.find(op_type);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    count *= dim;
  }
  return count;
}

std::int64_t element_count(const ConstantData& data) {
  return std::visit([](const auto& list) { return static_cast<std::int64_t>(list.size()); }, data);
}

void check_shape(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim < 0) {
      throw Malformed{fmt::format("dimension {} of {} is negative", dim, to_string(shape))};
    }
    if (dim > kLargestDimension ||
        __builtin_mul_overflow(count, std::max<std::int64_t>(dim, 1), &count) ||
        count > kMostElements) {
      throw Malformed{fmt::format("{} is too large", to_string(shape))};
    }
  }
}

Shape broadcast(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      throw Malformed{
          fmt::format("the shapes {} and {} do not broadcast", to_string(a), to_string(b))};
    }
    result[result.size() - 1 - i] = x == 1 ? y : x;
  }
  return result;
}

std::size_t normal_axis(std::int64_t axis, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (axis < -size || axis >= size) {
    throw Malformed{fmt::format("axis {} is outside a tensor of rank {}", axis, rank)};
  }
  return static_cast<std::size_t>(axis < 0 ? axis + size : axis);
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

Inference::Inference(const Node& node, std::vector<const Value*> inputs,
                     const std::map<std::string, Value, std::less<>>& tensors)
    : node_(node), inputs_(std::move(inputs)), tensors_(tensors), outputs_(node.outputs.size()) {}

const Value& Inference::input(std::size_t i) const {
  if (!has(i)) {
    throw Malformed{fmt::format("input {} is missing", i)};
  }
  return *inputs_[i];
}

const Shape& Inference::shape(std::size_t i) const {
  const Value& value = input(i);
  if (!value.shape) {
    throw Undetermined{
        fmt::format("the shape of its input \"{}\" is not known", printable(value.name))};
  }
  return *value.shape;
}

const Shape& Inference::shape(std::size_t i, std::size_t least_rank) const {
  const Shape& result = shape(i);
  if (result.size() < least_rank) {
    throw Malformed{fmt::format("input {} is {}, expected at least {} dimensions", i,
                                to_string(result), least_rank)};
  }
  return result;
}

const ConstantData& Inference::data(std::size_t i) const {
  const Value& value = input(i);
  if (!value.data) {
    const std::string name = printable(value.name);
    throw Undetermined{
        value.is_constant
            ? fmt::format("the values of its input \"{0}\" are not known: the file lacks them, or "
                          "they are too many (--value {0}=V,... gives a few)",
                          name)
            : fmt::format("the value of its input \"{}\" is not constant", name)};
  }
  return *value.data;
}

const std::vector<std::int64_t>& Inference::ints(std::size_t i) const {
  const auto* ints = std::get_if<std::vector<std::int64_t>>(&data(i));
  if (ints == nullptr) {
    throw Malformed{fmt::format("input {} holds no integers", i)};
  }
  return *ints;
}

std::vector<double> Inference::numbers(std::size_t i) const {
  return std::visit([](const auto& list) { return std::vector<double>(list.begin(), list.end()); },
                    data(i));
}

const Attribute* Inference::find(std::string_view name) const {
  const auto found = node_.attributes.find(name);
  return found == node_.attributes.end() ? nullptr : &found->second;
}

std::int64_t Inference::integer(std::string_view name, std::int64_t otherwise) const {
  return find(name) == nullptr ? otherwise : integer(name);
}

std::int64_t Inference::integer(std::string_view name) const {
  const Attribute* attribute = find(name);
  const auto* value = attribute == nullptr ? nullptr : std::get_if<std::int64_t>(attribute);
  if (value == nullptr) {
    throw Malformed{fmt::format("attribute \"{}\" is {}", name,
                                attribute == nullptr ? "missing" : "no integer")};
  }
  return *value;
}

double Inference::number(std::string_view name, double otherwise) const {
  const Attribute* attribute = find(name);
  const auto* value = attribute == nullptr ? nullptr : std::get_if<double>(attribute);
  return value == nullptr ? otherwise : *value;
}

std::string Inference::text(std::string_view name, std::string_view otherwise) const {
  const Attribute* attribute = find(name);
  if (attribute == nullptr) {
    return std::string(otherwise);
  }
  if (const auto* value = std::get_if<std::string>(attribute)) {
    return *value;
  }
  throw Malformed{fmt::format("attribute \"{}\" is no string", name)};
}

std::vector<std::int64_t> Inference::integers(std::string_view name) const {
  const Attribute* attribute = find(name);
  if (attribute == nullptr) {
    return {};
  }
  if (const auto* value = std::get_if<std::vector<std::int64_t>>(attribute)) {
    return *value;
  }
  throw Malformed{fmt::format("attribute \"{}\" is no list of integers", name)};
}

std::vector<std::int64_t> Inference::parameters(std::string_view name, std::size_t count,
                                                std::int64_t otherwise, std::int64_t least) const {
  std::vector<std::int64_t> values = integers(name);
  if (values.empty()) {
    return std::vector<std::int64_t>(count, otherwise);
  }
  if (values.size() != count) {
    throw Malformed{
        fmt::format("attribute \"{}\" has {} values, expected {}", name, values.size(), count)};
  }
  for (const std::int64_t value : values) {
    if (value < least || value > kLargestParameter) {
      throw Malformed{fmt::format("attribute \"{}\" holds {}, expected {} to {}", name, value,
                                  least, kLargestParameter)};
    }
  }
  return values;
}

const Value* Inference::tensor(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

void Inference::set(std::size_t i, ElementType type, Shape shape) {
  if (i < outputs_.size()) {
    check_shape(shape);
    outputs_[i].type = type;
    outputs_[i].shape = std::move(shape);
  }
}

void Inference::set_data(std::size_t i, ConstantData data) {
  if (i < outputs_.size()) {
    outputs_[i].data = std::move(data);
  }
}

void same(Inference& node) { node.set(0, node.type(0), node.shape(0)); }

void same_as_floats(Inference& node) { node.set(0, ElementType::kFloat, node.shape(0)); }

void join(Inference& node, std::size_t first, std::size_t step) {
  Shape result = node.shape(first, 1);
  const std::size_t axis = normal_axis(node.integer("axis"), result.size());
  for (std::size_t i = first + step; i < node.input_count(); i += step) {
    const Shape& next = node.shape(i);
    Shape expected = result;
    if (next.size() == result.size()) {
      expected[axis] = next[axis];
    }
    if (next != expected) {
      throw Malformed{fmt::format("its inputs {} and {} do not join along axis {}",
                                  to_string(node.shape(first)), to_string(next), axis)};
    }
    result[axis] += next[axis];
    check_shape(result);
  }
  node.set(0, node.type(first), result);
}

Rule find_shape_rule(std::string_view domain, std::string_view op_type) {
  static const RuleTable standard =
      table_of({elementwise_rules(), window_rules(), linear_rules(), reduction_rules(),
                layout_rules(), indexing_rules(), generator_rules()});
  if (domain.empty()) {
    return find_in(standard, op_type);
  }
  static const RuleTable contributed =
      table_of({contributed_window_rules(), contributed_linear_rules(), contributed_rules()});
  static const RuleTable learning = table_of({learning_rules()});
  return domain == "com.microsoft" ? find_in(contributed, op_type)
         : domain == "ai.onnx.ml"  ? find_in(learning, op_type)
                                   : nullptr;
}

Rule find_fold_rule(std::string_view op_type) {
  static const RuleTable table = table_of({arithmetic_folds(), movement_folds()});
  return find_in(table, op_type);
}

}  // namespace memplace::onnx
