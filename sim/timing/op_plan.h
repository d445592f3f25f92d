// SPDX-License-Identifier: Apache-2.0
// How one op is shared by the engines and cut into tiles: the choices of law 2 of
// docs/model/timing.md. Private to sim/timing.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/timing/program.h"
#include "workloads/graph/graph.h"

namespace memplace {

inline constexpr std::int64_t kMaxTiles = std::int64_t{1} << 24;

// An op's operands with the number of engines each is dealt out over: 1 where every engine holds
// all of it (multicast), `engines` where each holds its part.
struct DealtOperands {
  Bytes weights;
  std::int64_t weights_over = 1;
  std::vector<Bytes> inputs;
  std::vector<std::int64_t> inputs_over;
  Bytes output;
  std::int64_t output_over = 1;
};

// How an op is cut: `chunks` of weights times `blocks` of inputs, one tile for each pair.
struct Tiling {
  std::int64_t chunks = 1;
  std::int64_t blocks = 1;
  bool weights_outer = true;  // else every block of inputs meets all chunks in turn
  std::int64_t read_bytes = 0;

  std::int64_t tiles() const { return chunks * blocks; }
};

// The choices for one op.
struct OpPlan {
  EngineSplit split = EngineSplit::kNone;
  std::int64_t engines = 1;
  Cycles cycles;
  DealtOperands operands;
  Tiling tiling;
  // The longer of computing and of reading everything from an instance of the slowest memory: what
  // lowering, which knows no mapping, minimizes.
  Picoseconds estimate;

  // Less is better; the order of splits settles what is left.
  auto rank() const {
    return std::array<std::int64_t, 4>{estimate.count(), cycles.count(), tiling.tiles(),
                                       static_cast<std::int64_t>(split)};
  }
};

// The best plan for an op that is no view, on up to all engines of a stream. Throws Error where not
// even single bytes of its operands fit the staging shares, or where it would need more than
// kMaxTiles.
OpPlan plan_op(const Graph& graph, const Op& op, const Chip& chip, const Mode& mode);

}  // namespace memplace
