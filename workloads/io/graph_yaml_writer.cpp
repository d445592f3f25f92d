// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

using YAML::BeginMap;
using YAML::BeginSeq;
using YAML::EndMap;
using YAML::EndSeq;
using YAML::Flow;
using YAML::Key;
using YAML::Value;

// A name, quoted with escapes where it has characters that cannot be seen.
void write_name(YAML::Emitter& out, const std::string& name) {
  if (printable(name) == name) {
    out << name;
  } else {
    out << YAML::DoubleQuoted << YAML::EscapeNonAscii << name;
  }
}

// Nothing for an empty list.
void write_texts(YAML::Emitter& out, const char* key, std::span<const std::string> texts) {
  if (texts.empty()) {
    return;
  }
  out << Key << key << Value << Flow << BeginSeq;
  for (const std::string& text : texts) {
    write_name(out, text);
  }
  out << EndSeq;
}

void write_number(YAML::Emitter& out, const char* key, std::int64_t value) {
  out << Key << key << Value << value;
}

void write_unless(YAML::Emitter& out, const char* key, std::int64_t value, std::int64_t fallback) {
  if (value != fallback) {
    write_number(out, key, value);
  }
}

// The entries of a tensor's definition, inside a map.
void write_tensor(YAML::Emitter& out, const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.tensor(id);
  out << Key << "name" << Value;
  write_name(out, tensor.name);
  out << Key << "dtype" << Value << std::string(name_of(tensor.dtype));
  if (!tensor.shape.empty()) {
    out << Key << "shape" << Value << Flow << BeginSeq;
    for (const std::int64_t extent : tensor.shape) {
      out << extent;
    }
    out << EndSeq;
  }
  out << Key << "bytes" << Value << format(tensor.bytes);
  if (tensor.kind == TensorKind::kWeights) {
    write_number(out, "parameters", tensor.parameters);
  }
  write_texts(out, "origin", graph.origin(id));
}

void write_operand(YAML::Emitter& out, const Graph& graph, const Operand& operand) {
  const Tensor& tensor = graph.tensor(operand.tensor);
  if (operand.bytes == tensor.bytes) {
    write_name(out, tensor.name);
    return;
  }
  out << Flow << BeginMap << Key << "tensor" << Value;
  write_name(out, tensor.name);
  out << Key << "bytes" << Value << format(operand.bytes) << EndMap;
}

void write_work(YAML::Emitter& out, const Work& work) {
  if (std::holds_alternative<NoWork>(work)) {
    out << "view";
    return;
  }
  out << Flow << BeginMap;
  if (const auto* grid = std::get_if<GridWork>(&work)) {
    out << Key << "grid" << Value << Flow << BeginMap;
    write_unless(out, "batch", grid->batch, 1);
    write_number(out, "positions", grid->positions);
    write_number(out, "out_channels", grid->out_channels);
    write_number(out, "in_channels", grid->in_channels);
    write_unless(out, "kernel", grid->kernel, 1);
  } else {
    const auto& vector = std::get<VectorWork>(work);
    out << Key << "vector" << Value << Flow << BeginMap;
    out << Key << "kind" << Value << std::string(name_of(vector.kind));
    write_number(out, "elements", vector.elements);
  }
  out << EndMap << EndMap;
}

void write_window(YAML::Emitter& out, const Window& window) {
  out << Flow << BeginMap << Key << "kernel" << Value << Flow << BeginSeq;
  out << window.kernel_height << window.kernel_width << EndSeq;
  write_unless(out, "stride", window.stride, 1);
  write_unless(out, "padding", window.padding, 0);
  write_unless(out, "dilation", window.dilation, 1);
  write_unless(out, "groups", window.groups, 1);
  out << EndMap;
}

void write_weights(YAML::Emitter& out, const Graph& graph, OpId op, const Operand& weights) {
  if (graph.consumers(weights.tensor).front() != op) {
    write_operand(out, graph, weights);
    return;
  }
  const Tensor& tensor = graph.tensor(weights.tensor);
  out << Flow << BeginMap;
  write_tensor(out, graph, weights.tensor);
  if (weights.bytes != tensor.bytes) {
    out << Key << "read" << Value << format(weights.bytes);
  }
  out << EndMap;
}

void write_op(YAML::Emitter& out, const Graph& graph, OpId id) {
  const Op& op = graph.op(id);
  out << BeginMap;
  out << Key << "name" << Value;
  write_name(out, op.name);
  out << Key << "kind" << Value;
  write_name(out, op.kind);
  write_texts(out, "origin", graph.origin(id));
  out << Key << "work" << Value;
  write_work(out, op.work);
  if (op.window.has_value()) {
    out << Key << "window" << Value;
    write_window(out, *op.window);
  }
  if (!op.inputs.empty()) {
    out << Key << "inputs" << Value << Flow << BeginSeq;
    for (const Operand& input : op.inputs) {
      write_operand(out, graph, input);
    }
    out << EndSeq;
  }
  if (op.weights.has_value()) {
    out << Key << "weights" << Value;
    write_weights(out, graph, id, *op.weights);
  }
  out << Key << "outputs" << Value << Flow << BeginSeq;
  for (const TensorId output : op.outputs) {
    out << Flow << BeginMap;
    write_tensor(out, graph, output);
    out << EndMap;
  }
  out << EndSeq << EndMap;
}

}  // namespace

std::string write_graph_yaml(const Graph& graph) {
  YAML::Emitter out;
  out << BeginMap << Key << "graph" << Value;
  write_name(out, graph.name());
  write_texts(out, "warnings", graph.warnings());
  out << Key << "inputs" << Value << BeginSeq;
  for (const TensorId id : graph.tensors()) {
    if (graph.tensor(id).kind == TensorKind::kInput) {
      out << Flow << BeginMap;
      write_tensor(out, graph, id);
      out << EndMap;
    }
  }
  out << EndSeq << Key << "ops" << Value << BeginSeq;
  for (const OpId id : graph.ops()) {
    write_op(out, graph, id);
  }
  out << EndSeq << Key << "outputs" << Value << Flow << BeginSeq;
  for (const TensorId id : graph.tensors()) {
    if (graph.tensor(id).graph_output) {
      write_name(out, graph.tensor(id).name);
    }
  }
  out << EndSeq << EndMap;
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace memplace
