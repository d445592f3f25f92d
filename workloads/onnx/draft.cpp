// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/draft.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 50;

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

std::vector<ValueId> read_by(const DraftNode& node) {
  std::vector<ValueId> read = node.fused_inputs;
  for (const auto& operand : node.inputs) {
    if (operand.has_value()) {
      read.push_back(*operand);
    }
  }
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  return read;
}

}  // namespace

void Tally::add(const std::string& what, std::int64_t count) {
  const auto found = std::find_if(counts_.begin(), counts_.end(),
                                  [&](const auto& entry) { return entry.first == what; });
  if (found == counts_.end()) {
    counts_.emplace_back(what, count);
  } else {
    found->second += count;
  }
}

std::vector<std::string> Tally::lines() const {
  std::vector<std::string> lines;
  for (const auto& [what, count] : counts_) {
    lines.push_back(fmt::format("{}: {}", what, count));
  }
  return lines;
}

Draft::Draft(const Model& model)
    : name_(model.name),
      values_(model.values),
      inputs_(model.inputs),
      outputs_(model.outputs),
      producers_(model.values.size()),
      users_(model.values.size()),
      output_flags_(model.values.size(), false) {
  for (const Node& node : model.nodes) {
    DraftNode& draft = nodes_.emplace_back();
    static_cast<Node&>(draft) = node;
    for (const auto& output : node.outputs) {
      if (output.has_value()) {
        producers_[*output] = nodes_.size() - 1;
      }
    }
    link_readers(nodes_.size() - 1);
  }
  for (const ValueId output : outputs_) {
    output_flags_[output.index()] = true;
  }
}

ValueId Draft::add_value(Value value) {
  producers_.push_back(std::nullopt);
  users_.push_back({});
  output_flags_.push_back(false);
  return values_.push_back(std::move(value));
}

bool Draft::is_output(ValueId id) const { return output_flags_[id.index()]; }

std::optional<std::size_t> Draft::sole_user(ValueId id) const {
  return users_[id].size() == 1 && !is_output(id) ? std::optional(users_[id].front())
                                                  : std::nullopt;
}

bool Draft::is_scalar(ValueId id) const {
  return is_constant(id) && values_[id].shape.has_value() && elements(id) == 1;
}

std::optional<double> Draft::scalar(ValueId id) const {
  if (!is_scalar(id) || !values_[id].data.has_value()) {
    return std::nullopt;
  }
  return std::visit(
      [](const auto& data) {
        return data.size() == 1 ? std::optional(static_cast<double>(data.front())) : std::nullopt;
      },
      *values_[id].data);
}

std::int64_t Draft::elements(ValueId id) const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape(id)) {
    if (extent < 0 || (product > 0 && extent > kMostElements / product)) {
      throw Error(fmt::format("value \"{}\" has more than {} elements", printable(values_[id].name),
                              kMostElements));
    }
    product *= extent;
  }
  return product;
}

void Draft::link_readers(std::size_t index) {
  for (const ValueId id : read_by(nodes_[index])) {
    std::vector<std::size_t>& users = users_[id];
    users.insert(std::lower_bound(users.begin(), users.end(), index), index);
  }
}

void Draft::unlink_readers(std::size_t index) {
  for (const ValueId id : read_by(nodes_[index])) {
    std::erase(users_[id], index);
  }
}

void Draft::replace(ValueId from, ValueId to) {
  const std::vector<std::size_t> users = users_[from];
  for (const std::size_t user : users) {
    unlink_readers(user);
    for (auto& operand : nodes_[user].inputs) {
      if (operand == from) {
        operand = to;
      }
    }
    std::replace(nodes_[user].fused_inputs.begin(), nodes_[user].fused_inputs.end(), from, to);
    link_readers(user);
  }
  if (is_output(from)) {
    output_flags_[from.index()] = false;
    output_flags_[to.index()] = true;
    std::replace(outputs_.begin(), outputs_.end(), from, to);
  }
}

void Draft::kill(std::size_t index) {
  unlink_readers(index);
  nodes_[index].alive = false;
  for (const auto& output : nodes_[index].outputs) {
    if (output.has_value() && producers_[*output] == index) {
      producers_[*output] = std::nullopt;
    }
  }
}

void Draft::take_output(std::size_t index, ValueId output) {
  const auto old = producers_[output];
  if (old.has_value() && *old != index) {
    kill(*old);
  }
  DraftNode& node = nodes_[index];
  if (node.outputs.empty()) {
    node.outputs.emplace_back();
  }
  if (node.outputs[0].has_value()) {
    producers_[*node.outputs[0]] = std::nullopt;
  }
  node.outputs[0] = output;
  producers_[output] = index;
}

void Draft::fuse_input(std::size_t index, ValueId input) {
  unlink_readers(index);
  nodes_[index].fused_inputs.push_back(input);
  link_readers(index);
}

void Draft::set_inputs(std::size_t index, std::vector<std::optional<ValueId>> inputs) {
  unlink_readers(index);
  nodes_[index].inputs = std::move(inputs);
  link_readers(index);
}

void Draft::assign(std::size_t index, DraftNode node) {
  if (nodes_[index].alive) {
    kill(index);
  }
  nodes_[index] = std::move(node);
  nodes_[index].alive = true;
  for (const auto& output : nodes_[index].outputs) {
    if (output.has_value()) {
      producers_[*output] = index;
    }
  }
  link_readers(index);
}

std::int64_t Draft::drop_dead() {
  std::int64_t dropped = 0;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const DraftNode& node = nodes_[i];
    const bool read = std::any_of(node.outputs.begin(), node.outputs.end(), [&](const auto& out) {
      return out.has_value() && (is_output(*out) || !users_[*out].empty());
    });
    if (node.alive && !read) {
      kill(i);
      ++dropped;
    }
  }
  return dropped;
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
