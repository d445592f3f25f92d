// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/convert/draft.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

std::vector<ValueId> read_by(const DraftNode& node) {
  std::vector<ValueId> read = given_inputs(node);
  read.insert(read.end(), node.fused_inputs.begin(), node.fused_inputs.end());
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  return read;
}

}  // namespace

void Tally::add(const std::string& what, std::int64_t count) {
  const auto [place, is_new] = places_.emplace(what, counts_.size());
  if (is_new) {
    counts_.emplace_back(what, 0);
  }
  counts_[place->second].second += count;
}

std::vector<std::string> Tally::lines() const {
  std::vector<std::string> lines;
  for (const auto& [what, count] : counts_) {
    lines.push_back(fmt::format("{}: {}", what, count));
  }
  return lines;
}

Draft::Draft(const Model& model)
    : warnings(model.warnings),
      name_(model.name),
      values_(model.values),
      inputs_(model.inputs),
      outputs_(model.outputs),
      producers_(model.values.size()),
      users_(model.values.size()) {
  for (const Value& value : values_) {
    origins_.push_back({value.name});
  }
  for (const Node& node : model.nodes) {
    DraftNode& draft = nodes_.emplace_back();
    static_cast<Node&>(draft) = node;
    draft.origin = {node.name};
    for (const auto& output : node.outputs) {
      if (output.has_value()) {
        producers_[*output] = nodes_.size() - 1;
      }
    }
    link_readers(nodes_.size() - 1);
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    output_places_[outputs_[i]].push_back(i);
  }
}

ValueId Draft::add_value(Value value, std::optional<ValueId> same) {
  origins_.push_back(same.has_value() ? std::vector(origins_[*same]) : std::vector<std::string>());
  producers_.push_back(std::nullopt);
  users_.push_back({});
  return values_.push_back(std::move(value));
}

bool Draft::is_output(ValueId id) const { return output_places_.contains(id); }

std::optional<std::size_t> Draft::sole_user(ValueId id) const {
  return users_[id].size() == 1 && !is_output(id) ? std::optional(*users_[id].begin())
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
    users_[id].insert(index);
  }
}

void Draft::unlink_readers(std::size_t index) {
  for (const ValueId id : read_by(nodes_[index])) {
    users_[id].erase(index);
  }
}

void Draft::replace(ValueId from, ValueId to) {
  const std::vector<std::string> names = origins_[from];
  origins_[to].insert(origins_[to].end(), names.begin(), names.end());
  const std::set<std::size_t> users = users_[from];
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
  if (auto moved = output_places_.extract(from)) {
    std::vector<std::size_t>& places = output_places_[to];
    for (const std::size_t place : moved.mapped()) {
      outputs_[place] = to;
      places.push_back(place);
    }
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

void Draft::absorb(std::size_t index, std::size_t other) {
  const std::vector<std::string> names = nodes_[other].origin;
  nodes_[index].origin.insert(nodes_[index].origin.end(), names.begin(), names.end());
  kill(other);
}

void Draft::take_output(std::size_t index, ValueId output) {
  const auto old = producers_[output];
  if (old.has_value() && *old != index) {
    absorb(index, *old);
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

}  // namespace memplace::onnx
