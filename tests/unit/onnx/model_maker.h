// SPDX-License-Identifier: Apache-2.0
// Makes models as reading leaves them: every value has a type and a shape, which the caller knows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/model/model.h"

namespace memplace::onnx::test {

using Attributes = std::map<std::string, Attribute, std::less<>>;
using Ints = std::vector<std::int64_t>;

class ModelMaker {
 public:
  explicit ModelMaker(std::string name = "net") { model_.name = std::move(name); }

  ValueId value(const std::string& name, Shape shape, ElementType type = ElementType::kFloat) {
    Value value;
    value.name = name;
    value.type = type;
    value.shape = std::move(shape);
    return model_.values.push_back(std::move(value));
  }
  ValueId input(const std::string& name, Shape shape, ElementType type = ElementType::kFloat) {
    model_.inputs.push_back(value(name, std::move(shape), type));
    return model_.inputs.back();
  }
  ValueId constant(const std::string& name, Shape shape, ElementType type = ElementType::kFloat) {
    const ValueId id = value(name, std::move(shape), type);
    model_.values[id].is_constant = true;
    return id;
  }
  ValueId number(double number) {
    const ValueId id = constant("number", {});
    model_.values[id].data = std::vector<double>{number};
    return id;
  }
  ValueId integers(Ints data) {
    const ValueId id =
        constant("integers", {static_cast<std::int64_t>(data.size())}, ElementType::kInt64);
    model_.values[id].data = std::move(data);
    return id;
  }
  ValueId index(std::int64_t at) {
    const ValueId id = constant("index", {}, ElementType::kInt64);
    model_.values[id].data = Ints{at};
    return id;
  }

  // Adds a node of the standard with one result; "domain:Type" is of another domain.
  ValueId node(const std::string& op_type, std::vector<std::optional<ValueId>> inputs, Shape shape,
               Attributes attributes = {}, const std::string& name = "",
               ElementType type = ElementType::kFloat) {
    const std::size_t colon = op_type.find(':');
    Node node;
    node.op_type = colon == std::string::npos ? op_type : op_type.substr(colon + 1);
    node.domain = colon == std::string::npos ? "" : op_type.substr(0, colon);
    node.name = name.empty() ? node.op_type + "_" + std::to_string(model_.nodes.size()) : name;
    node.version = 17;
    node.inputs = std::move(inputs);
    node.attributes = std::move(attributes);
    const ValueId out = value(node.name + "_output_0", std::move(shape), type);
    node.outputs = {out};
    model_.nodes.push_back(std::move(node));
    return out;
  }
  void output(ValueId id) { model_.outputs.push_back(id); }

  Shape shape(ValueId id) const { return *model_.values[id].shape; }
  Model& model() { return model_; }
  Node& last() { return model_.nodes.back(); }

  // The network, and what the conversion says of it.
  Graph convert(DType dtype = DType::kInt8, bool allow_unknown = false) {
    notes.clear();
    return memplace::onnx::convert(model_, {.dtype = dtype, .allow_unknown = allow_unknown}, notes);
  }
  std::vector<std::string> notes;

 private:
  Model model_;
};

// The kinds of a network's ops in order, with a space between them.
inline std::string kinds(const Graph& graph) {
  std::string text;
  for (const OpId id : graph.ops()) {
    text += (text.empty() ? "" : " ") + graph.op(id).kind;
  }
  return text;
}

}  // namespace memplace::onnx::test
