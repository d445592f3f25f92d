// SPDX-License-Identifier: Apache-2.0
// Networks as text, one line an op, for tests and reproducers:
//
//   graph tiny                        # the name; "text" where it is left out
//   input x 32                        # a graph input of 32 bytes
//   a: grid(positions=4,out=8,in=8) w=64 in=x out=32
//   b: elementwise(32) in=a,x:16 out=32,0
//   c: view in=b.out1
//   d: grid(out=8,in=8) w=a.weights in=a out=8
//   output a
//
// Work is grid(...) of batch, positions, out, in and kernel (each 1 where left out), the name of a
// vector kind with its elements, or view. `w=64` makes weights OP.weights of 64 bytes, `w=16/64`
// reads 16 of them; `w=NAME` reads weights of an earlier op, `w=NAME:16` reads 16 bytes of them.
// `in=` lists tensors, or ops for their first output, each with `:BYTES` where less is read. `out=`
// lists the outputs' sizes: OP.out, OP.out1, OP.out2, ...; a view's is its input's. `output` lines
// mark further graph outputs. Every tensor is int8; an op's kind is `grid`, `view` or its vector
// kind. Names are letters, digits, '.', '_' and '-', with a letter in front.
#pragma once

#include <string_view>

#include "workloads/graph/graph.h"

namespace memplace {

// Throws Error beginning with "line N: " where the text is not of this form or breaks a rule of
// Graph.
Graph parse_graph_text(std::string_view text);

}  // namespace memplace
