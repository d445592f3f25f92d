// SPDX-License-Identifier: Apache-2.0
#include "workloads/workload.h"

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {

Graph load_workload(const std::string& spec, DType dtype) {
  if (spec.ends_with(".yaml") || spec.ends_with(".yml")) {
    return read_graph_file(spec);
  }
  if (spec.ends_with(".onnx")) {
    throw Error(fmt::format("{}: an ONNX model, which only workloads/onnx reads", spec));
  }
  return make_builtin(spec, dtype);
}

}  // namespace memplace
