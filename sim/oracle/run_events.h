// SPDX-License-Identifier: Apache-2.0
// The events of a run, found by who they are, and the times that follow from them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/oracle/naive_facts.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// What an observer saw, in any order.
struct RunRecord {
  std::span<const TransferEvent> transfers;
  std::span<const ComputeEvent> computes;
};

// One inference of one stream.
struct Turn {
  std::uint32_t stream = 0;
  std::uint32_t inference = 0;
};

class RunEvents {
 public:
  // All are referred to.
  RunEvents(const Program& program, std::span<const Move> moves, const RunRecord& record);

  // All there are, in order of keys and of (stream, position, tile).
  std::span<const TransferEvent> transfers() const { return transfers_; }
  std::span<const ComputeEvent> computes() const { return computes_; }
  // Null where there is none.
  const TransferEvent* find(const RequestKey& key) const;
  const ComputeEvent* find(std::uint32_t stream, std::uint32_t position, std::uint32_t tile) const;

  const Program& program() const { return program_; }
  std::span<const Move> moves() const { return moves_; }
  std::span<const Turn> turns() const { return turns_; }
  const NaiveFacts& facts(TensorId id) const { return facts_[id]; }
  std::uint32_t position(const Turn& turn, OpId op) const;
  // The move of a tensor that is no view; null where it stays.
  const Move* move_of(TensorId id) const;
  // The ops that read a tensor under any name and are no views, in schedule order.
  std::span<const OpId> readers(TensorId source) const { return readers_[source]; }
  std::uint32_t pieces(const Move& move) const;
  Bytes piece_bytes(const Move& move, std::uint32_t piece) const;
  RequestKey piece_key(const Turn& turn, const Move& move, std::uint32_t piece, bool write) const;

  // Of an inference that has all its events: when everything before it in its stream was written,
  // when all of it is,
  Picoseconds begin(const Turn& turn) const;
  Picoseconds end(const Turn& turn) const { return ends_[number(turn)]; }
  // when the op has ended computing, or where it is a view, the last before it that is none,
  Picoseconds computed(const Turn& turn, OpId op) const;
  // the writes of the op, and those of the move.
  std::vector<const TransferEvent*> outputs(const Turn& turn, OpId op) const;
  std::vector<const TransferEvent*> piece_writes(const Turn& turn, const Move& move) const;

 private:
  std::size_t number(const Turn& turn) const {
    return std::size_t{turn.stream} * inferences_ + turn.inference;
  }

  const Program& program_;
  std::span<const Move> moves_;
  std::uint32_t ops_;
  std::uint32_t inferences_;
  std::vector<TransferEvent> transfers_;
  std::vector<ComputeEvent> computes_;
  std::vector<Turn> turns_;
  std::vector<Picoseconds> ends_;
  IdVector<TensorId, NaiveFacts> facts_;
  IdVector<TensorId, std::vector<OpId>> readers_;
};

}  // namespace memplace
