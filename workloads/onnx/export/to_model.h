// SPDX-License-Identifier: Apache-2.0
// Builds the model of an export, node by node. Private to the export.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workloads/onnx/export/export.h"
#include "workloads/onnx/model/names.h"

namespace memplace::onnx {

// Values and nodes of the model under construction, found by the tensors they stand for.
class ModelWriter {
 public:
  explicit ModelWriter(const Graph& graph);

  const Graph& graph() const { return graph_; }
  DType dtype() const { return dtype_; }

  // The value of an input or activation.
  ValueId value(TensorId tensor) const { return *values_[tensor]; }
  ValueId add_value(const std::string& name, Shape shape, ElementType type = ElementType::kFloat);
  ValueId constant(const std::string& name, Shape shape, ElementType type = ElementType::kFloat);
  // The constant of a weights tensor, the same for all that share it. Its shape is the tensor's.
  ValueId weights(TensorId tensor);
  ValueId number(const std::string& name, double value);
  ValueId integers(const std::string& name, std::vector<std::int64_t> values, bool scalar = false);
  void add_node(const std::string& name, const std::string& op_type, std::vector<ValueId> inputs,
                std::vector<ValueId> outputs,
                std::map<std::string, Attribute, std::less<>> attributes = {},
                const std::string& domain = "");
  // A node with one new result.
  ValueId compute(const std::string& name, const std::string& op_type, std::vector<ValueId> inputs,
                  Shape shape, std::map<std::string, Attribute, std::less<>> attributes = {});
  ValueId reshape(const std::string& name, ValueId from, const Shape& to);
  // As reshape(), into a value that exists.
  void reshape_into(const std::string& name, ValueId from, ValueId to);
  const Shape& shape(ValueId id) const { return *model_.values[id].shape; }

  Model finish() { return std::move(model_); }

 private:
  const Graph& graph_;
  DType dtype_;
  Model model_;
  Names value_names_;
  Names node_names_;
  IdVector<TensorId, std::optional<ValueId>> values_;
};

// Writes the op with operators of the standard, or returns false and writes nothing.
bool write_standard(ModelWriter& writer, const Op& op);
// Writes it as the operator of ours.
void write_exact(ModelWriter& writer, const Op& op);

}  // namespace memplace::onnx
