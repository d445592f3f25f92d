// SPDX-License-Identifier: Apache-2.0
// Law 9 in the engine.
#include <algorithm>

#include "sim/event/engine.h"

namespace memplace::event {

// The steps of pieces that are over at this instant.
void Engine::take_steps(StreamState& s, Time now) {
  begin_moves(s, now);
  for (std::uint32_t place = 0; place < s.mover.places();) {
    Piece& piece = s.mover.at(place);
    if (piece.until != now) {
      ++place;
      continue;
    }
    if (piece.step == Piece::Step::kWriting) {
      const std::uint32_t move = piece.move;
      s.mover.finish(place);  // another has this place now
      if (s.mover.is_complete(move)) {
        s.move_written[move] = now;
        if (s.index == 0 && s.moving == 0) {
          move_timing_[move].end = Picoseconds(now);
        }
      }
      continue;
    }
    piece.step =
        piece.step == Piece::Step::kOverhead ? Piece::Step::kReading : Piece::Step::kWriting;
    piece.until = kUnknown;
    post_piece(s, place++, now);
  }
}

// An inference's moves begin when the one before is written; none of its pieces is left then.
void Engine::begin_moves(StreamState& s, Time now) {
  while (s.moving + 1 < inferences_ && s.moving < s.completions.size() &&
         s.completions[s.moving] <= now) {
    ++s.moving;
    s.mover.begin_inference();
    std::fill(s.move_written.begin(), s.move_written.end(), kUnknown);
  }
}

void Engine::fill_places(StreamState& s, Time now) {
  begin_moves(s, now);
  const bool computes = s.tiles.inference == s.moving;
  s.mover.open_until(computes ? s.tiles.op : ops_);
  const Time overhead = program_.chip().mover.overhead.count();
  while (s.mover.can_take()) {
    const std::uint32_t place = s.mover.take();
    Piece& piece = s.mover.at(place);
    if (overhead > 0) {
      piece.until = now + overhead;
    } else {
      piece.step = Piece::Step::kReading;
      post_piece(s, place, now);
    }
  }
}

// Reads or writes it, as its step says.
void Engine::post_piece(const StreamState& s, std::uint32_t place, Time now) {
  const Piece& piece = s.mover.at(place);
  const RunMove& move = moves_[piece.move];
  const bool writes = piece.step == Piece::Step::kWriting;
  if (!writes && piece.number == 0 && s.index == 0 && s.moving == 0) {
    move_timing_[piece.move].begin = Picoseconds(now);
  }
  Request request;
  request.order = Request::pack({RequestKind::kMove, s.index, s.moving * ops_ + move.first_op,
                                 move.tensor, 2 * piece.number + (writes ? 1 : 0)});
  request.size_class = moves_.size_class(piece.move, piece.number);
  request.memory = writes ? move.to : move.from;
  request.stream = s.index;
  posted_.push_back(request);
}

Time Engine::next_of_moves(const StreamState& s) const {
  if (moves_.empty()) {
    return kUnknown;
  }
  const bool known = s.moving + 1 < inferences_ && s.moving < s.completions.size();
  return std::min(s.mover.next(), known ? s.completions[s.moving] : kUnknown);
}

std::pair<std::uint32_t, Time> Engine::awaited_move(const StreamState& s, bool for_weights) const {
  const LoweredOp& op = program_.ops[s.tiles.op];
  if (moves_.empty()) {
    return {kNoMove, 0};
  }
  if (for_weights) {
    // A chunk that the compute sequencer idles for had to wait for nothing but its bytes: all space
    // that will be free is.
    return {moves_.of(op.weights), s.chunks.front().posted};
  }
  std::pair<std::uint32_t, Time> latest{kNoMove, 0};
  for (const TensorId operand : op.operands) {
    const std::uint32_t move = moves_.of(operand);
    if (move != kNoMove && (s.move_written[move] > latest.second ||
                            (s.move_written[move] == latest.second && move < latest.first))) {
      latest = {move, s.move_written[move]};
    }
  }
  return latest;
}

}  // namespace memplace::event
