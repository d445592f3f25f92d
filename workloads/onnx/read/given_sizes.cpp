// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/given_sizes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/number_text.h"
#include "workloads/onnx/model/attention.h"
#include "workloads/onnx/model/operators.h"

namespace memplace::onnx {
namespace {

// Null where the file stores none.
const pb::TensorShapeProto* shape_of(const pb::TypeProto& type) {
  if (type.has_tensor_type() && type.tensor_type().has_shape()) {
    return &type.tensor_type().shape();
  }
  if (type.has_sparse_tensor_type() && type.sparse_tensor_type().has_shape()) {
    return &type.sparse_tensor_type().shape();
  }
  return nullptr;
}

// What --dim calls an axis.
std::string symbol_of(const pb::ValueInfoProto& input, int axis,
                      const pb::TensorShapeProto_Dimension& dim) {
  return dim.dim_param().empty() ? fmt::format("{}.{}", input.name(), axis) : dim.dim_param();
}

bool is_sized(const pb::TensorShapeProto_Dimension& dim) {
  return dim.has_dim_value() && dim.dim_value() >= 0;
}

// Operators that make something of an input without elements, at its place.
bool takes_nothing(const Node& node, std::size_t place) {
  if (node.op_type.find("Attention") != std::string::npos) {
    const std::size_t past = attention_inputs(node).past;
    return place == past || place == past + 1;
  }
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  return (row != nullptr && row->work == OperatorClass::kFold) ||
         node.op_type.find("Concat") != std::string::npos || node.op_type.starts_with("Scatter") ||
         node.op_type == "Pad" ||
         (node.op_type.starts_with("Reduce") && node.op_type != "ReduceMean");
}

bool is_empty(const std::optional<Shape>& shape) { return shape && element_count(*shape) == 0; }

}  // namespace

GivenSizes::GivenSizes(const pb::GraphProto& graph, const Sizes& sizes)
    : graph_(graph), sizes_(sizes) {
  const auto add = [&](const pb::ValueInfoProto& value, bool is_input) {
    const pb::TensorShapeProto* shape = shape_of(value.type());
    for (int i = 0; shape != nullptr && i < shape->dim_size(); ++i) {
      const auto& dim = shape->dim(i);
      if (!dim.dim_param().empty() ||
          (is_input && (!dim.has_dim_value() || dim.dim_value() == -1))) {
        symbols_.insert(symbol_of(value, i, dim));
      }
    }
  };
  for (const auto& each : graph_.input()) {
    add(each, true);
  }
  for (const auto& each : graph_.value_info()) {
    add(each, false);
  }
  for (const auto& each : graph_.output()) {
    add(each, false);
  }
}

void GivenSizes::check_names() const {
  for (const auto& [name, size] : sizes_) {
    if (!symbols_.contains(name) && !names_result(name)) {
      check_axis(name);
      const std::vector<std::string> known(symbols_.begin(), symbols_.end());
      throw Malformed{unknown_name_message("symbolic dimension", name, known)};
    }
    if (size < 0 || size > kLargestDimension) {
      throw Malformed{fmt::format("dimension {} is given as {}, expected 0 to {}", printable(name),
                                  size, kLargestDimension)};
    }
  }
}

// Whether it is RESULT.AXIS of a node.
bool GivenSizes::names_result(const std::string& name) const {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || !parse_number<std::size_t>(name.substr(dot + 1)).has_value()) {
    return false;
  }
  const std::string result = name.substr(0, dot);
  return std::any_of(graph_.node().begin(), graph_.node().end(), [&](const pb::NodeProto& node) {
    return std::find(node.output().begin(), node.output().end(), result) != node.output().end();
  });
}

std::optional<Shape> GivenSizes::result_shape(const std::string& name, const Shape& known) {
  Shape shape = known;
  for (std::size_t axis = 0;; ++axis) {
    const auto given = sizes_.find(fmt::format("{}.{}", name, axis));
    if (given != sizes_.end()) {
      if (axis < known.size() && known[axis] >= 0 && known[axis] != given->second) {
        throw Malformed{fmt::format("dimension {} is given as {}, and it is {}",
                                    printable(given->first), given->second, known[axis])};
      }
      met_symbols_.insert(given->first);
      shape.resize(std::max(shape.size(), axis + 1));
      shape[axis] = given->second;
    } else if (axis >= known.size()) {
      break;
    }
  }
  const bool whole = !shape.empty() && std::all_of(shape.begin(), shape.end(),
                                                   [](std::int64_t extent) { return extent >= 0; });
  if (!whole) {
    return std::nullopt;
  }
  check_shape(shape);
  return shape;
}

