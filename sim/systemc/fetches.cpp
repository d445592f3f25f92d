// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/fetches.h"

#include <algorithm>

#include "base/error.h"

namespace memplace::systemc {

Fetches::Fetches(const Program& program, std::span<const Move> moves)
    : moves_(moves.begin(), moves.end()), piece_(program.chip().mover.piece) {
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
      note_needs(program, op);
    }
  }
}

// An op's chunks lie in its weights one after the other. An op that reads its weights more than
// once, which its chunks then have more bytes than, waits for all of them.
void Fetches::note_needs(const Program& program, const LoweredOp& op) {
  const std::size_t move = *move_of_[op.weights];
  const Bytes weights = moves_[move].bytes;
  Bytes read;
  for (std::uint32_t chunk = op.first_chunk; chunk != op.end_chunk; ++chunk) {
    read += program.chunks[chunk].bytes;
  }
  Bytes end;
  for (std::uint32_t chunk = op.first_chunk; chunk != op.end_chunk; ++chunk) {
    end += program.chunks[chunk].bytes;
    const Bytes needed = read > weights ? weights : end;
    needs_[chunk] = {move, static_cast<std::uint32_t>(ceil_div(needed.count(), piece_.count()))};
  }
}

void Fetches::begin_inference(std::uint32_t inference) {
  inference_ = inference;
  progress_.assign(moves_.size(), {});
}

std::uint32_t Fetches::pieces(std::size_t move) const {
  return static_cast<std::uint32_t>(ceil_div(moves_[move].bytes.count(), piece_.count()));
}

std::optional<std::size_t> Fetches::move_of(TensorId tensor) const {
  return moves_.empty() ? std::nullopt : move_of_[tensor];
}

void Fetches::note_written(std::size_t move, std::uint32_t piece, Picoseconds now) {
  Progress& progress = progress_[move];
  MEMPLACE_ASSERT(piece >= progress.written.size() && !progress.beyond.contains(piece),
                  "a piece was written twice");
  progress.beyond.insert(piece);
  while (progress.beyond.contains(static_cast<std::uint32_t>(progress.written.size()))) {
    progress.beyond.erase(static_cast<std::uint32_t>(progress.written.size()));
    progress.written.push_back(now);
  }
}

bool Fetches::all_written(std::size_t move) const {
  return progress_[move].written.size() == pieces(move);
}

bool Fetches::may_post_chunk(std::uint32_t inference, std::uint32_t chunk) const {
  if (moves_.empty() || !needs_[chunk].move.has_value()) {
    return true;
  }
  const Need& need = needs_[chunk];
  return inference == inference_ && progress_[*need.move].written.size() >= need.pieces;
}

std::optional<Fetched> Fetches::fetched_chunk(std::uint32_t chunk) const {
  if (moves_.empty() || !needs_[chunk].move.has_value()) {
    return std::nullopt;
  }
  const Need& need = needs_[chunk];
  return Fetched{*need.move, progress_[*need.move].written[need.pieces - 1]};
}

bool Fetches::may_post_blocks(const LoweredOp& op) const {
  return moves_.empty() ||
         std::all_of(op.operands.begin(), op.operands.end(), [&](TensorId operand) {
           return !move_of_[operand].has_value() || all_written(*move_of_[operand]);
         });
}

std::optional<Fetched> Fetches::fetched_operands(const LoweredOp& op) const {
  std::optional<Fetched> last;
  for (const TensorId operand : op.operands) {
    const std::optional<std::size_t> move = move_of(operand);
    if (!move.has_value()) {
      continue;
    }
    const Picoseconds written = progress_[*move].written.back();
    if (!last.has_value() || written > last->written ||
        (written == last->written && *move < last->move)) {
      last = Fetched{*move, written};
    }
  }
  return last;
}

}  // namespace memplace::systemc
