// SPDX-License-Identifier: Apache-2.0
#include "cli/networks.h"

#include <fmt/format.h>

#include "workloads/workload.h"

#ifdef MEMPLACE_HAS_ONNX
#include "workloads/onnx/convert.h"
#include "workloads/onnx/export.h"
#include "workloads/onnx/reader.h"
#endif

namespace memplace {

bool is_onnx_file(const std::string& spec) { return spec.ends_with(".onnx"); }

Error no_onnx_error(const std::string& path) {
  return Error(fmt::format(
      "{}: this build has no ONNX, as libonnx and protobuf were not found or MEMPLACE_ONNX was off "
      "when it was configured; install libonnx-dev, libprotobuf-dev and protobuf-compiler, then "
      "build anew",
      path));
}

#ifdef MEMPLACE_HAS_ONNX

bool has_onnx() { return true; }

LoadedNetwork load_network(const std::string& spec, const NetworkOptions& options) {
  if (!is_onnx_file(spec)) {
    return {load_workload(spec, options.dtype), ""};
  }
  std::vector<std::string> notes;
  const onnx::Model model = onnx::read_onnx(spec, {options.dims, options.allow_unknown, &notes});
  Graph graph = onnx::convert(model, {options.dtype, options.allow_unknown}, notes);
  std::string report = onnx::summarize(model, graph, notes);
  return {std::move(graph), std::move(report)};
}

void save_onnx(const Graph& graph, const std::string& path) { onnx::write_onnx(graph, path); }

#else

bool has_onnx() { return false; }

LoadedNetwork load_network(const std::string& spec, const NetworkOptions& options) {
  if (is_onnx_file(spec)) {
    throw no_onnx_error(spec);
  }
  return {load_workload(spec, options.dtype), ""};
}

void save_onnx(const Graph&, const std::string& path) { throw no_onnx_error(path); }

#endif

}  // namespace memplace
