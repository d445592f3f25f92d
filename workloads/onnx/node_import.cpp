// SPDX-License-Identifier: Apache-2.0
// One operator: its attributes, shapes, and whether it folds.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/element_types.h"
#include "workloads/onnx/importer.h"
#include "workloads/onnx/library_inference.h"
#include "workloads/onnx/operators.h"
#include "workloads/onnx/tensor_value.h"

namespace memplace::onnx {
namespace {

using Tensors = std::map<std::string, Value, std::less<>>;

std::optional<Attribute> plain_attribute(const pb::AttributeProto& proto) {
  using A = pb::AttributeProto;
  const A::AttributeType type = proto.has_type()           ? proto.type()
                                : proto.has_f()            ? A::FLOAT
                                : proto.has_i()            ? A::INT
                                : proto.has_s()            ? A::STRING
                                : proto.floats_size() > 0  ? A::FLOATS
                                : proto.ints_size() > 0    ? A::INTS
                                : proto.strings_size() > 0 ? A::STRINGS
                                                           : A::UNDEFINED;
  switch (type) {
    case A::FLOAT:
      return static_cast<double>(proto.f());
    case A::INT:
      return proto.i();
    case A::STRING:
      return proto.s();
    case A::FLOATS:
      return std::vector<double>(proto.floats().begin(), proto.floats().end());
    case A::INTS:
      return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case A::STRINGS:
      return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    default:
      return std::nullopt;
  }
}

// Operators that are never constant: random ones, and those of quantisation, whose constants show
// the type that a tensor is stored in.
bool never_folds(const std::string& op_type) {
  static constexpr std::array<std::string_view, 9> kOperators{
      "RandomNormal", "RandomNormalLike", "RandomUniform",    "RandomUniformLike",    "Multinomial",
      "Bernoulli",    "QuantizeLinear",   "DequantizeLinear", "DynamicQuantizeLinear"};
  return std::find(kOperators.begin(), kOperators.end(), op_type) != kOperators.end();
}

std::int64_t elements_of(const Value& value) {
  // Clamped, so that sums of many cannot overflow.
  return value.shape ? std::min(element_count(*value.shape), kLargestDimension) : 0;
}

}  // namespace

std::vector<std::optional<ValueId>> Importer::inputs_of(const pb::NodeProto& proto,
                                                        const Scope& scope,
                                                        bool allow_sequences) const {
  const auto is_left_out = [&](const std::string& name) {
    for (const Scope* each = &scope; each != nullptr; each = each->parent) {
      if (each->left_out.contains(name)) {
        return true;
      }
    }
    return false;
  };
  std::vector<std::optional<ValueId>> result;
  for (const std::string& name : proto.input()) {
    result.push_back(name.empty() ? std::nullopt : find(scope, name));
    if (!name.empty() && !result.back() && !is_left_out(name)) {
      fail(fmt::format("{}: its input \"{}\" is not defined", label_of(proto), printable(name)));
    }
    if (!allow_sequences && result.back() &&
        sequences_.contains(static_cast<std::uint32_t>(result.back()->index()))) {
      fail(fmt::format("{}: its input \"{}\" is a sequence", label_of(proto), printable(name)));
    }
  }
  while (!result.empty() && !result.back()) {
    result.pop_back();
  }
  return result;
}

// With references to the attributes of a function's call resolved.
Importer::Attributes Importer::attributes_of(const pb::NodeProto& proto, const Scope& scope) const {
  Attributes result;
  for (const pb::AttributeProto& attribute : proto.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      result[attribute.name()] = attribute;
    } else if (scope.arguments != nullptr) {
      const auto argument = scope.arguments->find(attribute.ref_attr_name());
      if (argument != scope.arguments->end()) {
        result[attribute.name()] = argument->second;
        result[attribute.name()].set_name(attribute.name());
      }
    }
  }
  return result;
}

