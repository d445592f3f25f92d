// SPDX-License-Identifier: Apache-2.0
#include "tests/support/onnx_builder.h"

#include <bit>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

namespace memplace::test {
namespace wire {
namespace {

std::string tag(int field, unsigned type) {
  return varint((static_cast<std::uint64_t>(field) << 3U) | type);
}

}  // namespace

std::string varint(std::uint64_t value) {
  std::string result;
  while (value >= 0x80) {
    result += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  result += static_cast<char>(value);
  return result;
}

std::string integer(int field, std::int64_t value) {
  return tag(field, 0) + varint(static_cast<std::uint64_t>(value));
}

std::string fixed32(int field, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  std::string result = tag(field, 5);
  for (unsigned shift = 0; shift < 32; shift += 8) {
    result += static_cast<char>((bits >> shift) & 0xFFU);
  }
  return result;
}

std::string bytes(int field, std::string_view content) {
  return tag(field, 2) + varint(content.size()) + std::string(content);
}

std::string packed(int field, const std::vector<std::int64_t>& v) {
  std::string content;
  for (const std::int64_t value : v) {
    content += varint(static_cast<std::uint64_t>(value));
  }
  return bytes(field, content);
}

}  // namespace wire

namespace {

enum AttributeType {
  kFloat = 1,
  kInt = 2,
  kString = 3,
  kTensor = 4,
  kGraph = 5,
  kFloats = 6,
  kInts = 7,
  kStrings = 8,
};

std::string attribute(std::string_view name, AttributeType type, const std::string& value) {
  return wire::bytes(1, name) + value + wire::integer(20, type);
}

std::string tensor_head(std::string_view name, const OnnxShape& shape, OnnxType type) {
  std::string result = shape.empty() ? "" : wire::packed(1, shape);
  return result + wire::integer(2, static_cast<std::int64_t>(type)) + wire::bytes(8, name);
}

std::string value_info(std::string_view name, const std::optional<OnnxDims>& dims, OnnxType type) {
  std::string tensor = wire::integer(1, static_cast<std::int64_t>(type));
  if (dims) {
    std::string shape;
    for (const OnnxDim& dim : *dims) {
      if (const auto* size = std::get_if<std::int64_t>(&dim)) {
        shape += wire::bytes(1, wire::integer(1, *size));
      } else if (const auto& symbol = std::get<std::string>(dim); symbol.empty()) {
        shape += wire::bytes(1, "");
      } else {
        shape += wire::bytes(1, wire::bytes(2, symbol));
      }
    }
    tensor += wire::bytes(2, shape);
  }
  return wire::bytes(1, name) + wire::bytes(2, wire::bytes(1, tensor));
}

}  // namespace

OnnxTensor OnnxTensor::without_data(std::string_view name, const OnnxShape& shape, OnnxType type) {
  return {tensor_head(name, shape, type)};
}

OnnxTensor OnnxTensor::floats(std::string_view name, const OnnxShape& shape,
                              const std::vector<float>& data) {
  std::string raw;
  for (const float element : data) {
    raw += wire::fixed32(0, element).substr(1);
  }
  return OnnxTensor::raw(name, shape, OnnxType::kFloat, raw);
}

OnnxTensor OnnxTensor::ints(std::string_view name, const OnnxShape& shape,
                            const std::vector<std::int64_t>& data, OnnxType type) {
  return {tensor_head(name, shape, type) + wire::packed(type == OnnxType::kInt64 ? 7 : 5, data)};
}

OnnxTensor OnnxTensor::raw(std::string_view name, const OnnxShape& shape, OnnxType type,
                           std::string_view data) {
  return {tensor_head(name, shape, type) + wire::bytes(9, data)};
}

OnnxAttribute::OnnxAttribute(std::string_view name, int value)
    : OnnxAttribute(name, std::int64_t{value}) {}
OnnxAttribute::OnnxAttribute(std::string_view name, std::int64_t value)
    : bytes(attribute(name, kInt, wire::integer(3, value))) {}
OnnxAttribute::OnnxAttribute(std::string_view name, float value)
    : bytes(attribute(name, kFloat, wire::fixed32(2, value))) {}
OnnxAttribute::OnnxAttribute(std::string_view name, const char* value)
    : bytes(attribute(name, kString, wire::bytes(4, value))) {}
OnnxAttribute::OnnxAttribute(std::string_view name, const std::vector<std::int64_t>& value)
    : bytes(attribute(name, kInts, wire::packed(8, value))) {}
OnnxAttribute::OnnxAttribute(std::string_view name, const std::vector<float>& value) {
  std::string list;
  for (const float element : value) {
    list += wire::fixed32(7, element);
  }
  bytes = attribute(name, kFloats, list);
}
OnnxAttribute::OnnxAttribute(std::string_view name, const std::vector<std::string>& value) {
  std::string list;
  for (const std::string& element : value) {
    list += wire::bytes(9, element);
  }
  bytes = attribute(name, kStrings, list);
}
OnnxAttribute::OnnxAttribute(std::string_view name, const OnnxTensor& value)
    : bytes(attribute(name, kTensor, wire::bytes(5, value.bytes))) {}
OnnxAttribute::OnnxAttribute(std::string_view name, const OnnxGraph& value)
    : bytes(attribute(name, kGraph, wire::bytes(6, value.bytes()))) {}

OnnxAttribute OnnxAttribute::reference(std::string_view name, std::string_view from, int type) {
  OnnxAttribute result;
  result.bytes = wire::bytes(1, name) + wire::bytes(21, from) + wire::integer(20, type);
  return result;
}

std::string onnx_node(std::string_view op_type, const OnnxNames& inputs, const OnnxNames& outputs,
                      const OnnxAttributes& attributes, std::string_view name,
                      std::string_view domain) {
  std::string result;
  for (const std::string& input : inputs) {
    result += wire::bytes(1, input);
  }
  for (const std::string& output : outputs) {
    result += wire::bytes(2, output);
  }
  if (!name.empty()) {
    result += wire::bytes(3, name);
  }
  result += wire::bytes(4, op_type);
  for (const OnnxAttribute& each : attributes) {
    result += wire::bytes(5, each.bytes);
  }
  return domain.empty() ? result : result + wire::bytes(7, domain);
}

OnnxGraph& OnnxGraph::input(std::string_view name, const std::optional<OnnxDims>& dims,
                            OnnxType type) {
  return field(wire::bytes(11, value_info(name, dims, type)));
}

OnnxGraph& OnnxGraph::output(std::string_view name, const std::optional<OnnxDims>& dims,
                             OnnxType type) {
  return field(wire::bytes(12, value_info(name, dims, type)));
}

OnnxGraph& OnnxGraph::value(std::string_view name, const std::optional<OnnxDims>& dims,
                            OnnxType type) {
  return field(wire::bytes(13, value_info(name, dims, type)));
}

OnnxGraph& OnnxGraph::weights(std::string_view name, const OnnxShape& shape, OnnxType type) {
  return initializer(OnnxTensor::without_data(name, shape, type));
}

OnnxGraph& OnnxGraph::floats(std::string_view name, const OnnxShape& shape,
                             const std::vector<float>& data) {
  return initializer(OnnxTensor::floats(name, shape, data));
}

OnnxGraph& OnnxGraph::ints(std::string_view name, const OnnxShape& shape,
                           const std::vector<std::int64_t>& data) {
  return initializer(OnnxTensor::ints(name, shape, data));
}

OnnxGraph& OnnxGraph::initializer(const OnnxTensor& tensor) {
  return field(wire::bytes(5, tensor.bytes));
}

OnnxGraph& OnnxGraph::node(std::string_view op_type, const OnnxNames& inputs,
                           const OnnxNames& outputs, const OnnxAttributes& attributes,
                           std::string_view name, std::string_view domain) {
  return field(wire::bytes(1, onnx_node(op_type, inputs, outputs, attributes, name, domain)));
}

OnnxGraph& OnnxGraph::field(std::string_view serialized) {
  bytes_ += serialized;
  return *this;
}

OnnxModel& OnnxModel::import(std::string_view domain, std::int64_t version) {
  const std::string name = domain.empty() ? "" : wire::bytes(1, domain);
  return field(wire::bytes(8, name + wire::integer(2, version)));
}

OnnxModel& OnnxModel::function(std::string_view domain, std::string_view name,
                               const OnnxNames& inputs, const OnnxNames& outputs,
                               const std::vector<std::string>& nodes, const OnnxNames& attributes,
                               std::int64_t opset) {
  std::string result = wire::bytes(1, name);
  for (const std::string& input : inputs) {
    result += wire::bytes(4, input);
  }
  for (const std::string& output : outputs) {
    result += wire::bytes(5, output);
  }
  for (const std::string& each : attributes) {
    result += wire::bytes(6, each);
  }
  for (const std::string& node : nodes) {
    result += wire::bytes(7, node);
  }
  result += wire::bytes(9, wire::integer(2, opset)) + wire::bytes(10, domain);
  return field(wire::bytes(25, result));
}

OnnxModel& OnnxModel::field(std::string_view serialized) {
  rest_ += serialized;
  return *this;
}

std::string OnnxModel::bytes() const {
  return wire::integer(1, 8) + rest_ + wire::bytes(7, graph_);
}

std::string OnnxModel::write(const std::string& path) const {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes();
  return path;
}

std::string temporary_file(std::string_view name, std::string_view content) {
  std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("memplace-{}-{}", getpid(), name))
          .string();
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  return path;
}

}  // namespace memplace::test
