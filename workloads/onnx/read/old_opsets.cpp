// SPDX-License-Identifier: Apache-2.0
// What opsets 1 to 6 wrote otherwise: attributes where there are inputs today, operands that
// broadcast from an axis on, types by name.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/model/element_types.h"
#include "workloads/onnx/read/model_builder.h"

namespace memplace::onnx {
namespace {

constexpr std::array<std::string_view, 10> kBinary{"Add",  "And", "Div", "Equal", "Greater",
                                                   "Less", "Mul", "Or",  "Pow",   "Sub"};

// TensorProto.DataType by its name in capitals, for those that a Cast can make.
std::optional<std::int64_t> data_type_named(std::string_view name) {
  constexpr std::int64_t kLastCast = 13;  // uint64
  for (std::int64_t type = 1; type <= kLastCast; ++type) {
    const std::string_view known = element_type_info(type)->name;
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(),
                   [](char a, char b) { return a == std::toupper(b); })) {
      return type;
    }
  }
  return std::nullopt;
}

bool is_binary(std::string_view type) {
  return type == "Xor" || std::find(kBinary.begin(), kBinary.end(), type) != kBinary.end();
}

template <class T>
const T* find_attribute(const Node& node, std::string_view name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

void rename_attribute(Node& node, std::string_view from, const std::string& to) {
  if (const auto found = node.attributes.find(from); found != node.attributes.end()) {
    Attribute value = std::move(found->second);
    node.attributes.erase(found);
    node.attributes.emplace(to, std::move(value));
  }
}

// The second operand's axes are those of the first from `axis` on: later ones are added as 1.
void align_second_operand(Node& node, ModelBuilder& model) {
  const auto* axis = find_attribute<std::int64_t>(node, "axis");
  if (axis == nullptr || node.inputs.size() != 2 || !node.inputs[0] || !node.inputs[1]) {
    return;
  }
  const auto& whole = model.value(*node.inputs[0]).shape;
  const auto& part = model.value(*node.inputs[1]).shape;
  if (!whole || !part) {
    return;
  }
  const std::size_t first = normal_axis(*axis, std::max<std::size_t>(whole->size(), 1));
  if (first + part->size() > whole->size()) {
    throw Malformed{fmt::format("{} from axis {} on does not fit {}", to_string(*part), first,
                                to_string(*whole))};
  }
  std::vector<std::int64_t> added;
  for (std::size_t i = part->size(); first + i < whole->size(); ++i) {
    added.push_back(static_cast<std::int64_t>(i));
  }
  if (!added.empty()) {
    node.inputs[1] = model.make_node("Unsqueeze", node.name + "/aligned", {*node.inputs[1]},
                                     {{"axes", std::move(added)}});
  }
}

}  // namespace

void modernize(Node& node, ModelBuilder& model) {
  if (!node.domain.empty() || node.version >= 7) {
    return;
  }
  if (is_binary(node.op_type)) {
    align_second_operand(node, model);
  } else if (node.is("Reshape") && node.inputs.size() == 1) {
    if (const auto* shape = find_attribute<std::vector<std::int64_t>>(node, "shape")) {
      node.inputs.emplace_back(model.add_constant(
          node.name + "/shape", {static_cast<std::int64_t>(shape->size())}, *shape));
    }
  } else if (node.is("Pad")) {
    rename_attribute(node, "paddings", "pads");
  } else if (node.is("Concat") && node.version < 4) {
    node.attributes.emplace("axis", std::int64_t{1});
  } else if (node.is("Upsample")) {
    const auto* height = find_attribute<double>(node, "height_scale");
    const auto* width = find_attribute<double>(node, "width_scale");
    if (height != nullptr && width != nullptr) {
      node.attributes["scales"] = std::vector<double>{1, 1, *height, *width};
    }
  } else if (node.is("Cast")) {
    if (const auto* name = find_attribute<std::string>(node, "to")) {
      if (const auto type = data_type_named(*name)) {
        node.attributes["to"] = *type;
      }
    }
  }
}

}  // namespace memplace::onnx