std::int64_t Importer::version_of(const pb::NodeProto& proto, const std::string& domain,
                                  const Scope& scope) const {
  const auto found = scope.opsets->find(domain);
  if (found == scope.opsets->end() && domain.empty()) {
    fail(fmt::format("{}: the standard domain is not imported", label_of(proto)));
  }
  return found == scope.opsets->end() ? 1 : found->second;
}

void Importer::run_operator(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  Node node;
  node.op_type = proto.op_type();
  node.domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  node.version = version_of(proto, node.domain, scope);
  node.inputs = inputs_of(proto, scope);
  const int index = op_counts_[node.op_type]++;
  node.name = unique_node_name(proto.name().empty()
                                   ? fmt::format("{}{}_{}", scope.prefix, node.op_type, index)
                                   : scope.prefix + proto.name());
  node.outputs.resize(static_cast<std::size_t>(proto.output_size()));
  const Attributes attributes = attributes_of(proto, scope);
  Tensors tensors;
  for (const auto& [name, attribute] : attributes) {
    if (auto plain = plain_attribute(attribute)) {
      node.attributes.emplace(name, std::move(*plain));
    } else if (attribute.has_t()) {
      try {
        tensors.emplace(name, value_of(attribute.t()));
      } catch (const Malformed& error) {
        fail(fmt::format("{}: attribute \"{}\": {}", label, printable(name), error.reason));
      }
    } else if (attribute.has_sparse_tensor()) {
      const auto& sparse = attribute.sparse_tensor();
      Value& value = tensors[name];
      value.type = element_type(sparse.values().data_type());
      value.shape.emplace(sparse.dims().begin(), sparse.dims().end());
    }
  }
  if (const auto sparse = tensors.find("sparse_value"); sparse != tensors.end()) {
    tensors.emplace("value", sparse->second);
  }
  try {
    modernize(node);
  } catch (const Malformed& error) {
    fail(fmt::format("{}: {}", label, error.reason));
  }
  std::vector<const Value*> inputs;
  for (const auto& id : node.inputs) {
    inputs.push_back(id ? &model_.values[*id] : nullptr);
  }
  Inference inference(node, std::move(inputs), tensors);
  std::string reason;
  infer(inference, attributes, label, reason);
  use_stored_shapes(inference, proto, scope, label);
  std::vector<std::string> names;
  for (const std::string& name : proto.output()) {
    names.push_back(name.empty() ? "" : scope.prefix + name);
  }
  const std::size_t first = model_.values.size();
  emit(node, inference, names, label, reason);
  std::size_t next = first;
  for (const std::string& name : proto.output()) {
    if (!name.empty()) {
      scope.names[name] = ValueId(next++);
    }
  }
}

