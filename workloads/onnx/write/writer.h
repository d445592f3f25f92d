// SPDX-License-Identifier: Apache-2.0
// Writes networks as ONNX files.
#pragma once

#include <string>

#include "workloads/graph/graph.h"

namespace memplace::onnx {

// Writes what to_model() makes of the network. Weights are ConstantOfShape, so that the file is
// small. Throws Error where it cannot be written.
void write_onnx(const Graph& graph, const std::string& path);

}  // namespace memplace::onnx
