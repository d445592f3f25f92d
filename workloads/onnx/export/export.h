// SPDX-License-Identifier: Apache-2.0
// From a network of ours to an ONNX model.
#pragma once

#include "workloads/graph/graph.h"
#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

// The type that a network's floats are costed at: that of the weights of its first product, else of
// its first activation. Importing with it brings back what was exported.
DType network_type(const Graph& graph);

// The network as a model of opset 17: operators of the standard where converting them gives back
// the same op, and where none does, an op of the domain "memplace" that carries its numbers.
// convert() makes of it a network of equal work, bytes and times, op by op.
Model to_model(const Graph& graph);

}  // namespace memplace::onnx
