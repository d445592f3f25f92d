// SPDX-License-Identifier: Apache-2.0
// Whole models as exporters write them, from the bytes of their file to a network.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/onnx/reading.h"
#include "workloads/graph/graph.h"
#include "workloads/onnx/convert/convert.h"

namespace memplace::onnx {

inline constexpr const char* kMicrosoft = "com.microsoft";

using Names = test::OnnxNames;
using Attributes = test::OnnxAttributes;
using Ints = std::vector<std::int64_t>;

// A graph under construction: every call adds nodes or constants and returns the name of the value.
class Net {
 public:
  std::string input(const std::string& name, const test::OnnxDims& dims,
                    test::OnnxType type = test::OnnxType::kFloat) {
    graph_.input(name, dims, type);
    return name;
  }
  void output(const std::string& name) { graph_.output(name); }

  std::string weights(const Ints& shape, test::OnnxType type = test::OnnxType::kFloat,
                      const std::string& name = "") {
    std::string id = name.empty() ? fresh("w") : name;
    graph_.weights(id, shape, type);
    return id;
  }
  std::string ints(const Ints& values) {
    return constant(test::OnnxTensor::ints("", {static_cast<std::int64_t>(values.size())}, values));
  }
  std::string integer(std::int64_t value) {
    return constant(test::OnnxTensor::ints("", {}, {value}));
  }
  std::string number(float value) { return constant(test::OnnxTensor::floats("", {}, {value})); }
  // As PyTorch writes them: nodes, not initializers.
  std::string constant(const test::OnnxTensor& tensor) {
    return node("Constant", {}, {{"value", tensor}});
  }

  std::string node(const std::string& op, const Names& inputs, const Attributes& attributes = {},
                   const std::string& domain = "") {
    return nodes(op, inputs, 1, attributes, domain)[0];
  }
  Names nodes(const std::string& op, const Names& inputs, int outputs,
              const Attributes& attributes = {}, const std::string& domain = "") {
    Names names;
    for (int i = 0; i < outputs; ++i) {
      names.push_back(fresh("v"));
    }
    graph_.node(op, inputs, names, attributes, "", domain);
    return names;
  }
  std::string fresh(const std::string& stem) { return stem + std::to_string(next_++); }

  const test::OnnxGraph& graph() const { return graph_; }
  test::OnnxGraph& graph() { return graph_; }

 private:
  test::OnnxGraph graph_;
  int next_ = 0;
};

struct Import {
  std::int64_t opset = 17;
  std::map<std::string, std::int64_t> dims = {};
  std::vector<std::string> domains = {};  // beside the standard's, of version 1
  DType dtype = DType::kInt8;
};

inline Graph import_bytes(const std::string& bytes, const Import& how = {}) {
  std::vector<std::string> notes;
  const Model model = read_bytes(bytes, {.dims = how.dims, .notes = &notes});
  return convert(model, {.dtype = how.dtype}, notes);
}

inline Graph import_net(const Net& net, const Import& how = {}) {
  test::OnnxModel model(net.graph(), how.opset);
  for (const std::string& domain : how.domains) {
    model.import(domain, 1);
  }
  return import_bytes(model.bytes(), how);
}

// "add:2 conv:53 ...": how many ops of each kind, by name.
inline std::string kinds(const Graph& graph) {
  std::map<std::string, int> counts;
  for (const OpId id : graph.ops()) {
    ++counts[graph.op(id).kind];
  }
  std::string text;
  for (const auto& [kind, count] : counts) {
    text += (text.empty() ? "" : " ") + kind + ":" + std::to_string(count);
  }
  return text;
}

}  // namespace memplace::onnx
