// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/chain_layout.h"

#include <algorithm>

#include "base/stopping.h"

namespace memplace::bound {
namespace {

// Every way to make the decisions of a step is tried for every label.
constexpr std::size_t kMostWays = 256;

constexpr std::size_t kNoStep = std::numeric_limits<std::size_t>::max();

bool reads_fixed(const RelaxedProgram& relaxed, const Step& step) {
  const auto operands = relaxed.operand_decisions(step);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i] == kFixed && step.first_block != step.end_block &&
        relaxed.operand_read(step.first_block, i)[relaxed.io_memory()] > 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

ChainLayout::ChainLayout(const RelaxedProgram& relaxed)
    : decided_(relaxed.steps().size()),
      posted_(relaxed.steps().size()),
      remaining_(relaxed.steps().size() + 1, 0),
      decided_step_(relaxed.decisions(), kNoStep),
      last_use_(relaxed.decisions(), 0) {
  for (std::size_t t = relaxed.steps().size(); t-- > 0;) {
    const Step& step = relaxed.steps()[t];
    remaining_[t] = remaining_[t + 1] + step.dispatch + step.compute;
  }
  find_posted(relaxed);
  find_decided(relaxed);
  find_boundaries(relaxed);
}

void ChainLayout::find_posted(const RelaxedProgram& relaxed) {
  const auto steps = relaxed.steps();
  std::vector<std::uint32_t> with_weights;
  for (std::uint32_t u = 0; u < steps.size(); ++u) {
    if (steps[u].has_weights()) {
      with_weights.push_back(u);
    }
  }
  auto next = with_weights.begin();  // at t or later
  for (std::size_t t = 0; t < steps.size(); ++t) {
    look_for_stop();
    next += next != with_weights.end() && *next < t ? 1 : 0;
    const std::uint32_t ended = relaxed.ended_before_block(t, steps[t].end_block - 1);
    for (auto u = next; u != with_weights.end(); ++u) {
      if (relaxed.chunk_release(steps[*u].first_chunk) > ended) {
        break;
      }
      posted_[t].push_back(*u);
    }
  }
}

void ChainLayout::find_decided(const RelaxedProgram& relaxed) {
  const auto steps = relaxed.steps();
  for (std::size_t t = 0; t < steps.size(); ++t) {
    const Step& step = steps[t];
    const auto decide = [&](DecisionIndex decision) {
      if (decision != kFixed && decided_step_[decision] == kNoStep) {
        decided_step_[decision] = t;
        decided_[t].push_back(decision);
      }
    };
    const auto use = [&](DecisionIndex decision) {
      decide(decision);
      if (decision != kFixed) {
        last_use_[decision] = t;
      }
    };
    if (step.has_weights()) {
      use(step.weights);
    }
    use(step.output);
    for (const DecisionIndex operand : relaxed.operand_decisions(step)) {
      use(operand);
    }
    if (!reads_fixed(relaxed, step)) {
      continue;
    }
    std::size_t ways = relaxed.memories();
    for (std::size_t i = 0; i < decided_[t].size(); ++i) {
      ways *= relaxed.memories();
    }
    for (const std::uint32_t u : posted_[t]) {
      if (ways > kMostWays) {
        break;
      }
      const std::size_t before = decided_[t].size();
      decide(steps[u].weights);
      ways *= decided_[t].size() > before ? relaxed.memories() : 1;
    }
  }
}

void ChainLayout::find_boundaries(const RelaxedProgram& relaxed) {
  const auto steps = relaxed.steps();
  std::vector<std::size_t> last_heard(steps.size(), 0);
  for (std::size_t t = 0; t < steps.size(); ++t) {
    for (const std::uint32_t producer : relaxed.producers(steps[t])) {
      last_heard[producer] = t;
    }
  }
  const std::size_t chunks = relaxed.program().chunks.size();
  for (std::size_t t = 0; t <= steps.size(); ++t) {
    look_for_stop();
    Boundary boundary;
    for (DecisionIndex d = 0; d < relaxed.decisions(); ++d) {
      if (decided_step_[d] < t && last_use_[d] >= t && boundary.live.size() < kDigits) {
        boundary.live.push_back(d);
      }
    }
    // Of the step itself: it is part of when the next block is posted.
    for (std::uint32_t s = 0; s < t; ++s) {
      if (last_heard[s] > t) {
        boundary.written.push_back(s);
      }
    }
    for (std::size_t chunk = t < steps.size() ? steps[t].first_chunk : chunks; chunk < chunks;
         ++chunk) {
      const std::uint32_t release = relaxed.chunk_release(chunk);
      if (release > steps[t].first_tile) {
        break;
      }
      if (boundary.releases.empty() || boundary.releases.back() != release) {
        boundary.releases.push_back(release);
      }
    }
    boundary.width = TimePlaces{relaxed.memories()}.events() + boundary.written.size() +
                     boundary.releases.size();
    boundaries_.push_back(std::move(boundary));
  }
}

}  // namespace memplace::bound
