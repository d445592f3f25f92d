// SPDX-License-Identifier: Apache-2.0
// The least relaxed time over all mappings where room in memories has a price instead of a limit:
// dynamic programming along the schedule (docs/model/bound.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "optimizer/bound/chain_layout.h"
#include "optimizer/bound/labels.h"
#include "optimizer/bound/relaxed_program.h"
#include "optimizer/bound/room.h"
#include "optimizer/bound/step_runner.h"

namespace memplace::bound {

struct ChainResult {
  // No allowed mapping that fits has relaxed time plus prices below this.
  Time least = 0;
  // By decision, along the best path; none where nothing came below the cutoff. Where labels were
  // merged it may cost more than `least`, and it need not fit.
  std::optional<std::vector<std::uint8_t>> memories;
};

// Not thread-safe; a function of its arguments.
class Chain {
 public:
  // Both outlive it.
  Chain(const RelaxedProgram& relaxed, const Room& room);

  // `prices`: what each decision costs in each memory, in picoseconds, >= 0; by decision, then
  // memory. `allowed`: likewise, whether it may be there. At most `width` labels are kept between
  // two steps: the more, the higher the result, up to the exact minimum. What cannot come below
  // `cutoff` is not followed; the result is the cutoff at most.
  ChainResult solve(const std::vector<Time>& prices, const std::vector<char>& allowed,
                    std::size_t width, Time cutoff);

 private:
  // Where a decision's memory is found when a label is expanded.
  struct Source {
    enum class Kind { kIo, kKnown, kDecided, kForgotten } kind = Kind::kForgotten;
    std::size_t place = 0;  // its memory, digit of the key, or place in decided_at()
  };

  Source source_of(std::size_t step, DecisionIndex decision) const;
  void find_sources(std::size_t step);
  void expand(std::size_t step, const std::vector<Time>& prices, const std::vector<char>& allowed,
              Time cutoff);
  bool decide(std::size_t step, std::uint32_t choice, const std::vector<char>& allowed);
  std::uint64_t memory_of(const Source& source, std::uint64_t key) const;
  std::uint64_t key_after(std::uint64_t key) const;
  void settle(std::uint64_t key);

  const RelaxedProgram& relaxed_;
  const Room& room_;
  ChainLayout layout_;
  StepRunner runner_;
  std::size_t memories_;

  // Of the step at hand.
  Source weights_source_, output_source_;
  std::vector<Source> operand_sources_, posted_sources_, live_sources_;
  std::vector<std::uint8_t> decided_;
  StepMemories step_memories_;
  std::vector<Time> times_;

  Labels labels_, next_;
};

}  // namespace memplace::bound
