// SPDX-License-Identifier: Apache-2.0
// Networks from and to files of every kind; ONNX where this build has it.
#pragma once

#include <string>

#include "base/error.h"
#include "optimizer/studies/settings/request.h"
#include "sim/placement/problem.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Whether this build reads and writes .onnx files, and what it says of `path` where it does not.
bool has_onnx();
Error no_onnx_error(const std::string& path);

// The workload of the request; `report` says for people what an .onnx import did. Throws Error.
struct LoadedNetwork {
  Graph graph;
  std::string report;
};
LoadedNetwork load_network(const ProgramRequest& request);
// The same of an .onnx file, whatever it is called.
LoadedNetwork import_network(const ProgramRequest& request);

// The workload on the request's chip in its mode, without constraints. Throws Error, also for what
// this build does not have.
Problem load_problem(const ProgramRequest& request);

// Writes the network as an .onnx file. Throws Error, also where this build has no ONNX.
void save_onnx(const Graph& graph, const std::string& path);

}  // namespace memplace
