// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/export/to_model.h"

#include <algorithm>
#include <string_view>

#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/model/exported_op.h"

namespace memplace::onnx {
namespace {

bool is_network_type(DType type) {
  return type == DType::kInt8 || type == DType::kFp16 || type == DType::kFp32;
}

ElementType element_type(DType type, DType network) {
  if (type == network) {
    return ElementType::kFloat;
  }
  switch (type) {
    case DType::kInt8:
      return ElementType::kInt8;
    case DType::kInt32:
      return ElementType::kInt32;
    case DType::kInt64:
      return ElementType::kInt64;
    default:
      return ElementType::kFloat;
  }
}

bool same_operand(const Graph& a, const Operand& x, const Graph& b, const Operand& y) {
  const Tensor& p = a.tensor(x.tensor);
  const Tensor& q = b.tensor(y.tensor);
  return x.bytes == y.bytes && p.bytes == q.bytes && p.dtype == q.dtype && p.kind == q.kind &&
         p.parameters == q.parameters && a.producer(x.tensor) == b.producer(y.tensor);
}

// Whether two ops are the same to every simulator and in every report but for names.
bool same_op(const Graph& a, const Op& x, const Graph& b, const Op& y) {
  const auto operand = [&](const Operand& p, const Operand& q) { return same_operand(a, p, b, q); };
  const auto output = [&](TensorId p, TensorId q) {
    return a.tensor(p).bytes == b.tensor(q).bytes && a.tensor(p).dtype == b.tensor(q).dtype &&
           a.tensor(p).graph_output == b.tensor(q).graph_output;
  };
  if (x.weights.has_value() != y.weights.has_value() ||
      (x.weights.has_value() && !operand(*x.weights, *y.weights))) {
    return false;
  }
  return x.kind == y.kind && x.work == y.work &&
         std::equal(x.inputs.begin(), x.inputs.end(), y.inputs.begin(), y.inputs.end(), operand) &&
         std::equal(x.outputs.begin(), x.outputs.end(), y.outputs.begin(), y.outputs.end(), output);
}

Model write(const Graph& graph, const std::vector<bool>& exact) {
  ModelWriter writer(graph);
  for (const OpId id : graph.ops()) {
    if (exact[id.index()] || !write_standard(writer, graph.op(id))) {
      write_exact(writer, graph.op(id));
    }
  }
  return writer.finish();
}

// Marks the ops that did not come back; ops are matched by name, and where something else took an
// op's place, so are the ops that write what it reads. Returns whether all came back.
bool compare(const Graph& graph, const Model& model, std::vector<bool>& exact) {
  std::vector<std::string> notes;
  const Graph back = convert(model, {.dtype = network_type(graph), .allow_unknown = false}, notes);
  if (back.ops().size() == graph.ops().size()) {
    bool same = true;
    for (const OpId id : graph.ops()) {
      if (!same_op(graph, graph.op(id), back, back.op(id))) {
        exact[id.index()] = true;
        same = false;
      }
    }
    return same && graph.totals() == back.totals();
  }
  for (const OpId id : graph.ops()) {
    if (!back.find_op(graph.op(id).name).has_value()) {
      exact[id.index()] = true;
      for (const OpId before : graph.predecessors(id)) {
        exact[before.index()] = true;
      }
    }
  }
  return false;
}

std::string type_names(const std::vector<DType>& types) {
  std::string text;
  for (const DType type : types) {
    text += text.empty() ? "" : " ";
    text += name_of(type);
  }
  return text;
}

}  // namespace

DType network_type(const Graph& graph) {
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    if (op.weights.has_value() && std::holds_alternative<GridWork>(op.work) &&
        is_network_type(graph.tensor(op.weights->tensor).dtype)) {
      return graph.tensor(op.weights->tensor).dtype;
    }
  }
  for (const TensorId id : graph.tensors()) {
    if (graph.tensor(id).kind == TensorKind::kActivation &&
        is_network_type(graph.tensor(id).dtype)) {
      return graph.tensor(id).dtype;
    }
  }
  return DType::kInt8;
}

ModelWriter::ModelWriter(const Graph& graph)
    : graph_(graph), dtype_(network_type(graph)), values_(graph.tensors().size()) {
  model_.name = graph.name();
  for (const TensorId id : graph.tensors()) {
    const Tensor& tensor = graph.tensor(id);
    if (tensor.kind == TensorKind::kWeights) {
      continue;
    }
    values_[id] = add_value(tensor.name, tensor.shape, element_type(tensor.dtype, dtype_));
    if (tensor.kind == TensorKind::kInput) {
      model_.inputs.push_back(*values_[id]);
    }
    if (tensor.graph_output) {
      model_.outputs.push_back(*values_[id]);
    }
  }
}

ValueId ModelWriter::add_value(const std::string& name, Shape shape, ElementType type) {
  Value value;
  value.name = value_names_.unique(name);
  value.type = type;
  value.shape = std::move(shape);
  return model_.values.push_back(std::move(value));
}

ValueId ModelWriter::constant(const std::string& name, Shape shape, ElementType type) {
  const ValueId id = add_value(name, std::move(shape), type);
  model_.values[id].is_constant = true;
  return id;
}

ValueId ModelWriter::weights(TensorId tensor) {
  if (!values_[tensor].has_value()) {
    values_[tensor] = constant(graph_.tensor(tensor).name, graph_.tensor(tensor).shape);
  }
  return *values_[tensor];
}

