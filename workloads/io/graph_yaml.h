// SPDX-License-Identifier: Apache-2.0
// Networks as YAML:
//
//   graph: tiny
//   inputs:
//     - {name: image, dtype: int8, shape: [1, 3, 4, 4], bytes: 48 B}
//   ops:                                       # in schedule order
//     - name: conv
//       kind: conv
//       work: {grid: {positions: 16, out_channels: 8, in_channels: 3, kernel: 9}}
//       window: {kernel: [3, 3], padding: 1}
//       inputs: [image]                        # or {tensor: image, bytes: 40 B}, where it reads
//       less weights: {name: conv.weights, dtype: int8, shape: [8, 3, 3, 3], bytes: 248 B,
//       parameters: 224} outputs: [{name: conv.out, dtype: int8, shape: [1, 8, 4, 4], bytes: 128
//       B}]
//     - name: relu
//       kind: relu
//       work: {vector: {kind: elementwise, elements: 128}}
//       inputs: [conv.out]
//       outputs: [{name: relu.out, shape: [1, 8, 4, 4]}]
//   outputs: [relu.out]
//
// Work of a view is the word `view`. Weights are defined where they are first used (with `read`
// where that op reads less than all); later uses name them, or give {tensor, bytes}. What may be
// left out: dtype (int8), shape (unknown), bytes (of the shape's elements), parameters (the shape's
// elements), grid numbers of 1 for batch and kernel, all of a window but its kernel, and `outputs`,
// to which every activation that nobody reads belongs anyway.
#pragma once

#include <string>

#include "base/yaml_reader.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Each mistake is an Error with file:line:column: use before definition, unknown tensors (with the
// nearest), names given twice, sizes that are negative or too large.
Graph read_graph_yaml(const YamlDocument& document);
Graph read_graph_file(const std::string& path);

// Reading this gives an equal graph.
std::string write_graph_yaml(const Graph& graph);

}  // namespace memplace
