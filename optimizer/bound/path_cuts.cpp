// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/path_cuts.h"

#include <algorithm>
#include <map>

#include "base/stopping.h"

namespace memplace::bound {
namespace {

constexpr std::uint32_t kTilesBetweenLooks = 1024;

// Sums of times by variable, as the terms of a cut.
class Terms {
 public:
  Terms(const RelaxedProgram& relaxed, Cut& cut)
      : memories_(relaxed.memories()), io_memory_(relaxed.io_memory()), cut_(cut) {}
  ~Terms() {
    for (const auto& [variable, time] : sums_) {
      cut_.terms.push_back({variable, time});
    }
  }
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;

  void add(DecisionIndex decision, std::size_t memory, Time time) {
    if (decision != kFixed) {
      sums_[static_cast<std::uint32_t>(decision * memories_ + memory)] += time;
    } else if (memory == io_memory_) {
      cut_.constant += time;
    }
  }

 private:
  std::size_t memories_;
  std::size_t io_memory_;
  Cut& cut_;
  std::map<std::uint32_t, Time> sums_;
};

}  // namespace

std::size_t main_memory(const Shares& shares, std::size_t decision, std::size_t memories) {
  const auto first = shares.begin() + static_cast<std::ptrdiff_t>(decision * memories);
  return static_cast<std::size_t>(
      std::max_element(first, first + static_cast<std::ptrdiff_t>(memories)) - first);
}

double Cut::at(const Shares& shares) const {
  auto sum = static_cast<double>(constant);
  for (const Term& term : terms) {
    sum += static_cast<double>(term.time) * shares[term.variable];
  }
  return sum;
}

Cut compute_cut(const RelaxedProgram& relaxed) {
  Cut cut;
  for (const Step& step : relaxed.steps()) {
    cut.constant += step.dispatch + step.compute;
  }
  return cut;
}

std::vector<Cut> channel_cuts(const RelaxedProgram& relaxed) {
  std::vector<Cut> cuts;
  for (std::size_t m = 0; m < relaxed.memories(); ++m) {
    const Memory& memory = relaxed.program().chip().memories[MemoryId(m)];
    // Of a chip-wide memory one channel serves all streams.
    const Time streams = memory.scope == Scope::kChip ? relaxed.program().mode().streams : 1;
    Cut reads;
    Cut writes;
    {
      Terms read_terms(relaxed, reads);
      Terms write_terms(relaxed, writes);
      Terms& output_terms = memory.channels == Channels::kSplit ? write_terms : read_terms;
      for (const Step& step : relaxed.steps()) {
        for (std::size_t chunk = step.first_chunk; chunk < step.end_chunk; ++chunk) {
          read_terms.add(step.weights, m, streams * relaxed.chunk_read(chunk)[m]);
        }
        const auto operands = relaxed.operand_decisions(step);
        for (std::size_t block = step.first_block; block < step.end_block; ++block) {
          for (std::size_t i = 0; i < operands.size(); ++i) {
            read_terms.add(operands[i], m, streams * relaxed.operand_read(block, i)[m]);
          }
        }
        for (std::size_t tile = step.first_tile; tile < step.end_tile; ++tile) {
          output_terms.add(step.output, m, streams * relaxed.tile_write(tile)[m]);
        }
      }
    }
    cuts.push_back(std::move(reads));
    if (memory.channels == Channels::kSplit) {
      cuts.push_back(std::move(writes));
    }
  }
  return cuts;
}

PathFinder::PathFinder(const RelaxedProgram& relaxed)
    : relaxed_(relaxed),
      memories_(relaxed.memories()),
      chunk_decision_(relaxed.program().chunks.size(), kFixed),
      tile_end_(relaxed.program().tiles.size() + 1),
      served_(relaxed.program().chunks.size() * memories_),
      written_(relaxed.program().tiles.size() * memories_) {
  for (std::size_t m = 0; m < memories_; ++m) {
    in_order_ = in_order_ && relaxed.in_order(m);
  }
  for (const Step& step : relaxed.steps()) {
    std::fill(chunk_decision_.begin() + step.first_chunk, chunk_decision_.begin() + step.end_chunk,
              step.weights);
  }
}

std::uint32_t PathFinder::add() {
  nodes_.emplace_back();
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void PathFinder::reach(std::uint32_t node, std::uint32_t from, Time constant,
                       std::uint32_t variable, Time factor) {
  double time = nodes_[from].time + static_cast<double>(constant);
  if (variable != kNone) {
    time += static_cast<double>(factor) * (*shares_)[variable];
  }
  Node& reached = nodes_[node];
  if (reached.before == kNone || time > reached.time) {
    reached = {time, from, variable, constant, factor};
  }
}

// A piece that takes `factor` more where the decision is in that memory.
void PathFinder::reach_in(std::uint32_t node, std::uint32_t from, Time constant,
                          DecisionIndex decision, std::size_t memory, Time factor) {
  if (decision == kFixed) {
    reach(node, from, constant + (memory == relaxed_.io_memory() ? factor : 0));
  } else {
    reach(node, from, constant, static_cast<std::uint32_t>(decision * memories_ + memory), factor);
  }
}

// The channels of weights up to those chunks that are posted once so many tiles have ended.
void PathFinder::post_chunks(std::uint32_t ended) {
  for (; chunks_posted_ < chunk_decision_.size() && relaxed_.chunk_release(chunks_posted_) <= ended;
       ++chunks_posted_) {
    const std::size_t chunk = chunks_posted_;
    const std::uint32_t at = tile_end_[relaxed_.chunk_release(chunk)];
    for (const std::size_t m : relaxed_.memories_of(chunk_decision_[chunk])) {
      const std::uint32_t served = add();
      const Time time = relaxed_.chunk_read(chunk)[m];
      reach_in(served, at, 0, chunk_decision_[chunk], m, time);
      reach_in(served, weights_free_[m], 0, chunk_decision_[chunk], m, time);
      served_[chunk * memories_ + m] = weights_free_[m] = served;
    }
  }
}

void PathFinder::read_block(std::size_t step, std::size_t block) {
  const Step& s = relaxed_.steps()[step];
  const std::uint32_t posted = add();
  reach(posted, posted_, 0);
  if (holds(PathRule::kSlots) && block >= 2) {
    reach(posted, tile_end_[relaxed_.block_last_tile(block - 2) + 1], 0);
  }
  for (const std::uint32_t producer : relaxed_.producers(s)) {
    const Step& before = relaxed_.steps()[producer];
    const std::size_t last = before.end_tile - 1;
    reach(posted, tile_end_[last + 1], 0);
    for (const std::size_t m : relaxed_.memories_of(before.output)) {
      if (relaxed_.tile_write(last)[m] != 0) {
        reach_in(posted, written_[last * memories_ + m], 0, before.output, m, relaxed_.latency(m));
      }
    }
  }
  posted_ = posted;

  if (holds(PathRule::kQueue)) {
    const std::uint32_t ended = relaxed_.ended_before_block(step, block);
    post_chunks(ended);
    while (queued_ < chunks_posted_ && relaxed_.chunk_release(queued_) <= ended) {
      ++queued_;
    }
  }
  const auto operands = relaxed_.operand_decisions(s);
  block_served_.resize(operands.size() * memories_);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    for (const std::size_t m : relaxed_.memories_of(operands[i])) {
      const Time time = relaxed_.operand_read(block, i)[m];
      const std::uint32_t served = add();
      reach_in(served, posted, 0, operands[i], m, time);
      if (inputs_free_[m] != kBegin) {
        reach_in(served, inputs_free_[m], 0, operands[i], m, time);
      }
      if (holds(PathRule::kQueue) && operands[i] == kFixed && time > 0 && queued_ > 0 &&
          relaxed_.in_order(relaxed_.io_memory())) {
        reach(served, served_[(queued_ - 1) * memories_ + m], time);
      }
      block_served_[i * memories_ + m] = inputs_free_[m] = served;
    }
  }
}

void PathFinder::run_tile(std::size_t step, std::size_t tile) {
  const Step& s = relaxed_.steps()[step];
  const bool is_first = tile == s.first_tile;
  if (block_ < s.end_block && relaxed_.block_first_tile(block_) == tile) {
    read_block(step, block_++);
  }
  const std::uint32_t end = add();
  const Time compute = relaxed_.tile_compute(tile);
  reach(end, tile_end_[tile], compute + (is_first ? s.dispatch : 0));
  const auto operands = relaxed_.operand_decisions(s);
  for (std::size_t i = 0; i < operands.size() && block_ > s.first_block; ++i) {
    for (const std::size_t m : relaxed_.memories_of(operands[i])) {
      if (relaxed_.operand_read(block_ - 1, i)[m] != 0) {
        reach_in(end, block_served_[i * memories_ + m], compute, operands[i], m,
                 relaxed_.latency(m));
      }
    }
  }
  reach(end, posted_, compute);
  if (chunk_ < s.end_chunk && relaxed_.chunk_first_tile(chunk_) == tile) {
    const std::size_t chunk = chunk_++;
    if (holds(PathRule::kPrefetch)) {
      post_chunks(relaxed_.chunk_release(chunk));
      for (const std::size_t m : relaxed_.memories_of(s.weights)) {
        if (relaxed_.chunk_read(chunk)[m] != 0) {
          reach_in(end, served_[chunk * memories_ + m], compute, s.weights, m, relaxed_.latency(m));
        }
      }
    }
  }
  const Time* const write = relaxed_.tile_write(tile);
  // Of one op, outputs are written in order, so the slot of the tile before the last is free first.
  if (holds(PathRule::kSlots) && in_order_ && tile >= s.first_tile + 2 &&
      relaxed_.tile_write(tile - 1)[0] != 0 && relaxed_.tile_write(tile - 2)[0] != 0) {
    for (const std::size_t m : relaxed_.memories_of(s.output)) {
      reach_in(end, written_[(tile - 2) * memories_ + m], compute, s.output, m,
               relaxed_.latency(m));
    }
  }
  tile_end_[tile + 1] = end;
  for (const std::size_t m : relaxed_.memories_of(s.output)) {
    const std::uint32_t written = add();
    reach_in(written, end, 0, s.output, m, write[m]);
    if (!is_first) {
      reach_in(written, written_[(tile - 1) * memories_ + m], 0, s.output, m, write[m]);
    }
    written_[tile * memories_ + m] = written;
  }
}

Cut PathFinder::longest(const Shares& shares, PathRule last) {
  shares_ = &shares;
  last_ = last;
  nodes_.clear();
  nodes_.push_back({0, kBegin, kNone, 0, 0});
  tile_end_[0] = posted_ = kBegin;
  weights_free_.assign(memories_, kBegin);
  inputs_free_.assign(memories_, kBegin);
  chunks_posted_ = 0;
  block_ = chunk_ = queued_ = 0;
  const std::uint32_t finish = add();
  reach(finish, kBegin, 0);
  const auto steps = relaxed_.steps();
  Lookout lookout(kTilesBetweenLooks);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    const Step& s = steps[step];
    for (std::size_t tile = s.first_tile; tile < s.end_tile; ++tile) {
      lookout.step();
      run_tile(step, tile);
    }
    const std::size_t tile = s.end_tile - 1;
    reach(finish, tile_end_[tile + 1], 0);
    for (const std::size_t m : relaxed_.memories_of(s.output)) {
      if (relaxed_.tile_write(tile)[m] != 0) {
        reach_in(finish, written_[tile * memories_ + m], 0, s.output, m, relaxed_.latency(m));
      }
    }
  }
  return trace(finish);
}

Cut PathFinder::trace(std::uint32_t node) const {
  Cut cut;
  std::map<std::uint32_t, Time> sums;
  for (; node != kBegin; node = nodes_[node].before) {
    cut.constant += nodes_[node].constant;
    if (nodes_[node].variable != kNone && nodes_[node].factor != 0) {
      sums[nodes_[node].variable] += nodes_[node].factor;
    }
  }
  for (const auto& [variable, time] : sums) {
    cut.terms.push_back({variable, time});
  }
  return cut;
}

}  // namespace memplace::bound