ValueId ModelWriter::number(const std::string& name, double value) {
  const ValueId id = constant(name, {});
  model_.values[id].data = std::vector<double>{value};
  return id;
}

ValueId ModelWriter::integers(const std::string& name, std::vector<std::int64_t> values,
                              bool scalar) {
  Shape shape;
  if (!scalar) {
    shape.push_back(static_cast<std::int64_t>(values.size()));
  }
  const ValueId id = constant(name, std::move(shape), ElementType::kInt64);
  model_.values[id].data = std::move(values);
  return id;
}

void ModelWriter::add_node(const std::string& name, const std::string& op_type,
                           std::vector<ValueId> inputs, std::vector<ValueId> outputs,
                           std::map<std::string, Attribute, std::less<>> attributes,
                           const std::string& domain) {
  Node node;
  node.name = node_names_.unique(name);
  node.op_type = op_type;
  node.domain = domain;
  node.version = domain.empty() ? 17 : 1;
  node.inputs.assign(inputs.begin(), inputs.end());
  node.outputs.assign(outputs.begin(), outputs.end());
  node.attributes = std::move(attributes);
  model_.nodes.push_back(std::move(node));
}

ValueId ModelWriter::compute(const std::string& name, const std::string& op_type,
                             std::vector<ValueId> inputs, Shape shape,
                             std::map<std::string, Attribute, std::less<>> attributes) {
  const ValueId out = add_value(name + ".value", std::move(shape));
  add_node(name, op_type, std::move(inputs), {out}, std::move(attributes));
  return out;
}

ValueId ModelWriter::reshape(const std::string& name, ValueId from, const Shape& to) {
  if (shape(from) == to) {
    return from;
  }
  const ValueId out = add_value(name + ".value", to);
  reshape_into(name, from, out);
  return out;
}

void ModelWriter::reshape_into(const std::string& name, ValueId from, ValueId to) {
  const ValueId extents = integers(name + ".shape", shape(to));
  add_node(name, "Reshape", {from, extents}, {to});
}

void write_exact(ModelWriter& writer, const Op& op) {
  const Graph& graph = writer.graph();
  std::map<std::string, Attribute, std::less<>> attributes;
  const auto put = [&](std::string_view name, Attribute value) {
    attributes.insert_or_assign(std::string(name), std::move(value));
  };
  put(kKindAttribute, op.kind);
  if (const auto* grid = std::get_if<GridWork>(&op.work)) {
    put(kWorkAttribute, std::string(kGridWork));
    put(kSizesAttribute, std::vector<std::int64_t>{grid->batch, grid->positions, grid->out_channels,
                                                   grid->in_channels, grid->kernel});
  } else if (const auto* vector = std::get_if<VectorWork>(&op.work)) {
    put(kWorkAttribute, std::string(name_of(vector->kind)));
    put(kSizesAttribute, std::vector<std::int64_t>{vector->elements});
  } else {
    put(kWorkAttribute, std::string(kNoWork));
  }
  std::vector<ValueId> inputs;
  std::vector<std::int64_t> reads;
  std::vector<std::int64_t> sizes;
  std::vector<DType> types;
  for (const Operand& operand : op.inputs) {
    inputs.push_back(writer.value(operand.tensor));
    reads.push_back(operand.bytes.count());
    sizes.push_back(graph.tensor(operand.tensor).bytes.count());
    types.push_back(graph.tensor(operand.tensor).dtype);
  }
  // A list without elements could not be told from other empty lists in a file.
  if (!inputs.empty()) {
    put(kReadsAttribute, reads);
    put(kInputBytesAttribute, sizes);
    put(kInputTypesAttribute, type_names(types));
  }
  if (op.weights.has_value()) {
    const Tensor& weights = graph.tensor(op.weights->tensor);
    inputs.push_back(writer.weights(op.weights->tensor));
    put(kWeightsAttribute, std::vector<std::int64_t>{weights.bytes.count(), weights.parameters,
                                                     op.weights->bytes.count()});
    put(kWeightsTypeAttribute, std::string(name_of(weights.dtype)));
  }
  std::vector<ValueId> outputs;
  std::vector<std::int64_t> written;
  types.clear();
  for (const TensorId output : op.outputs) {
    outputs.push_back(writer.value(output));
    written.push_back(graph.tensor(output).bytes.count());
    types.push_back(graph.tensor(output).dtype);
  }
  put(kOutputBytesAttribute, written);
  put(kOutputTypesAttribute, type_names(types));
  if (op.window.has_value()) {
    const Window& w = *op.window;
    put(kWindowAttribute, std::vector<std::int64_t>{w.kernel_height, w.kernel_width, w.stride,
                                                    w.padding, w.dilation, w.groups});
  }
  writer.add_node(op.name, std::string(kExportedOp), std::move(inputs), std::move(outputs),
                  std::move(attributes), std::string(kOwnDomain));
}

constexpr int kTries = 4;

Model to_model(const Graph& graph) {
  std::vector<bool> exact(graph.ops().size(), false);
  for (int i = 0; i < kTries; ++i) {
    Model model = write(graph, exact);
    if (compare(graph, model, exact)) {
      return model;
    }
  }
  exact.assign(graph.ops().size(), true);
  return write(graph, exact);
}

}  // namespace memplace::onnx
