// SPDX-License-Identifier: Apache-2.0
// From an ONNX model to a network of ours.
#pragma once

#include <string>
#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

struct ConvertOptions {
  DType dtype = DType::kInt8;  // what floats are costed at: int8, fp16 or fp32
  bool allow_unknown = false;  // cost operators without a row as elementwise ones
};

// Makes the network that a compiler would run: constants and views are gone, batch normalisation,
// biases, activations and residual additions are fused as docs/model/onnx.md says, and what
// exporters decompose (layer norm, GELU, attention's scale and mask) is one op again. Appends to
// `notes` one line for each thing that was fused, folded, approximated or left out, with its count.
// Throws Error, naming the node, for operators that are unknown or refused, for shapes that do not
// fit their operator, and for sizes beyond what a Graph holds.
Graph convert(const Model& model, const ConvertOptions& options, std::vector<std::string>& notes);

// A report of an import for people: sizes of the file and of the network, and the notes.
std::string summarize(const Model& model, const Graph& graph,
                      const std::vector<std::string>& notes);

}  // namespace memplace::onnx
