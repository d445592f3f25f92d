// SPDX-License-Identifier: Apache-2.0
// One step of the relaxed model under given memories, from boundary to boundary.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "optimizer/bound/chain_layout.h"
#include "optimizer/bound/relaxed_program.h"
#include "sim/chip/chip.h"

namespace memplace::bound {

// Where a step's tensors are; kUnknownMemory where that is not known.
struct StepMemories {
  std::size_t weights = 0;
  std::size_t output = 0;
  std::vector<std::uint8_t> operands;
  std::vector<std::uint8_t> posted;  // weights of ChainLayout::posted_before()
};

class StepRunner {
 public:
  // Both outlive it.
  StepRunner(const RelaxedProgram& relaxed, const ChainLayout& layout);

  // From the times of the boundary before `step` to those of the boundary after it. Returns how
  // much later the step's last tile ends than that of the step before.
  Time run(std::size_t step, const StepMemories& memories, const Time* from, Time* to);

 private:
  using ByMemory = std::array<Time, kMaxMemories>;

  struct State {
    Time slot0, slot1;                        // output slots, the sooner first
    Time posted;                              // the latest block
    Time all;                                 // everything written so far
    ByMemory outputs{}, inputs{}, weights{};  // each kind's channel is free
  };

  void unpack(std::size_t step, const Time* from);
  Time read_chunk(std::size_t chunk, std::size_t memory);
  void queue_weights(std::size_t step, const StepMemories& memories, std::uint32_t ended);
  Time read_block(std::size_t step, std::size_t block, const StepMemories& memories);
  Time write_tile(std::size_t tile, std::size_t memory, Time end);
  Time anywhere(const Time* times, Time from) const;
  void pack(std::size_t step, Time now, Time* to);

  const RelaxedProgram& relaxed_;
  const ChainLayout& layout_;
  std::size_t memories_;
  State s_{};
  ByMemory first_served_{};      // weights, as the step begins
  ByMemory queued_{};            // weights posted before the block at hand, to be served before it
  std::size_t queued_step_ = 0;  // place in posted_before()
  std::size_t queued_chunk_ = 0;
  Time latest_ = 0;             // write of the step
  std::vector<Time> tile_end_;  // by number of the tile + 1; 0 is the beginning
  std::vector<Time> written_;   // by step
};

}  // namespace memplace::bound