void Importer::infer(Inference& inference, const Attributes& attributes, const std::string& label,
                     std::string& reason) const try {
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

void Importer::use_stored_shapes(Inference& inference, const pb::NodeProto& proto,
                                 const Scope& scope, const std::string& label) const {
  const Node& node = inference.node();
  const bool own_rule = find_shape_rule(node.domain, node.op_type) != nullptr;
  for (std::size_t i = 0; i < inference.output_count(); ++i) {
    OutputInfo& output = inference.outputs()[i];
    const pb::TypeProto* stored = stored_type(scope, proto.output(static_cast<int>(i)));
    if (stored == nullptr) {
      continue;
    }
    if (output.type == ElementType::kUndefined) {
      output.type = element_type(stored->tensor_type().elem_type());
    }
    std::optional<Shape> shape = stored_shape(*stored);
    if (shape && output.shape && *shape != *output.shape) {
      note(fmt::format("{}: the file stores {} for \"{}\", its inputs give {}; the {} is used",
                       label, to_string(*shape), printable(proto.output(static_cast<int>(i))),
                       to_string(*output.shape), own_rule ? "latter" : "former"));
    }
    if (shape && !(output.shape && own_rule)) {
      output.shape = std::move(shape);
    }
  }
  const bool nothing_known =
      std::none_of(inference.outputs().begin(), inference.outputs().end(),
                   [](const OutputInfo& output) { return output.shape.has_value(); });
  if (nothing_known && options_.allow_unknown && !own_rule && !library_knows(node) &&
      inference.has(0) && inference.input(0).shape) {
    for (OutputInfo& output : inference.outputs()) {
      output.type = inference.type(0);
      output.shape = inference.shape(0);
    }
    note(
        fmt::format("{}: the operator is not known; its outputs are taken to be like its first "
                    "input, {}",
                    label, to_string(inference.shape(0))));
  }
}

void Importer::emit(Node node, Inference& inference, const std::vector<std::string>& output_names,
                    const std::string& label, const std::string& reason) {
  bool constant_inputs = !never_folds(node.op_type) && node.domain.empty();
  bool data_inputs = constant_inputs;
  std::int64_t input_elements = 0;
  for (std::size_t i = 0; i < inference.input_count(); ++i) {
    if (inference.has(i)) {
      constant_inputs = constant_inputs && inference.input(i).is_constant;
      data_inputs = data_inputs && inference.input(i).data.has_value();
      input_elements += elements_of(inference.input(i));
    }
  }
  auto& outputs = inference.outputs();
  std::int64_t output_elements = 0;
  bool shaped = true;
  for (const OutputInfo& output : outputs) {
    shaped = shaped && output.shape.has_value();
    output_elements += output.shape ? std::min(element_count(*output.shape), kLargestDimension) : 0;
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
    if (output.data && (!output.shape || static_cast<std::int64_t>(std::visit(
                                             [](const auto& list) { return list.size(); },
                                             *output.data)) != element_count(*output.shape))) {
      output.data.reset();
    }
    has_data = has_data && output.data.has_value();
  }
  // A constant that grows without its data known is computed, not stored; ConstantOfShape stands
  // for weights in stripped files.
  const bool grows = output_elements > input_elements && node.op_type != "Constant" &&
                     node.op_type != "ConstantOfShape";
  const bool constant = has_data || (constant_inputs && shaped && !grows);
  bool missing = false;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (output_names[i].empty()) {
      continue;
    }
    if (!outputs[i].shape && !missing) {
      missing = true;
      missing_.resize(model_.nodes.size());
      missing_.push_back(fmt::format(
          "{}: the shape of its output \"{}\" is not known: {}{}", label,
          printable(output_names[i]),
          reason.empty() ? "neither a rule nor the file says it" : reason, known_symbols_hint()));
      if (!first_missing_) {
        first_missing_ = missing_.back();
      }
    }
    Value value{output_names[i], outputs[i].type, std::move(outputs[i].shape), constant,
                std::move(outputs[i].data)};
    if (constant && i == 0 && !node.inputs.empty() && rearranges(node.op_type)) {
      value.source = model_.values[*node.inputs[0]].source.value_or(*node.inputs[0]);
    }
    node.outputs[i] = add_value(std::move(value));
  }
  if (!constant) {
    model_.nodes.push_back(std::move(node));
  }
  missing_.resize(model_.nodes.size());
}

ValueId Importer::make_node(std::string_view op_type, const std::string& name,
                            std::vector<ValueId> inputs,
                            std::map<std::string, Attribute, std::less<>> attributes) {
  Node node;
  node.op_type = op_type;
  node.version = 17;
  node.name = unique_node_name(name);
  node.inputs.assign(inputs.begin(), inputs.end());
  node.outputs.resize(1);
  node.attributes = std::move(attributes);
  std::vector<const Value*> values;
  values.reserve(inputs.size());
  for (const ValueId id : inputs) {
    values.push_back(&model_.values[id]);
  }
  const Tensors no_tensors;
  Inference inference(node, std::move(values), no_tensors);
  const std::string label = fmt::format("node \"{}\" ({})", printable(name), op_type);
  std::string reason;
  infer(inference, {}, label, reason);
  const ValueId result(model_.values.size());
  emit(node, inference, {name}, label, reason);
  return result;
}

}  // namespace memplace::onnx
