// SPDX-License-Identifier: Apache-2.0
// Short forms for tests of the ONNX reader.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "tests/support/onnx_builder.h"
#include "workloads/onnx/read/reader.h"

namespace memplace::onnx {

// A file that lives as long as this object.
class TemporaryModel {
 public:
  explicit TemporaryModel(const std::string& bytes)
      : path_(test::temporary_file("model.onnx", bytes)) {}
  ~TemporaryModel() { std::filesystem::remove(path_); }
  TemporaryModel(const TemporaryModel&) = delete;
  TemporaryModel& operator=(const TemporaryModel&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Model read_bytes(const std::string& bytes, const ReadOptions& options = {}) {
  return read_onnx(TemporaryModel(bytes).path(), options);
}

inline Model read(const test::OnnxGraph& graph, std::int64_t opset = 17,
                  const ReadOptions& options = {}) {
  return read_bytes(test::OnnxModel(graph, opset).bytes(), options);
}

// The message of the Error that reading throws, without the path and ": " at its begin; "" where
// it throws none.
inline std::string error_of_bytes(const std::string& bytes, const ReadOptions& options = {}) {
  const TemporaryModel file(bytes);
  try {
    read_onnx(file.path(), options);
  } catch (const Error& error) {
    const std::string message = error.what();
    const std::string begin = file.path() + ": ";
    return message.starts_with(begin) ? message.substr(begin.size()) : "(no path) " + message;
  }
  return "";
}

inline std::string error_of(const test::OnnxGraph& graph, std::int64_t opset = 17,
                            const ReadOptions& options = {}) {
  return error_of_bytes(test::OnnxModel(graph, opset).bytes(), options);
}

inline const Value& value_named(const Model& model, std::string_view name) {
  for (const Value& value : model.values) {
    if (value.name == name) {
      return value;
    }
  }
  throw Error("the model has no value " + std::string(name));
}

// The shape of the first output.
inline Shape output_shape(const Model& model) {
  return model.values[model.outputs.at(0)].shape.value();
}

// "Conv Relu ...": the operators in order.
inline std::string operators(const Model& model) {
  std::string result;
  for (const Node& node : model.nodes) {
    result += (result.empty() ? "" : " ") + node.op_type;
  }
  return result;
}

}  // namespace memplace::onnx
