// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/model_builder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/model/element_types.h"
#include "workloads/onnx/model/operators.h"
#include "workloads/onnx/read/graph_order.h"
#include "workloads/onnx/read/library_inference.h"
#include "workloads/onnx/read/tensor_value.h"

namespace memplace::onnx {
namespace {

// Of all folded data together; beyond it only values of up to 64 elements keep theirs.
constexpr std::int64_t kMostFoldedElements = std::int64_t{1} << 22U;

// Operators that are never constant: random ones, and those of quantisation, whose constants show
// the type that a tensor is stored in.
bool never_folds(const Node& node) {
  return is_random(node) ||
         is_one_of(node, {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"});
}

// Clamped, so that sums of many cannot overflow.
std::int64_t elements_of(const std::optional<Shape>& shape) {
  return shape ? std::min(element_count(*shape), kLargestDimension) : 0;
}

}  // namespace

ModelBuilder::ModelBuilder(std::string name, std::string path, std::vector<std::string>* notes,
                           const GivenSizes& sizes)
    : path_(std::move(path)), notes_(notes), sizes_(sizes) {
  model_.name = std::move(name);
}

void ModelBuilder::fail(const std::string& message) const {
  throw Error(fmt::format("{}: {}", path_, message));
}

void ModelBuilder::fail_constant(const std::string& message) const {
  if (!open_inputs_.empty()) {
    fail(open_inputs_.front().second);
  }
  fail(first_missing_ ? *first_missing_ + sizes_.hint() : message + sizes_.value_hint(model_));
}

void ModelBuilder::note(std::string_view text) const {
  if (notes_ != nullptr) {
    notes_->emplace_back(text);
  }
}

void ModelBuilder::warn(const std::string& text) {
  note("warning: " + text);
  model_.warnings.push_back(text);
}

std::optional<std::int64_t> ModelBuilder::constant_integer(std::optional<ValueId> id) const {
  if (!id || !model_.values[*id].data) {
    return std::nullopt;
  }
  const auto* data = std::get_if<std::vector<std::int64_t>>(&*model_.values[*id].data);
  return data != nullptr && data->size() == 1 ? std::optional(data->front()) : std::nullopt;
}

const std::vector<ValueId>* ModelBuilder::items_of(std::optional<ValueId> id) const {
  const auto found = id ? sequences_.find(id->index()) : sequences_.end();
  return found == sequences_.end() ? nullptr : &found->second;
}

std::vector<std::optional<ValueId>> ModelBuilder::inputs_of(const pb::NodeProto& proto,
                                                            const Scope& scope,
                                                            bool allow_sequences) const {
  std::vector<std::optional<ValueId>> result;
  for (const std::string& name : proto.input()) {
    result.push_back(name.empty() ? std::nullopt : scope.find(name));
    if (!name.empty() && !result.back() && !scope.is_left_out(name)) {
      fail(fmt::format("{}: its input \"{}\" is not defined", label_of(proto), printable(name)));
    }
    if (!allow_sequences && items_of(result.back()) != nullptr) {
      fail(fmt::format("{}: its input \"{}\" is a sequence", label_of(proto), printable(name)));
    }
  }
  while (!result.empty() && !result.back()) {
    result.pop_back();
  }
  return result;
}

ValueId ModelBuilder::add_value(Value value) {
  if (value.data) {
    const auto size = element_count(*value.data);
    if (folded_elements_ + size > kMostFoldedElements && size > 64) {
      value.data.reset();
    } else {
      folded_elements_ += size;
    }
  }
  return model_.values.push_back(std::move(value));
}

ValueId ModelBuilder::add_input(Value value, const std::string& asked) {
  const ValueId id = add_value(std::move(value));
  model_.inputs.push_back(id);
  if (!asked.empty()) {
    open_inputs_.emplace_back(id, asked);
  }
  return id;
}

ValueId ModelBuilder::add_constant(std::string name, Shape shape, std::vector<std::int64_t> data,
                                   ElementType type) {
  return add_value({std::move(name), type, std::move(shape), true, std::move(data)});
}

ValueId ModelBuilder::add_sequence(std::string name, std::vector<ValueId> items) {
  Value value;
  value.name = std::move(name);
  const ValueId id = add_value(std::move(value));
  sequences_[id.index()] = std::move(items);
  return id;
}

void ModelBuilder::add_initializers(const pb::GraphProto& graph, Scope& scope) {
  const auto add = [&](Value value, const std::string& name) {
    if (name.empty()) {
      fail("an initializer has no name");
    }
    value.name = scope.prefix + name;
    if (!scope.names.emplace(name, ValueId(model_.values.size())).second) {
      fail(fmt::format("initializer \"{}\" is given twice", printable(name)));
    }
    add_value(std::move(value));
  };
  for (const pb::TensorProto& tensor : graph.initializer()) {
    Value value;
    try {
      value = value_of(tensor);
    } catch (const Malformed& error) {
      fail(fmt::format("initializer \"{}\": {}", printable(tensor.name()), error.reason));
    }
    add(std::move(value), tensor.name());
  }
  for (const pb::SparseTensorProto& tensor : graph.sparse_initializer()) {
    Value value;
    value.type = element_type(tensor.values().data_type());
    value.shape.emplace(tensor.dims().begin(), tensor.dims().end());
    value.is_constant = true;
    check_shape(*value.shape);
    add(std::move(value), tensor.values().name());
  }
}

std::vector<const Value*> ModelBuilder::values_of(const Node& node) const {
  std::vector<const Value*> values;
  for (const auto& id : node.inputs) {
    values.push_back(id ? &model_.values[*id] : nullptr);
  }
  return values;
}

void ModelBuilder::infer(Inference& inference, const Attributes& attributes,
                         const std::string& label, std::string& reason) const try {
  const Node& node = inference.node();
  if (const Rule rule = find_shape_rule(node.domain, node.op_type)) {
    rule(inference);
  } else {
    infer_by_library(inference, attributes);
  }
} catch (const Undetermined& unknown) {
  reason = unknown.reason;
} catch (const Malformed& error) {
  fail(fmt::format("{}: {}", label, error.reason));
}

std::vector<std::optional<ValueId>> ModelBuilder::emit(Node node, Inference& inference,
                                                       const std::vector<std::string>& output_names,
                                                       const std::string& label,
                                                       const std::string& reason) {
  bool constant_inputs = !never_folds(node) && node.domain.empty();
  bool data_inputs = constant_inputs;
  std::int64_t input_elements = 0;
  for (std::size_t i = 0; i < inference.input_count(); ++i) {
    if (inference.has(i)) {
      constant_inputs = constant_inputs && inference.input(i).is_constant;
      data_inputs = data_inputs && inference.input(i).data.has_value();
      input_elements += elements_of(inference.input(i).shape);
    }
  }
  auto& outputs = inference.outputs();
  std::int64_t output_elements = 0;
  bool shaped = true;
  for (const OutputInfo& output : outputs) {
    shaped = shaped && output.shape.has_value();
    output_elements += elements_of(output.shape);
  }
  const Rule fold = find_fold_rule(node.op_type);
  if (data_inputs && shaped && fold != nullptr && output_elements <= kMostConstantElements) {
    try {
      fold(inference);
    } catch (const Malformed& error) {
      fail(fmt::format("{}: {}", label, error.reason));
    } catch (const Undetermined&) {
      // It stays a constant without data, or a node.
    }
  }
  bool has_data = true;
  for (OutputInfo& output : outputs) {
    if (output.data &&
        (!output.shape || element_count(*output.data) != element_count(*output.shape))) {
      output.data.reset();
    }
    has_data = has_data && output.data.has_value();
  }
  // A constant that grows without its data known is computed, not stored; ConstantOfShape stands
  // for weights in stripped files.
  const bool grows = output_elements > input_elements && node.op_type != "Constant" &&
                     node.op_type != "ConstantOfShape";
  const bool constant = has_data || (constant_inputs && shaped && !grows);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (output_names[i].empty()) {
      continue;
    }
    if (!outputs[i].shape) {
      missing_.emplace_back(
          ValueId(model_.values.size()),
          fmt::format("{}: the shape of its output \"{}\" is not known: {}", label,
                      printable(output_names[i]),
                      reason.empty() ? "neither a rule nor the file says it" : reason));
      if (!first_missing_) {
        first_missing_ = missing_.back().second;
      }
    }
    Value value{output_names[i], outputs[i].type, std::move(outputs[i].shape), constant,
                std::move(outputs[i].data)};
    if (constant && i == 0 && !node.inputs.empty() && rearranges(node.op_type)) {
      value.source = model_.values[*node.inputs[0]].source.value_or(*node.inputs[0]);
    }
    node.outputs[i] = add_value(std::move(value));
  }
  std::vector<std::optional<ValueId>> ids = node.outputs;
  if (!constant) {
    model_.nodes.push_back(std::move(node));
  }
  return ids;
}

ValueId ModelBuilder::make_node(std::string_view op_type, const std::string& name,
                                std::vector<ValueId> inputs,
                                std::map<std::string, Attribute, std::less<>> attributes) {
  Node node;
  node.op_type = op_type;
  node.version = 17;
  node.name = node_names_.unique(name);
  node.inputs.assign(inputs.begin(), inputs.end());
  node.outputs.resize(1);
  node.attributes = std::move(attributes);
  const std::map<std::string, Value, std::less<>> no_tensors;
  Inference inference(node, values_of(node), no_tensors);
  const std::string label = fmt::format("node \"{}\" ({})", printable(name), op_type);
  std::string reason;
  infer(inference, {}, label, reason);
  const ValueId result(model_.values.size());
  emit(node, inference, {name}, label, reason);
  return result;
}

ValueId ModelBuilder::stack(const std::vector<ValueId>& parts, std::int64_t axis,
                            const std::string& name, const std::string& label) {
  if (parts.empty()) {
    fail(fmt::format("{}: it never runs, and the shape of what it collects in \"{}\" is not known",
                     label, printable(name)));
  }
  const ValueId axes = add_constant(name + "/axes", {1}, {axis});
  std::vector<ValueId> rows;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    rows.push_back(make_node("Unsqueeze", fmt::format("{}/row_{}", name, i), {parts[i], axes}, {}));
  }
  return rows.size() == 1 ? rows[0] : make_node("Concat", name, rows, {{"axis", axis}});
}

Model ModelBuilder::finish(const std::vector<ValueId>& outputs) {
  model_.outputs = outputs;
  std::vector<bool> value_lives(model_.values.size(), false);
  const auto keep = [&](const std::vector<std::optional<ValueId>>& ids) {
    for (const auto& id : ids) {
      if (id) {
        value_lives[id->index()] = true;
      }
    }
  };
  for (const ValueId id : outputs) {
    if (items_of(id) != nullptr) {
      fail(fmt::format("output \"{}\" is a sequence", printable(model_.values[id].name)));
    }
    value_lives[id.index()] = true;
  }
  std::vector<bool> node_lives(model_.nodes.size(), false);
  for (std::size_t i = model_.nodes.size(); i-- > 0;) {
    const Node& node = model_.nodes[i];
    node_lives[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                                [&](const auto& id) { return id && value_lives[id->index()]; });
    if (node_lives[i]) {
      keep(node.inputs);
    }
  }
  for (const auto& [id, asked] : open_inputs_) {
    if (value_lives[id.index()]) {
      fail(asked);
    }
  }
  for (const auto& [id, why] : missing_) {
    if (value_lives[id.index()]) {
      fail(why + sizes_.hint() + sizes_.value_hint(model_));
    }
  }
  for (Node& node : model_.nodes) {
    for (auto& id : node.outputs) {
      // What nobody reads need not have a shape.
      if (id && !value_lives[id->index()] && !model_.values[*id].shape) {
        id.reset();
      }
    }
  }
  sizes_.check_empty(model_, node_lives);
  std::size_t next = 0;
  std::erase_if(model_.nodes, [&](const Node& /*node*/) { return !node_lives[next++]; });
  for (const Node& node : model_.nodes) {
    keep(node.outputs);
  }
  for (const ValueId id : model_.inputs) {
    value_lives[id.index()] = true;
  }
  // Sources come before what is made of them.
  for (std::size_t i = model_.values.size(); i-- > 0;) {
    if (const auto source = model_.values[ValueId(i)].source; source && value_lives[i]) {
      value_lives[source->index()] = true;
    }
  }
  std::vector<ValueId> moved(model_.values.size());
  IdVector<ValueId, Value> values;
  for (const ValueId id : model_.values.ids()) {
    if (value_lives[id.index()]) {
      moved[id.index()] = values.push_back(std::move(model_.values[id]));
    }
  }
  model_.values = std::move(values);
  for (Value& value : model_.values) {
    value.source = value.source ? std::optional(moved[value.source->index()]) : std::nullopt;
  }
  const auto move_all = [&](std::vector<std::optional<ValueId>>& ids) {
    for (auto& id : ids) {
      id = id ? std::optional(moved[id->index()]) : std::nullopt;
    }
  };
  for (Node& node : model_.nodes) {
    move_all(node.inputs);
    move_all(node.outputs);
  }
  for (auto* ids : {&model_.inputs, &model_.outputs}) {
    for (ValueId& id : *ids) {
      id = moved[id.index()];
    }
  }
  return std::move(model_);
}

}  // namespace memplace::onnx
