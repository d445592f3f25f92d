// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model/model.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

template <class T>
const T* find_attribute(const Node& node, std::string_view name, std::string_view type) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) {
    return nullptr;
  }
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) {
    throw Error(fmt::format("{}: attribute \"{}\" is not {}", label(node), printable(name), type));
  }
  return value;
}

}  // namespace

bool is_one_of(const Node& node, std::span<const std::string_view> op_types) {
  return std::find(op_types.begin(), op_types.end(), node.op_type) != op_types.end();
}

bool is_one_of(const Node& node, std::initializer_list<std::string_view> op_types) {
  return is_one_of(node, std::span(op_types.begin(), op_types.size()));
}

bool is_random(const Node& node) {
  return is_one_of(node, {"Bernoulli", "Multinomial", "RandomNormal", "RandomUniform",
                          "RandomNormalLike", "RandomUniformLike"});
}

std::int64_t int_attribute(const Node& node, std::string_view name, std::int64_t fallback) {
  const auto* value = find_attribute<std::int64_t>(node, name, "an integer");
  return value == nullptr ? fallback : *value;
}

double float_attribute(const Node& node, std::string_view name, double fallback) {
  const auto* value = find_attribute<double>(node, name, "a number");
  return value == nullptr ? fallback : *value;
}

std::vector<std::int64_t> ints_attribute(const Node& node, std::string_view name,
                                         const std::vector<std::int64_t>& fallback) {
  const auto* value = find_attribute<std::vector<std::int64_t>>(node, name, "a list of integers");
  return value == nullptr ? fallback : *value;
}

std::string string_attribute(const Node& node, std::string_view name, const std::string& fallback) {
  const auto* value = find_attribute<std::string>(node, name, "a text");
  return value == nullptr ? fallback : *value;
}

std::string label(const Node& node) {
  return fmt::format("node \"{}\" ({})", printable(node.name), printable(node.op_type));
}

std::optional<ValueId> input(const Node& node, std::size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : std::nullopt;
}

std::vector<ValueId> given_inputs(const Node& node) {
  std::vector<ValueId> given;
  for (const auto& operand : node.inputs) {
    if (operand.has_value()) {
      given.push_back(*operand);
    }
  }
  return given;
}

ValueId required(const Node& node, std::size_t index) {
  if (const auto found = input(node, index)) {
    return *found;
  }
  throw Error(fmt::format("{}: input {} is missing", label(node), index));
}

ValueId result(const Node& node, std::size_t index) {
  if (index < node.outputs.size() && node.outputs[index].has_value()) {
    return *node.outputs[index];
  }
  throw Error(fmt::format("{}: output {} is missing", label(node), index));
}

}  // namespace memplace::onnx
