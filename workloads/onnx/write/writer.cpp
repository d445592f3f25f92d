// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/write/writer.h"

#include <map>
#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "base/error.h"
#include "base/files.h"
#include "workloads/onnx/export/export.h"
#include "workloads/onnx/model/model.h"

namespace memplace::onnx {
namespace {

namespace pb = ::onnx;

constexpr std::int64_t kIrVersion = 8;  // of ONNX 1.12, as opset 17 is
constexpr std::int64_t kOpset = 17;

pb::TensorProto_DataType data_type(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return pb::TensorProto::INT8;
    case ElementType::kInt32:
      return pb::TensorProto::INT32;
    case ElementType::kInt64:
      return pb::TensorProto::INT64;
    default:
      return pb::TensorProto::FLOAT;
  }
}

void describe(const Value& value, pb::ValueInfoProto& info) {
  info.set_name(value.name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(data_type(value.type));
  auto& shape = *type.mutable_shape();
  for (const std::int64_t extent : *value.shape) {
    shape.add_dim()->set_dim_value(extent);
  }
}

void set_attribute(pb::AttributeProto& proto, const std::string& name, const Attribute& value) {
  using pb::AttributeProto;
  proto.set_name(name);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    proto.set_type(AttributeProto::INT);
    proto.set_i(*integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    proto.set_type(AttributeProto::FLOAT);
    proto.set_f(static_cast<float>(*number));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    proto.set_type(AttributeProto::STRING);
    proto.set_s(*text);
  } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value)) {
    proto.set_type(AttributeProto::INTS);
    proto.mutable_ints()->Assign(integers->begin(), integers->end());
  } else {
    MEMPLACE_ASSERT(false, name);
  }
}

void add_integers(pb::GraphProto& graph, const std::string& name,
                  const std::vector<std::int64_t>& integers, const Shape& shape) {
  pb::TensorProto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(pb::TensorProto::INT64);
  tensor.mutable_dims()->Assign(shape.begin(), shape.end());
  tensor.mutable_int64_data()->Assign(integers.begin(), integers.end());
}

void add_constant(pb::GraphProto& graph, const Value& value) {
  if (value.data.has_value()) {
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&*value.data)) {
      add_integers(graph, value.name, *integers, *value.shape);
      return;
    }
    pb::TensorProto& tensor = *graph.add_initializer();
    tensor.set_name(value.name);
    tensor.set_data_type(pb::TensorProto::FLOAT);
    tensor.mutable_dims()->Assign(value.shape->begin(), value.shape->end());
    for (const double number : std::get<std::vector<double>>(*value.data)) {
      tensor.add_float_data(static_cast<float>(number));
    }
    return;
  }
  const std::string extents = value.name + ".extents";
  add_integers(graph, extents, *value.shape, {static_cast<std::int64_t>(value.shape->size())});
  pb::NodeProto& node = *graph.add_node();
  node.set_name(value.name + ".zeros");
  node.set_op_type("ConstantOfShape");
  node.add_input(extents);
  node.add_output(value.name);
  pb::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.set_type(pb::AttributeProto::TENSOR);
  pb::TensorProto& zero = *attribute.mutable_t();
  zero.add_dims(1);
  zero.set_data_type(data_type(value.type));
  switch (value.type) {
    case ElementType::kInt64:
      zero.add_int64_data(0);
      break;
    case ElementType::kInt8:
    case ElementType::kInt32:
      zero.add_int32_data(0);
      break;
    default:
      zero.add_float_data(0.0F);
  }
}

pb::ModelProto proto_of(const Model& model, DType dtype) {
  pb::ModelProto proto;
  proto.set_ir_version(kIrVersion);
  proto.set_producer_name("memplace");
  pb::OperatorSetIdProto& standard = *proto.add_opset_import();
  standard.set_domain("");
  standard.set_version(kOpset);
  pb::OperatorSetIdProto& own = *proto.add_opset_import();
  own.set_domain(std::string(kOwnDomain));
  own.set_version(1);
  pb::StringStringEntryProto& type = *proto.add_metadata_props();
  type.set_key("memplace.dtype");
  type.set_value(std::string(name_of(dtype)));
  pb::GraphProto& graph = *proto.mutable_graph();
  graph.set_name(model.name);
  std::vector<bool> described(model.values.size(), false);
  for (const ValueId id : model.inputs) {
    describe(model.values[id], *graph.add_input());
    described[id.index()] = true;
  }
  for (const ValueId id : model.outputs) {
    describe(model.values[id], *graph.add_output());
    described[id.index()] = true;
  }
  for (const ValueId id : model.values.ids()) {
    if (model.values[id].is_constant) {
      add_constant(graph, model.values[id]);
    } else if (!described[id.index()]) {
      describe(model.values[id], *graph.add_value_info());
    }
  }
  for (const Node& node : model.nodes) {
    pb::NodeProto& written = *graph.add_node();
    written.set_name(node.name);
    written.set_op_type(node.op_type);
    written.set_domain(node.domain);
    for (const auto& input : node.inputs) {
      written.add_input(model.values[*input].name);
    }
    for (const auto& output : node.outputs) {
      written.add_output(model.values[*output].name);
    }
    for (const auto& [name, value] : node.attributes) {
      set_attribute(*written.add_attribute(), name, value);
    }
  }
  return proto;
}

}  // namespace

void write_onnx(const Graph& graph, const std::string& path) {
  const pb::ModelProto proto = proto_of(to_model(graph), network_type(graph));
  std::string bytes;
  if (!proto.SerializeToString(&bytes)) {
    throw Error(fmt::format("{}: larger than a protobuf message can be", printable(path)));
  }
  write_file(path, bytes);
}

}  // namespace memplace::onnx