// Fails where a name means an axis that has a size, or a name of its own.
void GivenSizes::check_axis(const std::string& name) const {
  for (const auto& input : graph_.input()) {
    const pb::TensorShapeProto* shape = shape_of(input.type());
    for (int i = 0; shape != nullptr && i < shape->dim_size(); ++i) {
      if (name != fmt::format("{}.{}", input.name(), i)) {
        continue;
      }
      const auto& dim = shape->dim(i);
      const std::string axis = fmt::format("axis {} of input \"{}\"", i, printable(input.name()));
      throw Malformed{dim.dim_param().empty()
                          ? fmt::format("dimension {} is given a size, and {} is {} in the file",
                                        printable(name), axis, dim.dim_value())
                          : fmt::format("dimension {} is given a size, and {} is named {}",
                                        printable(name), axis, printable(dim.dim_param()))};
    }
  }
}

std::string GivenSizes::size_input(const pb::ValueInfoProto& input, Value& value) {
  const pb::TensorShapeProto* proto = shape_of(input.type());
  if (proto == nullptr) {
    return fmt::format("input \"{}\" has no shape", printable(input.name()));
  }
  Shape shape;
  std::string text;
  std::string asked;
  for (int i = 0; i < proto->dim_size(); ++i) {
    const auto& dim = proto->dim(i);
    if (dim.has_dim_value() && dim.dim_value() < -1) {
      throw Malformed{fmt::format("input \"{}\": dimension {} is negative", printable(input.name()),
                                  dim.dim_value())};
    }
    const std::string symbol = symbol_of(input, i, dim);
    const auto given = sizes_.find(symbol);
    text += i == 0 ? "" : ", ";
    if (is_sized(dim)) {
      shape.push_back(dim.dim_value());
      text += std::to_string(dim.dim_value());
    } else if (given != sizes_.end()) {
      sized_inputs_.insert(symbol);
      shape.push_back(given->second);
      text += std::to_string(given->second);
    } else {
      open_symbols_.insert(symbol);
      asked += fmt::format(" --dim {}=N", printable(symbol));
      text += dim.dim_param().empty() ? "?" : printable(dim.dim_param());
    }
  }
  if (!asked.empty()) {
    return fmt::format("input \"{}\" is [{}]: give{}", printable(input.name()), text, asked);
  }
  check_shape(shape);
  value.shape = std::move(shape);
  return "";
}

void GivenSizes::check_default(const pb::ValueInfoProto& input, const Value& value) {
  const pb::TensorShapeProto* proto = shape_of(input.type());
  const auto rank = static_cast<int>(value.shape ? value.shape->size() : 0);
  for (int i = 0; proto != nullptr && i < std::min(proto->dim_size(), rank); ++i) {
    const auto given = sizes_.find(symbol_of(input, i, proto->dim(i)));
    if (is_sized(proto->dim(i)) || given == sizes_.end()) {
      continue;
    }
    met_symbols_.insert(given->first);
    if (given->second != (*value.shape)[static_cast<std::size_t>(i)]) {
      throw Malformed{
          fmt::format("dimension {} is given as {}, and input \"{}\" has a default value of {}, "
                      "which keeps its shape",
                      printable(given->first), given->second, printable(input.name()),
                      to_string(*value.shape))};
    }
  }
}

std::optional<Shape> GivenSizes::stored_shape(const pb::TypeProto& type) const {
  const pb::TensorShapeProto* proto = shape_of(type);
  if (proto == nullptr) {
    return std::nullopt;
  }
  Shape shape;
  for (const auto& dim : proto->dim()) {
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      shape.push_back(dim.dim_value());
    } else if (const auto size = sizes_.find(dim.dim_param()); size != sizes_.end()) {
      shape.push_back(size->second);
    } else {
      return std::nullopt;
    }
  }
  check_shape(shape);
  return shape;
}

// Symbols of a buffer that a cache shares may name the part in use.
void GivenSizes::note_conflicts(const pb::TypeProto& stored, const std::string& name,
                                const Inference& inference, std::size_t output) {
  const pb::TensorShapeProto* proto = shape_of(stored);
  const std::optional<Shape>& shape = inference.outputs()[output].shape;
  const Node& node = inference.node();
  const bool attends = node.op_type.find("Attention") != std::string::npos;
  const std::size_t past = attends ? attention_inputs(node).past : 0;
  const bool shared =
      attends && output > 0 && inference.has(past) && shape && inference.input(past).shape == shape;
  for (int i = 0; proto != nullptr && i < proto->dim_size(); ++i) {
    const auto given = sizes_.find(proto->dim(i).dim_param());
    if (proto->dim(i).has_dim_value() || given == sizes_.end()) {
      continue;
    }
    met_symbols_.insert(given->first);
    const auto axis = static_cast<std::size_t>(i);
    if (shape && !shared && static_cast<int>(shape->size()) == proto->dim_size() &&
        (*shape)[axis] != given->second) {
      conflicts_.push_back({given->first, name, axis, (*shape)[axis]});
    }
  }
}

