// SPDX-License-Identifier: Apache-2.0
// Networks from and to files of every kind; ONNX where this build has it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "workloads/graph/graph.h"

namespace memplace {

struct NetworkOptions {
  DType dtype = DType::kInt8;  // of built-in networks; what floats of an .onnx file are costed at
  std::map<std::string, std::int64_t> dims;  // sizes of an .onnx file's symbolic axes
  bool allow_unknown = false;                // take its unknown operators for elementwise ones
};

bool is_onnx_file(const std::string& spec);

// Whether this build reads and writes .onnx files, and what it says of `path` where it does not.
bool has_onnx();
Error no_onnx_error(const std::string& path);

// Any workload a user can name; `report` says for people what an .onnx import did. Throws Error.
struct LoadedNetwork {
  Graph graph;
  std::string report;
};
LoadedNetwork load_network(const std::string& spec, const NetworkOptions& options);

// Writes the network as an .onnx file. Throws Error, also where this build has no ONNX.
void save_onnx(const Graph& graph, const std::string& path);

}  // namespace memplace
