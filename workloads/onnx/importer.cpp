// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/importer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/element_types.h"
#include "workloads/onnx/tensor_value.h"

namespace memplace::onnx {
namespace {

std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

std::vector<std::string> names_of(
    const google::protobuf::RepeatedPtrField<pb::ValueInfoProto>& values) {
  std::vector<std::string> names;
  for (const auto& value : values) {
    names.push_back(value.name());
  }
  return names;
}

std::vector<std::string> given_names(const pb::GraphProto& graph) {
  std::vector<std::string> names = names_of(graph.input());
  for (const auto& each : graph.initializer()) {
    names.push_back(each.name());
  }
  for (const auto& each : graph.sparse_initializer()) {
    names.push_back(each.values().name());
  }
  return names;
}

const pb::TensorShapeProto* shape_of(const pb::TypeProto& type) {
  if (type.has_tensor_type() && type.tensor_type().has_shape()) {
    return &type.tensor_type().shape();
  }
  if (type.has_sparse_tensor_type() && type.sparse_tensor_type().has_shape()) {
    return &type.sparse_tensor_type().shape();
  }
  return nullptr;
}

ElementType element_type_of(const pb::TypeProto& type) {
  return element_type(type.has_sparse_tensor_type() ? type.sparse_tensor_type().elem_type()
                                                    : type.tensor_type().elem_type());
}

}  // namespace

Importer::Importer(const pb::ModelProto& proto, std::string path, const ReadOptions& options)
    : proto_(proto), path_(std::move(path)), options_(options) {}

void Importer::fail(const std::string& message) const {
  throw Error(fmt::format("{}: {}", path_, message));
}

void Importer::fail_constant(const std::string& message) const {
  if (!open_inputs_.empty()) {
    fail(open_inputs_.front().second);
  }
  fail(first_missing_ ? *first_missing_ : message);
}

void Importer::note(std::string text) const {
  if (options_.notes != nullptr) {
    options_.notes->push_back(std::move(text));
  }
}

Model Importer::run() try {
  if (!proto_.has_graph()) {
    fail("it holds no graph: is it an ONNX model?");
  }
  const pb::GraphProto& graph = proto_.graph();
  model_.name = graph.name();
  check_opsets(proto_.opset_import(), opsets_);
  collect_functions();
  collect_symbols();
  check_dims();
  check_nodes(graph.node());
  if (graph.output_size() == 0) {
    fail("its graph has no output");
  }
  scope_.opsets = &opsets_;
  for (const auto& each : graph.value_info()) {
    scope_.stored[each.name()] = &each.type();
  }
  for (const auto& each : graph.output()) {
    scope_.stored[each.name()] = &each.type();
  }
  add_initializers(graph, scope_);
  add_inputs(scope_);
  const std::vector<std::string> outputs = names_of(graph.output());
  run_nodes(graph.node(), given_names(graph), outputs, scope_);
  std::vector<ValueId> ids;
  ids.reserve(outputs.size());
  for (const std::string& name : outputs) {
    ids.push_back(*find(scope_, name));
  }
  return finish(ids);
} catch (const Malformed& error) {
  fail(error.reason);
}

void Importer::check_opsets(
    const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto>& imports,
    Opsets& result) const {
  for (const auto& each : imports) {
    const std::string domain = domain_of(each.domain());
    if (domain.empty() && (each.version() < kOldestOpset || each.version() > kNewestOpset)) {
      fail(fmt::format("opset {} of the standard domain, expected {} to {}", each.version(),
                       kOldestOpset, kNewestOpset));
    }
    const auto [other, added] = result.emplace(domain, each.version());
    if (!added && other->second != each.version()) {
      fail(fmt::format("domain \"{}\" is imported as opset {} and as {}", printable(domain),
                       other->second, each.version()));
    }
  }
  if (result.empty()) {
    fail("it imports no operator set");
  }
}

void Importer::collect_functions() {
  for (const pb::FunctionProto& function : proto_.functions()) {
    check_nodes(function.node());
    // Overloads came with a later version of the format.
    std::string overload;
    for (int i = 0; i < function.unknown_fields().field_count(); ++i) {
      const auto& field = function.unknown_fields().field(i);
      if (field.number() == 13 &&
          field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
        overload = field.length_delimited();
      }
    }
    const std::string key =
        fmt::format("{}:{}:{}", domain_of(function.domain()), function.name(), overload);
    if (!functions_.emplace(key, &function).second) {
      fail(fmt::format("function \"{}\" is defined twice", printable(function.name())));
    }
    check_opsets(function.opset_import(), function_opsets_[&function]);
  }
}

// All names that --dim may give a size.
void Importer::collect_symbols() {
  const auto add = [&](const pb::ValueInfoProto& value, bool is_input) {
    const pb::TensorShapeProto* shape = shape_of(value.type());
    for (int i = 0; shape != nullptr && i < shape->dim_size(); ++i) {
      if (!shape->dim(i).dim_param().empty()) {
        symbols_.insert(shape->dim(i).dim_param());
      } else if (is_input && (!shape->dim(i).has_dim_value() || shape->dim(i).dim_value() == -1)) {
        symbols_.insert(fmt::format("{}.{}", value.name(), i));
      }
    }
  };
  for (const auto& each : proto_.graph().input()) {
    add(each, true);
  }
  for (const auto& each : proto_.graph().value_info()) {
    add(each, false);
  }
  for (const auto& each : proto_.graph().output()) {
    add(each, false);
  }
}

void Importer::check_dims() const {
  for (const auto& [name, size] : options_.dims) {
    if (!symbols_.contains(name)) {
      const std::vector<std::string> known(symbols_.begin(), symbols_.end());
      fail(unknown_name_message("symbolic dimension", name, known));
    }
    if (size < 1 || size > kLargestDimension) {
      fail(fmt::format("dimension {} is given as {}, expected 1 to {}", printable(name), size,
                       kLargestDimension));
    }
  }
}

std::optional<Shape> Importer::stored_shape(const pb::TypeProto& type) const {
  const pb::TensorShapeProto* proto = shape_of(type);
  if (proto == nullptr) {
    return std::nullopt;
  }
  Shape shape;
  for (const auto& dim : proto->dim()) {
    if (dim.has_dim_value() && dim.dim_value() >= 0) {
      shape.push_back(dim.dim_value());
    } else if (const auto size = options_.dims.find(dim.dim_param()); size != options_.dims.end()) {
      shape.push_back(size->second);
    } else {
      return std::nullopt;
    }
  }
  check_shape(shape);
  return shape;
}

const pb::TypeProto* Importer::stored_type(const Scope& scope, const std::string& name) const {
  const auto found = scope.stored.find(name);
  return found == scope.stored.end() ? nullptr : found->second;
}

void Importer::add_inputs(Scope& scope) {
  for (const pb::ValueInfoProto& input : proto_.graph().input()) {
    if (scope.names.contains(input.name())) {
      if (model_.values[scope.names.at(input.name())].is_constant) {
        continue;  // an initializer's default
      }
      fail(fmt::format("input \"{}\" is given twice", printable(input.name())));
    }
    Value value;
    value.name = input.name();
    value.type = element_type_of(input.type());
    std::string asked;
    if (const pb::TensorShapeProto* proto = shape_of(input.type())) {
      Shape shape;
      std::string text;
      for (int i = 0; i < proto->dim_size(); ++i) {
        const auto& dim = proto->dim(i);
        if (dim.has_dim_value() && dim.dim_value() < -1) {
          fail(fmt::format("input \"{}\": dimension {} is negative", printable(input.name()),
                           dim.dim_value()));
        }
        const std::string symbol =
            dim.dim_param().empty() ? fmt::format("{}.{}", input.name(), i) : dim.dim_param();
        const auto given = options_.dims.find(symbol);
        text += i == 0 ? "" : ", ";
        if (dim.has_dim_value() && dim.dim_value() >= 0) {
          shape.push_back(dim.dim_value());
          text += std::to_string(dim.dim_value());
        } else if (given != options_.dims.end()) {
          shape.push_back(given->second);
          text += std::to_string(given->second);
        } else {
          open_symbols_.insert(symbol);
          asked += fmt::format(" --dim {}=N", printable(symbol));
          text += dim.dim_param().empty() ? "?" : printable(dim.dim_param());
        }
      }
      if (asked.empty()) {
        check_shape(shape);
        value.shape = std::move(shape);
      } else {
        asked = fmt::format("input \"{}\" is [{}]: give{}", printable(input.name()), text, asked);
      }
    } else {
      asked = fmt::format("input \"{}\" has no shape", printable(input.name()));
    }
    const ValueId id = add_value(std::move(value));
    scope.names[input.name()] = id;
    model_.inputs.push_back(id);
    if (!asked.empty()) {
      open_inputs_.emplace_back(id, asked);
    }
  }
}

void Importer::add_initializers(const pb::GraphProto& graph, Scope& scope) {
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

std::optional<ValueId> Importer::find(const Scope& scope, const std::string& name) const {
  for (const Scope* each = &scope; each != nullptr; each = each->parent) {
    if (const auto found = each->names.find(name); found != each->names.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

ValueId Importer::add_value(Value value) {
  if (value.data) {
    const auto size = static_cast<std::int64_t>(
        std::visit([](const auto& list) { return list.size(); }, *value.data));
    if (folded_elements_ + size > kMostFoldedElements && size > 64) {
      value.data.reset();
    } else {
      folded_elements_ += size;
    }
  }
  return model_.values.push_back(std::move(value));
}

ValueId Importer::add_constant(std::string name, Shape shape, ConstantData data, ElementType type) {
  return add_value({std::move(name), type, std::move(shape), true, std::move(data)});
}

void Importer::run_nodes(const Nodes& nodes, const std::vector<std::string>& inputs,
                         const std::vector<std::string>& outputs, Scope& scope) {
  auto order = orders_.find(&nodes);
  if (order == orders_.end()) {
    const auto is_outer = [&](const std::string& name) {
      return scope.parent != nullptr && find(*scope.parent, name).has_value();
    };
    order = orders_.emplace(&nodes, order_of(nodes, inputs, outputs, is_outer)).first;
    if (order->second.resorted) {
      note("the nodes are not in topological order; they were sorted");
    }
  }
  for (const int i : order->second.nodes) {
    run_node(nodes[i], scope);
  }
}

void Importer::run_node(const pb::NodeProto& proto, Scope& scope) {
  if (unrolling_ > 0 && ++unrolled_ > kMostUnrolledNodes) {
    fail_constant(fmt::format("{}: its loop unrolls to more than {} nodes", label_of(proto),
                              kMostUnrolledNodes));
  }
  if (scope.depth > 0 && ++inlined_ > kMostInlinedNodes) {
    fail_constant(fmt::format("{}: functions and control flow inline to more than {} nodes",
                              label_of(proto), kMostInlinedNodes));
  }
  std::string overload;
  for (int i = 0; i < proto.unknown_fields().field_count(); ++i) {
    const auto& field = proto.unknown_fields().field(i);
    if (field.number() == 8 &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      overload = field.length_delimited();
    }
  }
  const std::string domain = domain_of(proto.domain());
  const auto function = functions_.find(fmt::format("{}:{}:{}", domain, proto.op_type(), overload));
  if (function != functions_.end()) {
    run_function(*function->second, proto, scope);
  } else if (!domain.empty() || (!run_control_flow(proto, scope) && !run_sequence(proto, scope))) {
    run_operator(proto, scope);
  }
}

std::string Importer::unique_node_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !node_names_.insert(name).second; ++i) {
    name = fmt::format("{}_{}", wanted, i);
  }
  return name;
}

std::string Importer::known_symbols_hint() const {
  if (open_symbols_.empty()) {
    return "";
  }
  return fmt::format("; without a size: {} (give --dim NAME=N)", fmt::join(open_symbols_, ", "));
}

void Importer::check_shapes(const std::vector<bool>& node_lives) const {
  for (const auto& [id, asked] : open_inputs_) {
    const bool is_output =
        std::find(model_.outputs.begin(), model_.outputs.end(), id) != model_.outputs.end();
    bool read = is_output;
    for (std::size_t i = 0; i < model_.nodes.size() && !read; ++i) {
      const auto& inputs = model_.nodes[i].inputs;
      read = node_lives[i] && std::find(inputs.begin(), inputs.end(), id) != inputs.end();
    }
    if (read) {
      fail(asked);
    }
  }
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    if (node_lives[i] && !missing_[i].empty()) {
      fail(missing_[i]);
    }
  }
}

// Drops the nodes that no output needs, and the values that no node is left to touch.
Model Importer::finish(const std::vector<ValueId>& outputs) {
  model_.outputs = outputs;
  std::vector<bool> value_lives(model_.values.size(), false);
  for (const ValueId id : outputs) {
    if (sequences_.contains(static_cast<std::uint32_t>(id.index()))) {
      fail(fmt::format("output \"{}\" is a sequence", printable(model_.values[id].name)));
    }
    value_lives[id.index()] = true;
  }
  std::vector<bool> node_lives(model_.nodes.size(), false);
  for (std::size_t i = model_.nodes.size(); i-- > 0;) {
    const Node& node = model_.nodes[i];
    node_lives[i] = std::any_of(node.outputs.begin(), node.outputs.end(),
                                [&](const auto& id) { return id && value_lives[id->index()]; });
    for (const auto& id : node.inputs) {
      if (node_lives[i] && id) {
        value_lives[id->index()] = true;
      }
    }
  }
  check_shapes(node_lives);
  std::size_t next = 0;
  std::erase_if(model_.nodes, [&](const Node& /*node*/) { return !node_lives[next++]; });
  for (const Node& node : model_.nodes) {
    for (const auto& id : node.outputs) {
      if (id) {
        value_lives[id->index()] = true;
      }
    }
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
