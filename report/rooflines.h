// SPDX-License-Identifier: Apache-2.0
// Times that no schedule of a mapping can beat, so that a user sees what binds.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "sim/placement/moves.h"
#include "sim/timing/program.h"

namespace memplace {

// A lower bound on the makespan.
struct Roofline {
  std::string name;  // "compute", a memory's name, or "dependencies"
  std::string kind;  // "compute", "memory" or "path"
  Picoseconds bound;
};

// In this order:
//   compute       all tiles and dispatches of one stream, one after the other
//   each memory   the bytes of one instance, moves too, at its bandwidth; of the busier channel
//                 where reads and writes have one each
//   dependencies  the heaviest chain of dependent ops: reading the first block of inputs, computing
//                 all tiles, writing the last output, each at its memory's bandwidth and latency;
//                 what is fetched is read where its copy is, and its move left out
// Reading weights may overlap with anything, and counts in the memories' bounds alone.
std::vector<Roofline> rooflines(const Program& program, const Placed& placed);

// Bytes that one inference moves, by tensor, as counted at its storage.
struct TensorTraffic {
  Bytes read;
  Bytes written;
};
IdVector<TensorId, TensorTraffic> tensor_traffic(const Program& program);

}  // namespace memplace
