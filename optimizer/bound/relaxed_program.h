// SPDX-License-Identifier: Apache-2.0
// What every schedule obeys, as numbers: the relaxed model of docs/model/bound.md. It is the timing
// model of one stream in its first inference, but that requests of different kinds never wait for
// each other. So every event of it comes no later than in the simulators, whatever the mapping.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "sim/timing/program.h"

namespace memplace::bound {

// Plain picoseconds: this is the inside of a search.
using Time = std::int64_t;

// The index of a decision in Problem::decisions(); kFixed stands for tensors of Chip::io_memory.
using DecisionIndex = std::uint32_t;
inline constexpr DecisionIndex kFixed = UINT32_MAX;

// An op that computes; views are left out, so a step's number is not its op's.
struct Step {
  std::uint32_t op = 0;
  std::uint32_t first_tile = 0, end_tile = 0;
  std::uint32_t first_chunk = 0, end_chunk = 0;
  std::uint32_t first_block = 0, end_block = 0;
  std::uint32_t first_operand = 0, operands = 0;    // into RelaxedProgram::operand_decision
  std::uint32_t first_producer = 0, producers = 0;  // steps, into RelaxedProgram::producer
  DecisionIndex weights = kFixed;                   // meaningful where it has chunks
  DecisionIndex output = kFixed;
  Time dispatch = 0;
  Time compute = 0;  // of all its tiles

  bool has_weights() const { return first_chunk != end_chunk; }
};

// The decisions, steps and times of a lowered program. Times are of requests that find their
// channel idle, without latency, and 0 for requests of no bytes.
class RelaxedProgram {
 public:
  // Keeps a reference to the program.
  explicit RelaxedProgram(const Program& program);

  const Program& program() const { return *program_; }
  std::size_t memories() const { return latency_.size(); }
  std::size_t decisions() const { return decisions_; }
  // Where a decision may be: for kFixed one memory, else all of them.
  std::span<const std::size_t> memories_of(DecisionIndex decision) const {
    const std::span<const std::size_t> all = numbers_;
    return decision == kFixed ? all.subspan(io_memory_, 1) : all;
  }
  std::size_t io_memory() const { return io_memory_; }
  std::span<const Step> steps() const { return steps_; }

  std::span<const DecisionIndex> operand_decisions(const Step& step) const {
    return {operand_decision_.data() + step.first_operand, step.operands};
  }
  std::span<const std::uint32_t> producers(const Step& step) const {
    return {producer_.data() + step.first_producer, step.producers};
  }

  Time tile_compute(std::size_t tile) const { return program_->tiles[tile].compute.count(); }
  // By memory.
  const Time* chunk_read(std::size_t chunk) const { return &chunk_read_[chunk * memories()]; }
  const Time* operand_read(std::size_t block, std::size_t operand) const {
    return &operand_read_[(program_->blocks[block].first_operand + operand) * memories()];
  }
  const Time* tile_write(std::size_t tile) const { return &tile_write_[tile * memories()]; }
  Time latency(std::size_t memory) const { return latency_[memory]; }
  // Requests of one kind are served in the order in which they were posted.
  bool in_order(std::size_t memory) const { return in_order_[memory] != 0; }

  std::uint32_t chunk_first_tile(std::size_t chunk) const {
    return program_->chunks[chunk].first_tile;
  }
  std::uint32_t block_first_tile(std::size_t block) const {
    return program_->blocks[block].first_tile;
  }
  std::uint32_t block_last_tile(std::size_t block) const {
    return program_->blocks[block].last_tile;
  }
  // A chunk is posted at 0, or at the end of tile number chunk_release() - 1 where that is
  // positive.
  std::uint32_t chunk_release(std::size_t chunk) const { return chunk_release_[chunk]; }
  // The number of tiles at whose end `block`, of that step, is surely not posted yet or just then:
  // it waits for the last tile of a producer, and for a slot.
  std::uint32_t ended_before_block(std::size_t step, std::size_t block) const;

 private:
  void find_steps();
  void find_times();
  void find_releases();

  const Program* program_;
  std::size_t decisions_ = 0;
  std::size_t io_memory_ = 0;
  std::vector<std::size_t> numbers_;  // of memories: 0, 1, ...
  std::vector<Step> steps_;
  std::vector<DecisionIndex> operand_decision_;
  std::vector<std::uint32_t> producer_;
  std::vector<Time> chunk_read_, operand_read_, tile_write_, latency_;
  std::vector<char> in_order_;
  std::vector<std::uint32_t> chunk_release_;
};

}  // namespace memplace::bound
