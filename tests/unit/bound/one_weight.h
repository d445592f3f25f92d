// SPDX-License-Identifier: Apache-2.0
// One op with one decision, which all sums of a bound can be done on by hand.
#pragma once

#include <memory>
#include <vector>

#include "optimizer/bound/relaxed_program.h"
#include "optimizer/bound/room.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace::test {

// Input 4 B and output 4 B are in dram, 16 ns each; the op computes for 20 ns. Where its 8 B of
// weights are in dram, the input waits for them there, 32 ns:
//
//   weights |==== 32 ====|                              84 ns
//   input                |== 16 ==|
//   compute                       |=== 20 ===|
//   output                                   |== 16 ==|
//
// In llc (16 ns) or sram (8 ns) they are there when the input is, at 16 ns: 52 ns. The weights need
// 8 B, of which llc and sram have 3.
inline Program one_weight() {
  Chip chip = toy_chip();
  chip.memories[kLlc].capacity = chip.memories[kSram].capacity = 3_B;
  return lower(
      Problem(parse_graph_text("graph one\ninput x 4\na: grid(out=5,in=4) w=8 in=x out=4\n"), chip,
              Mode{}));
}

struct OneWeight {
  OneWeight() { allowed[kLlc.index()] = 0; }

  Program program = one_weight();
  bound::RelaxedProgram relaxed{program};
  bound::Room room{program};
  // Dram and sram alone: with p nanoseconds for a byte of sram, the least over both is
  // min(84, 52 + 8 p) less 3 p for all room; most at p = 4 ns, 72 ns.
  std::vector<char> allowed = std::vector<char>(3, 1);
};

}  // namespace memplace::test
