// SPDX-License-Identifier: Apache-2.0
// Networks whose tensors are hard to find addresses for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "base/rng.h"
#include "sim/chip/chip.h"
#include "sim/feasible/occupancy.h"
#include "sim/placement/mapping.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"

namespace memplace {

// A chain of copies, each of which also reads one of the last `reach` outputs, so that lifetimes of
// many lengths overlap; sizes of 1 to `most_bytes` B. Names as in workloads/io/graph_text.h. The
// last output alone is fixed, beside the input.
inline Graph tangled(Rng& rng, std::size_t ops, std::size_t reach, std::int64_t most_bytes) {
  std::string text = "graph tangled\ninput x 1\no0: copy(1) in=x out=1\n";
  for (std::size_t i = 1; i < ops; ++i) {
    const auto back = 1 + rng.below(std::min(reach, i));
    text += fmt::format("o{}: copy(1){} in=o{},o{} out={}\n", i, rng.chance(0.2) ? " w=5" : "",
                        i - 1, i - back, 1 + rng.below(static_cast<std::uint64_t>(most_bytes)));
  }
  return parse_graph_text(text);
}

// Seven tensors with at most 4 x `unit` B live at any step, which no 4 x `unit` B hold:
//
//   step  0   1   2   3   4   5   6   7   8   9  10  11
//   d1 2  ddddddddddddddddddddddd
//   e1 2      eeeeeee
//   p  1              ppppppppppppppppppppppppppp
//   q  1                  qqqqqqqqqqqqqqq
//   r  1                          rrrrrrrrrrrrrrr
//   d2 2                                  ddddddddddddddd
//   e2 2                                          eeeeeee
//
// d1 lies beside e1, so in one half of the memory, and p and q in the other. d2 lies beside e2, so
// in one half, and p and r in the other. So p, q and r share a half, which is too small at step 6.
// The outputs of s, t, u, v have no bytes: they only end lifetimes.
// `of_d1` is for weights of d1, as in " w=2".
inline Graph knot(std::int64_t unit, const std::string& of_d1 = "") {
  return parse_graph_text(
      fmt::format("graph knot\n"
                  "input x 1\n"
                  "d1: copy(1){2} in=x out={1}\n"
                  "e1: copy(1) in=x out={1}\n"
                  "s: copy(1) in=e1 out=0\n"
                  "p: copy(1) in=x out={0}\n"
                  "q: copy(1) in=x out={0}\n"
                  "t: copy(1) in=d1 out=0\n"
                  "r: copy(1) in=x out={0}\n"
                  "u: copy(1) in=q out=0\n"
                  "d2: copy(1) in=x out={1}\n"
                  "v: copy(1) in=p,r out=0\n"
                  "e2: copy(1) in=x out={1}\n"
                  "w: copy(1) in=d2,e2,s,t,u,v out=1\n",
                  unit, 2 * unit, of_d1));
}

// A chip whose faster memories have just the bytes that `asked` has live in them at most: all that
// may lack is addresses.
inline void fit_bytes(Chip& chip, const Graph& graph, const Mode& mode, const Mapping& asked) {
  const Occupancy filling = occupancy(Problem(graph, chip, mode), asked);
  for (const MemoryId memory : chip.memories.ids()) {
    if (memory != chip.slowest()) {
      chip.memories[memory].capacity =
          std::max(filling[memory].peak, chip.memories[memory].alignment);
    }
  }
}

}  // namespace memplace
