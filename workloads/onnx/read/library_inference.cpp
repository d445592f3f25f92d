// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/library_inference.h"

#include <deque>
#include <exception>

#include <fmt/format.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/defs/schema.h>
#include <onnx/defs/shape_inference.h>
#pragma GCC diagnostic pop

#include "base/error.h"
#include "workloads/onnx/model/element_types.h"
#include "workloads/onnx/read/tensor_value.h"

namespace memplace::onnx {
namespace {

const pb::OpSchema* schema_of(const Node& node) {
  // The library registers opsets up to 17; later schemas of these operators did not change shapes.
  return pb::OpSchemaRegistry::Schema(node.op_type, static_cast<int>(node.version), node.domain);
}

using Attributes = std::map<std::string, pb::AttributeProto, std::less<>>;

class LibraryContext final : public pb::InferenceContext {
 public:
  LibraryContext(const Inference& inference, const Attributes& attributes)
      : attributes_(attributes), outputs_(inference.output_count()) {
    for (std::size_t i = 0; i < inference.input_count(); ++i) {
      types_.push_back(nullptr);
      data_.push_back(nullptr);
      if (inference.has(i) && inference.input(i).shape) {
        add_input(inference.input(i));
      }
    }
  }

  const pb::AttributeProto* getAttribute(const std::string& name) const override {
    const auto found = attributes_.find(name);
    return found == attributes_.end() ? nullptr : &found->second;
  }
  std::size_t getNumInputs() const override { return types_.size(); }
  const pb::TypeProto* getInputType(std::size_t i) const override { return types_.at(i); }
  const pb::TensorProto* getInputData(std::size_t i) const override { return data_.at(i); }
  std::size_t getNumOutputs() const override { return outputs_.size(); }
  pb::TypeProto* getOutputType(std::size_t i) override { return &outputs_.at(i); }
  pb::GraphInferencer* getGraphAttributeInferencer(const std::string& /*name*/) override {
    return nullptr;
  }
  const pb::SparseTensorProto* getInputSparseData(std::size_t /*i*/) const override {
    return nullptr;
  }
  const pb::TensorShapeProto* getSymbolicInput(std::size_t /*i*/) const override { return nullptr; }

 private:
  void add_input(const Value& value) {
    pb::TypeProto& type = type_storage_.emplace_back();
    type.mutable_tensor_type()->set_elem_type(data_type_of(value.type));
    pb::TensorShapeProto* shape = type.mutable_tensor_type()->mutable_shape();
    for (const std::int64_t dim : *value.shape) {
      shape->add_dim()->set_dim_value(dim);
    }
    types_.back() = &type;
    if (value.data) {
      to_proto(value, data_storage_.emplace_back());
      data_.back() = &data_storage_.back();
    }
  }

  const Attributes& attributes_;
  std::deque<pb::TypeProto> type_storage_;  // stable addresses
  std::deque<pb::TensorProto> data_storage_;
  std::vector<const pb::TypeProto*> types_;
  std::vector<const pb::TensorProto*> data_;
  std::vector<pb::TypeProto> outputs_;
};

std::optional<Shape> known_shape(const pb::TypeProto& type) {
  if (!type.has_tensor_type() || !type.tensor_type().has_shape()) {
    return std::nullopt;
  }
  Shape shape;
  for (const auto& dim : type.tensor_type().shape().dim()) {
    if (!dim.has_dim_value()) {
      return std::nullopt;
    }
    shape.push_back(dim.dim_value());
  }
  return shape;
}

// Counts and attribute types as the schema asks: its inference function relies on both.
void verify(const Inference& inference, const Attributes& attributes, const pb::OpSchema& schema) {
  pb::NodeProto node;
  node.set_name(inference.node().name);
  node.set_op_type(inference.node().op_type);
  node.set_domain(inference.node().domain);
  for (std::size_t i = 0; i < inference.input_count(); ++i) {
    node.add_input(inference.has(i) ? "x" : "");
  }
  for (std::size_t i = 0; i < inference.output_count(); ++i) {
    node.add_output("y");
  }
  for (const auto& [name, attribute] : attributes) {
    *node.add_attribute() = attribute;
  }
  schema.Verify(node);
}

}  // namespace

bool library_knows(const Node& node) { return schema_of(node) != nullptr; }

void infer_by_library(Inference& inference, const Attributes& attributes) {
  const pb::OpSchema* schema = schema_of(inference.node());
  if (schema == nullptr) {
    throw Undetermined{"the operator is not known"};
  }
  try {
    verify(inference, attributes, *schema);
    LibraryContext context(inference, attributes);
    schema->GetTypeAndShapeInferenceFunction()(context);
    for (std::size_t i = 0; i < inference.output_count(); ++i) {
      const pb::TypeProto& type = *context.getOutputType(i);
      if (auto shape = known_shape(type)) {
        inference.set(i, element_type(type.tensor_type().elem_type()), std::move(*shape));
      }
    }
  } catch (const std::exception& error) {
    throw Undetermined{fmt::format("the ONNX library says: {}", printable(error.what(), 200))};
  }
}

}  // namespace memplace::onnx