// Whether a size that the file's symbol and the other sizes disagree on is the fault of what is
// given. A file may also call an axis what it is not: then no size is right, or one whatever else
// is given.
bool GivenSizes::is_given_wrong(const Conflict& conflict, const Trial& read_with) const {
  if (!sized_inputs_.contains(conflict.symbol)) {
    return true;  // it has no other use
  }
  const auto conflicts_with = [&](const std::string& symbol, std::int64_t size) {
    Sizes sizes = sizes_;
    sizes[symbol] = size;
    return read_with(sizes);
  };
  const auto of_symbol = [&](const Conflict& other) { return other.symbol == conflict.symbol; };
  const auto right = conflicts_with(conflict.symbol, conflict.made);
  if (!right || std::any_of(right->begin(), right->end(), of_symbol)) {
    return false;
  }
  return std::any_of(sizes_.begin(), sizes_.end(), [&](const auto& dim) {
    if (dim.first == conflict.symbol) {
      return false;
    }
    const auto moved = conflicts_with(dim.first, dim.second + 1);
    return moved && std::any_of(moved->begin(), moved->end(), [&](const Conflict& other) {
             return of_symbol(other) && other.value == conflict.value &&
                    other.axis == conflict.axis && other.made != conflict.made;
           });
  });
}

void GivenSizes::check_taken(const Trial& read_with) const {
  std::set<std::string> seen;
  for (const Conflict& conflict : conflicts_) {
    if (seen.insert(conflict.symbol).second && is_given_wrong(conflict, read_with)) {
      throw Malformed{
          fmt::format("dimension {} is given as {}, and the other sizes make axis {} of \"{}\", "
                      "which it names, {}",
                      printable(conflict.symbol), sizes_.at(conflict.symbol), conflict.axis,
                      printable(conflict.value), conflict.made)};
    }
  }
  for (const auto& [name, size] : sizes_) {
    if (!sized_inputs_.contains(name) && !met_symbols_.contains(name)) {
      throw Malformed{fmt::format("dimension {} is given as {}, and no value of the network has it",
                                  printable(name), size)};
    }
  }
}

// "--dim past=0 --dim seq=0": what may have emptied a value. Nothing where no size is given as 0.
std::string GivenSizes::emptied_by() const {
  std::string text;
  for (const auto& [name, size] : sizes_) {
    if (size == 0) {
      text += fmt::format("{}--dim {}=0", text.empty() ? "" : " ", printable(name));
    }
  }
  return text;
}

void GivenSizes::check_empty(const Model& model, const std::vector<bool>& node_lives) const {
  const std::string cause = emptied_by();
  if (cause.empty()) {
    return;
  }
  for (const ValueId id : model.outputs) {
    const Value& value = model.values[id];
    if (!value.is_constant && is_empty(value.shape)) {
      throw Malformed{fmt::format("output \"{}\" is {}: nothing is left of it with {}",
                                  printable(value.name), to_string(*value.shape), cause)};
    }
  }
  const auto holds_nothing = [&](const std::optional<ValueId>& id) {
    return id && is_empty(model.values[*id].shape);
  };
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    const Node& node = model.nodes[i];
    const bool makes = std::any_of(node.outputs.begin(), node.outputs.end(),
                                   [&](const auto& id) { return id && !holds_nothing(id); });
    for (std::size_t place = 0; node_lives[i] && makes && place < node.inputs.size(); ++place) {
      const auto& id = node.inputs[place];
      if (holds_nothing(id) && !model.values[*id].is_constant && !takes_nothing(node, place)) {
        throw Malformed{fmt::format("{}: its input \"{}\" is {}, of which it makes nothing with {}",
                                    label(node), printable(model.values[*id].name),
                                    to_string(*model.values[*id].shape), cause)};
      }
    }
  }
}

std::string GivenSizes::value_hint(const Model& model) const {
  constexpr std::int64_t kMostDeciding = 16;  // elements of a shape
  std::vector<std::string> names;
  for (const ValueId id : model.inputs) {
    const Value& value = model.values[id];
    const bool counts = value.type == ElementType::kInt64 || value.type == ElementType::kInt32 ||
                        value.type == ElementType::kBool;
    if (counts && value.shape && value.shape->size() <= 1 &&
        element_count(*value.shape) <= kMostDeciding) {
      names.push_back(printable(value.name));
    }
  }
  return names.empty() ? ""
                       : fmt::format("; an input may decide it: {} (give --value NAME=V)",
                                     fmt::join(names, ", "));
}

std::string GivenSizes::hint() const {
  if (open_symbols_.empty()) {
    return "";
  }
  return fmt::format("; without a size: {} (give --dim NAME=N)", fmt::join(open_symbols_, ", "));
}

}  // namespace memplace::onnx
