// SPDX-License-Identifier: Apache-2.0
// Writes ONNX files for tests, byte by byte after onnx.proto and without the library: what the
// reader makes of them is then no echo of what the library wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace memplace::test {

// Protobuf's wire format: every function appends to, or returns, serialized bytes.
namespace wire {
std::string varint(std::uint64_t value);
std::string integer(int field, std::int64_t value);                 // wire type 0
std::string fixed32(int field, float value);                        // wire type 5
std::string bytes(int field, std::string_view content);             // wire type 2
std::string packed(int field, const std::vector<std::int64_t>& v);  // wire type 2, varints
}  // namespace wire

// TensorProto.DataType.
enum class OnnxType {
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kFloat8 = 17,  // e4m3fn
  kInt4 = 22,
  kFloat4 = 23,
  kUint2 = 25,
};

using OnnxDim = std::variant<std::int64_t, std::string>;  // a size, a symbol, or "": unknown
using OnnxDims = std::vector<OnnxDim>;
using OnnxShape = std::vector<std::int64_t>;

// A serialized TensorProto. Without data it is what a stripped file holds.
struct OnnxTensor {
  std::string bytes;

  static OnnxTensor without_data(std::string_view name, const OnnxShape& shape,
                                 OnnxType type = OnnxType::kFloat);
  static OnnxTensor floats(std::string_view name, const OnnxShape& shape,
                           const std::vector<float>& data);
  static OnnxTensor ints(std::string_view name, const OnnxShape& shape,
                         const std::vector<std::int64_t>& data, OnnxType type = OnnxType::kInt64);
  static OnnxTensor raw(std::string_view name, const OnnxShape& shape, OnnxType type,
                        std::string_view data);
};

class OnnxGraph;

// A serialized AttributeProto.
struct OnnxAttribute {
  std::string bytes;

  OnnxAttribute(std::string_view name, int value);
  OnnxAttribute(std::string_view name, std::int64_t value);
  OnnxAttribute(std::string_view name, float value);
  OnnxAttribute(std::string_view name, const char* value);
  OnnxAttribute(std::string_view name, const std::vector<std::int64_t>& value);
  OnnxAttribute(std::string_view name, const std::vector<float>& value);
  OnnxAttribute(std::string_view name, const std::vector<std::string>& value);
  OnnxAttribute(std::string_view name, const OnnxTensor& value);
  OnnxAttribute(std::string_view name, const OnnxGraph& value);
  // Inside a function: the attribute `from` of the calling node. `type` is AttributeProto.Type.
  static OnnxAttribute reference(std::string_view name, std::string_view from, int type);

 private:
  OnnxAttribute() = default;
};

using OnnxNames = std::vector<std::string>;
using OnnxAttributes = std::vector<OnnxAttribute>;

// A serialized NodeProto. `name` and `domain` are left out where empty.
std::string onnx_node(std::string_view op_type, const OnnxNames& inputs, const OnnxNames& outputs,
                      const OnnxAttributes& attributes = {}, std::string_view name = "",
                      std::string_view domain = "");

// A GraphProto, added to call by call.
class OnnxGraph {
 public:
  // Values with a shape; std::nullopt: a tensor whose shape is not stored.
  OnnxGraph& input(std::string_view name, const std::optional<OnnxDims>& dims,
                   OnnxType type = OnnxType::kFloat);
  OnnxGraph& output(std::string_view name, const std::optional<OnnxDims>& dims = std::nullopt,
                    OnnxType type = OnnxType::kFloat);
  OnnxGraph& value(std::string_view name, const std::optional<OnnxDims>& dims,
                   OnnxType type = OnnxType::kFloat);

  // Initializers.
  OnnxGraph& weights(std::string_view name, const OnnxShape& shape,
                     OnnxType type = OnnxType::kFloat);
  OnnxGraph& floats(std::string_view name, const OnnxShape& shape, const std::vector<float>& data);
  OnnxGraph& ints(std::string_view name, const OnnxShape& shape,
                  const std::vector<std::int64_t>& data);
  OnnxGraph& initializer(const OnnxTensor& tensor);

  OnnxGraph& node(std::string_view op_type, const OnnxNames& inputs, const OnnxNames& outputs,
                  const OnnxAttributes& attributes = {}, std::string_view name = "",
                  std::string_view domain = "");
  // Any other field of GraphProto, already serialized.
  OnnxGraph& field(std::string_view serialized);

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// A ModelProto: the graph, imports of operator sets, and local functions.
class OnnxModel {
 public:
  explicit OnnxModel(const OnnxGraph& graph, std::int64_t opset = 17) : graph_(graph.bytes()) {
    import("", opset);
  }

  OnnxModel& import(std::string_view domain, std::int64_t version);
  // `nodes` come from onnx_node; `attributes` are the names that callers may give.
  OnnxModel& function(std::string_view domain, std::string_view name, const OnnxNames& inputs,
                      const OnnxNames& outputs, const std::vector<std::string>& nodes,
                      const OnnxNames& attributes = {}, std::int64_t opset = 17);
  OnnxModel& field(std::string_view serialized);

  std::string bytes() const;
  // Writes the file and returns its path.
  std::string write(const std::string& path) const;

 private:
  std::string graph_;
  std::string rest_;
};

// Writes `content` to a file of this name below the system's temporary folder; returns its path.
std::string temporary_file(std::string_view name, std::string_view content);

}  // namespace memplace::test
