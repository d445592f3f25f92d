// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/loading/networks.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/prefix.h"
#include "optimizer/studies/settings/codec.h"
#include "sim/chip/chip_reader.h"
#include "workloads/workload.h"

#ifdef MEMPLACE_HAS_ONNX
#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/read/reader.h"
#include "workloads/onnx/write/writer.h"
#endif

namespace memplace {

Error no_onnx_error(const std::string& path) {
  return Error(fmt::format(
      "{}: this build has no ONNX, as libonnx and protobuf were not found or MEMPLACE_ONNX was off "
      "when it was configured; install libonnx-dev, libprotobuf-dev and protobuf-compiler, then "
      "build anew",
      path));
}

#ifdef MEMPLACE_HAS_ONNX

bool has_onnx() { return true; }

LoadedNetwork import_network(const ProgramRequest& request) {
  const std::string& spec = request.workload;
  std::vector<std::string> notes;
  const onnx::Model model = onnx::read_onnx(
      spec, {sizes_of(request.dims), request.allow_unknown, &notes, values_of(request.values)});
  Graph graph = [&] {
    try {
      return onnx::convert(model, {request.dtype, request.allow_unknown}, notes);
    } catch (const Error& error) {
      throw Error(with_prefix(printable(spec), error.what()));
    }
  }();
  std::string report = onnx::summarize(model, graph, notes);
  return {std::move(graph), std::move(report)};
}

void save_onnx(const Graph& graph, const std::string& path) { onnx::write_onnx(graph, path); }

#else

bool has_onnx() { return false; }

LoadedNetwork import_network(const ProgramRequest& request) {
  throw no_onnx_error(request.workload);
}

void save_onnx(const Graph&, const std::string& path) { throw no_onnx_error(path); }

#endif

LoadedNetwork load_network(const ProgramRequest& request) {
  return is_onnx_file(request.workload)
             ? import_network(request)
             : LoadedNetwork{load_workload(request.workload, request.dtype), ""};
}

Problem load_problem(const ProgramRequest& request) {
  for (const OnnxSetting& setting : onnx_settings(request)) {
    if (setting.given && !is_onnx_file(request.workload)) {
      throw Error(fmt::format("{} is for .onnx files, and {} is none", setting.key,
                              memplace::quoted(request.workload)));
    }
  }
  const Chip chip = load_chip(request.chip_name, request.overrides);
  const Mode mode = resolve_mode(chip, request.mode_choice);
  return {load_network(request).graph, chip, mode};
}

}  // namespace memplace
