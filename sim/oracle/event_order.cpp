// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "sim/oracle/event_checks.h"

namespace memplace {
namespace {

class OrderChecker {
 public:
  explicit OrderChecker(const RunEvents& run) : run_(run) {}

  FoundViolation check() const {
    for (const auto what : {&OrderChecker::check_reads, &OrderChecker::check_computes,
                            &OrderChecker::check_writes, &OrderChecker::check_moves}) {
      for (const Turn& turn : run_.turns()) {
        if (const FoundViolation found = (this->*what)(turn)) {
          return found;
        }
      }
    }
    return std::nullopt;
  }

 private:
  FoundViolation check_reads(const Turn& turn) const {
    for (const OpId id : run_.program().graph().ops()) {
      if (const FoundViolation found = check_chunks(turn, id)) {
        return found;
      }
      if (const FoundViolation found = check_blocks(turn, id)) {
        return found;
      }
    }
    return std::nullopt;
  }

  // Chunks lie in the weights one after the other; weights read more than once have to be whole.
  FoundViolation check_chunks(const Turn& turn, OpId id) const {
    const Program& program = run_.program();
    const Op& op = program.graph().op(id);
    const LoweredOp& lowered = program.ops[id.index()];
    const Move* move = op.weights.has_value() ? run_.move_of(op.weights->tensor) : nullptr;
    if (move == nullptr) {
      return std::nullopt;
    }
    const auto writes = run_.piece_writes(turn, *move);
    Bytes all;
    for (std::uint32_t chunk = lowered.first_chunk; chunk < lowered.end_chunk; ++chunk) {
      all += program.chunks[chunk].bytes;
    }
    Bytes end;
    for (std::uint32_t chunk = lowered.first_chunk; chunk < lowered.end_chunk; ++chunk) {
      const WeightChunk& read = program.chunks[chunk];
      end += read.bytes;
      const Bytes needed = all > move->bytes ? move->bytes : end;
      const TransferEvent& event = *run_.find(
          {RequestKind::kWeight, turn.stream, run_.position(turn, id), read.first_tile, 0});
      Bytes before;
      for (const TransferEvent* write : writes) {
        if (before < needed && write->arrived > event.posted) {
          return about_request(EventViolation::kReadTooEarly, event);
        }
        before += write->bytes;
      }
    }
    return std::nullopt;
  }

  FoundViolation check_blocks(const Turn& turn, OpId id) const {
    const Program& program = run_.program();
    const Op& op = program.graph().op(id);
    const LoweredOp& lowered = program.ops[id.index()];
    Picoseconds allowed = run_.begin(turn);
    for (const Operand& input : op.inputs) {
      const NaiveFacts& facts = run_.facts(input.tensor);
      const Move* move = run_.move_of(facts.source);
      for (const TransferEvent* write : facts.written.has_value()
                                            ? run_.outputs(turn, OpId(*facts.written))
                                        : move != nullptr ? run_.piece_writes(turn, *move)
                                                          : std::vector<const TransferEvent*>{}) {
        allowed = std::max(allowed, write->arrived);
      }
    }
    for (std::uint32_t block = lowered.first_block; block < lowered.end_block; ++block) {
      for (std::uint32_t i = 0; i < op.inputs.size(); ++i) {
        const TransferEvent& event =
            *run_.find({RequestKind::kInput, turn.stream, run_.position(turn, id),
                        program.blocks[block].first_tile, i});
        if (event.posted < allowed) {
          return about_request(EventViolation::kReadTooEarly, event);
        }
      }
    }
    return std::nullopt;
  }

  FoundViolation check_computes(const Turn& turn) const {
    const Program& program = run_.program();
    for (const OpId id : program.graph().ops()) {
      const LoweredOp& lowered = program.ops[id.index()];
      const std::uint32_t at = run_.position(turn, id);
      for (std::uint32_t number = lowered.first_tile; number < lowered.end_tile; ++number) {
        const Tile& tile = program.tiles[number];
        const ComputeEvent& event = *run_.find(turn.stream, at, number);
        Picoseconds allowed = number == lowered.first_tile ? lowered.dispatch : Picoseconds(0);
        // Events are in order of tiles: the one before is that of the tile before.
        if (turn.inference > 0 || number > 0) {
          allowed += (&event - 1)->end;
        }
        if (lowered.first_chunk != lowered.end_chunk) {
          const std::uint32_t first = program.chunks[tile.chunk].first_tile;
          allowed = std::max(allowed,
                             run_.find({RequestKind::kWeight, turn.stream, at, first, 0})->arrived);
        }
        const std::uint32_t first = program.blocks[tile.block].first_tile;
        for (std::uint32_t i = 0; i < program.graph().op(id).inputs.size(); ++i) {
          allowed = std::max(allowed,
                             run_.find({RequestKind::kInput, turn.stream, at, first, i})->arrived);
        }
        if (event.begin < std::max(allowed, run_.begin(turn))) {
          return about_request(EventViolation::kComputedTooEarly, output_of(event), event.begin);
        }
      }
    }
    return std::nullopt;
  }

  FoundViolation check_writes(const Turn& turn) const {
    for (const OpId id : run_.program().graph().ops()) {
      for (const TransferEvent* write : run_.outputs(turn, id)) {
        if (write->posted < run_.find(turn.stream, write->key.position, write->key.tile)->end) {
          return about_request(EventViolation::kWrittenTooEarly, *write);
        }
      }
    }
    for (const Move& move : run_.moves()) {
      for (const TransferEvent* write : run_.piece_writes(turn, move)) {
        RequestKey read = write->key;
        --read.operand;
        if (write->posted < run_.find(read)->arrived) {
          return about_request(EventViolation::kWrittenTooEarly, *write);
        }
      }
    }
    return std::nullopt;
  }

  FoundViolation check_moves(const Turn& turn) const {
    for (const Move& move : run_.moves()) {
      Picoseconds open = run_.begin(turn);
      if (move.after.has_value()) {
        open = std::max(open, run_.computed(turn, *move.after));
      }
      for (std::uint32_t piece = 0; piece < run_.pieces(move); ++piece) {
        const TransferEvent& read = *run_.find(run_.piece_key(turn, move, piece, false));
        if (read.posted < open + run_.program().chip().mover.overhead) {
          EventValidation found = about_request(EventViolation::kMovedTooEarly, read);
          found.tensor = move.tensor;
          return found;
        }
      }
    }
    return std::nullopt;
  }

  const RunEvents& run_;
};

}  // namespace

FoundViolation check_order(const RunEvents& run) { return OrderChecker(run).check(); }

}  // namespace memplace
