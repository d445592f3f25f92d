// SPDX-License-Identifier: Apache-2.0
#include "workloads/workload.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {

Graph load_workload(const std::string& spec, DType dtype) {
  if (is_yaml_file(spec)) {
    return read_graph_file(spec);
  }
  if (is_onnx_file(spec)) {
    throw Error(fmt::format("{}: an ONNX model, which only workloads/onnx reads", spec));
  }
  return make_builtin(spec, dtype);
}

}  // namespace memplace
