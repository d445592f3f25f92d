// SPDX-License-Identifier: Apache-2.0
// A network and a mapping as files that a human can do the sums of.
#pragma once

namespace memplace {

// Two ops: a reads 4 B of x and 8 B of weights, takes 8 multiply-accumulates and writes 2 B; b
// reads those, handles 2 elements and writes the network's output of 2 B.
inline constexpr const char* kTinyGraph = R"(graph: tiny
inputs:
  - {name: x, shape: [4], bytes: 4 B}
ops:
  - name: a
    kind: matmul
    work: {grid: {positions: 1, out_channels: 2, in_channels: 4}}
    inputs: [x]
    weights: {name: a.weights, shape: [4, 2]}
    outputs: [{name: a.out, shape: [2]}]
  - name: b
    kind: relu
    work: {vector: {kind: elementwise, elements: 2}}
    inputs: [a.out]
    outputs: [{name: b.out, shape: [2]}]
)";

inline constexpr const char* kTinyMapping = R"(tensors:
  a.weights: llc
  a.out: sram
)";

}  // namespace memplace
