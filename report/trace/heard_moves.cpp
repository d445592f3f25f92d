// SPDX-License-Identifier: Apache-2.0
#include "report/trace/heard_moves.h"

#include <algorithm>

namespace memplace {
namespace {

constexpr Picoseconds kUnheardPiece{-1};

}  // namespace

HeardMoves::HeardMoves(const Program& program, std::span<const Move> moves)
    : program_(program), moves_(moves.begin(), moves.end()) {
  if (moves_.empty()) {
    return;
  }
  move_of_ = IdVector<TensorId, std::optional<std::size_t>>(program.graph().tensors().size());
  for (std::size_t i = 0; i < moves_.size(); ++i) {
    move_of_[moves_[i].tensor] = i;
  }
  needs_.resize(program.chunks.size());
  for (const LoweredOp& op : program.ops) {
    if (op.first_chunk != op.end_chunk && move_of_[op.weights].has_value()) {
      note_needs(op);
    }
  }
  progress_.resize(static_cast<std::size_t>(program.mode().streams) * moves_.size());
}

std::uint32_t HeardMoves::pieces_of(std::size_t move) const {
  return static_cast<std::uint32_t>(
      ceil_div(moves_[move].bytes.count(), program_.chip().mover.piece.count()));
}

// An op whose chunks have more bytes than its weights reads these several times.
void HeardMoves::note_needs(const LoweredOp& op) {
  const std::size_t move = *move_of_[op.weights];
  Bytes read;
  for (std::uint32_t chunk = op.first_chunk; chunk < op.end_chunk; ++chunk) {
    read += program_.chunks[chunk].bytes;
  }
  Bytes end;
  for (std::uint32_t chunk = op.first_chunk; chunk < op.end_chunk; ++chunk) {
    end += program_.chunks[chunk].bytes;
    const Bytes needed = read > moves_[move].bytes ? moves_[move].bytes : end;
    needs_[chunk] = {move, static_cast<std::uint32_t>(
                               ceil_div(needed.count(), program_.chip().mover.piece.count()))};
  }
}

std::optional<std::size_t> HeardMoves::move_of(const RequestKey& piece) const {
  return moves_.empty() ? std::nullopt : move_of_[TensorId(piece.tile)];
}

// The moves of an inference begin when those of the one before are over.
HeardMoves::Progress& HeardMoves::progress_of(const RequestKey& key, std::size_t move) {
  Progress& progress = progress_[key.stream * moves_.size() + move];
  if (progress.written.empty() || progress.position != key.position) {
    progress.position = key.position;
    progress.heard = 0;
    progress.complete = 0;
    progress.written.assign(pieces_of(move), kUnheardPiece);
  }
  return progress;
}

std::optional<HeardMoves::Span> HeardMoves::hear(const TransferEvent& event, std::size_t move) {
  Progress& progress = progress_of(event.key, move);
  const std::uint32_t piece = event.key.operand / 2;
  if (!event.key.is_write()) {
    progress.begin = piece == 0 ? event.posted : progress.begin;
    return std::nullopt;
  }
  std::vector<Picoseconds>& written = progress.written;
  written[piece] = event.arrived;
  for (std::uint32_t& next = progress.complete;
       next < written.size() && written[next] != kUnheardPiece; ++next) {
    written[next] = next == 0 ? written[next] : std::max(written[next], written[next - 1]);
  }
  if (++progress.heard < written.size()) {
    return std::nullopt;
  }
  return Span{progress.begin, written.back()};
}

Picoseconds HeardMoves::written(const ComputeEvent& event, std::size_t move, std::uint32_t pieces,
                                Picoseconds latest) const {
  const Progress& progress = progress_[event.stream * moves_.size() + move];
  const std::size_t ops = program_.ops.size();
  const bool heard = progress.complete >= pieces && progress.position / ops == event.position / ops;
  return heard ? progress.written[pieces - 1] : latest;
}

// The operand that was written last; the first in the order of moves where there are several.
std::optional<HeardMoves::Wait> HeardMoves::wait_for_operands(const ComputeEvent& event,
                                                              const LoweredOp& op) const {
  std::optional<Wait> last;
  for (const TensorId operand : op.operands) {
    const std::optional<std::size_t> move = move_of_[operand];
    if (!move.has_value()) {
      continue;
    }
    const Picoseconds until = written(event, *move, pieces_of(*move), event.inputs_ready);
    if (!last.has_value() || until > last->until || (until == last->until && *move < last->move)) {
      last = Wait{*move, until};
    }
  }
  return last;
}

std::optional<HeardMoves::Wait> HeardMoves::wait(const ComputeEvent& event,
                                                 RequestKind charged) const {
  if (moves_.empty() || event.begin == event.ready) {
    return std::nullopt;
  }
  const LoweredOp& op = program_.ops[event.position % program_.ops.size()];
  std::optional<Wait> wait;
  if (charged == RequestKind::kWeight && op.first_chunk != op.end_chunk) {
    const Need& need = needs_[program_.tiles[event.tile].chunk];
    if (need.move.has_value()) {
      wait = Wait{*need.move, written(event, *need.move, need.pieces, event.weights_ready)};
    }
  } else if (charged == RequestKind::kInput) {
    wait = wait_for_operands(event, op);
  }
  return wait.has_value() && wait->until > event.ready ? wait : std::nullopt;
}

}  // namespace memplace
