// SPDX-License-Identifier: Apache-2.0
#include "report/trace/mover_frontier.h"

#include <algorithm>
#include <cstddef>

#include "report/trace/frontier.h"

namespace memplace {

MoverFrontier::MoverFrontier(const Program& program, std::span<const Move> moves)
    : program_(program) {
  if (moves.empty()) {
    return;
  }
  for (const Move& move : moves) {
    Watched watched;
    watched.pieces = static_cast<std::uint32_t>(
        ceil_div(move.bytes.count(), program.chip().mover.piece.count()));
    // Views end with the last op before them that is none.
    for (std::size_t op = move.steps().begin; op-- > 0;) {
      if (program.ops[op].first_tile != program.ops[op].end_tile) {
        watched.after = op;
        break;
      }
    }
    moves_.push_back(watched);
  }
  ended_.resize(program.ops.size());
  outputs_.resize(static_cast<std::size_t>(program.mode().inferences));
  free_.assign(static_cast<std::size_t>(program.chip().mover.in_flight), Picoseconds(0));
  begin_inference(Picoseconds(0));
}

void MoverFrontier::begin_inference(Picoseconds now) {
  begun_ = now;
  for (Watched& move : moves_) {
    move.unheard = move.pieces;
  }
}

// All pieces of an inference are written before it is.
void MoverFrontier::hear_output(const TransferEvent& event) {
  if (moves_.empty()) {
    return;
  }
  ++outputs_[event.key.position / program_.ops.size()];
  while (inference_ + 1 < outputs_.size() && outputs_[inference_] == program_.tiles.size()) {
    ++inference_;
    begin_inference(event.arrived);
  }
}

void MoverFrontier::hear_compute(const ComputeEvent& event) {
  if (moves_.empty()) {
    return;
  }
  const std::size_t op = event.position % program_.ops.size();
  if (event.tile + 1 == program_.ops[op].end_tile) {
    ended_[op] = {event.position, event.end};
  }
}

// The place that got free last: whatever the unheard took got free no later than what is left.
void MoverFrontier::take_place(Picoseconds when) {
  std::size_t latest = free_.size();
  for (std::size_t i = 0; i < free_.size(); ++i) {
    if (free_[i] <= when && (latest == free_.size() || free_[i] > free_[latest])) {
      latest = i;
    }
  }
  if (latest < free_.size()) {
    free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(latest));
  }
}

void MoverFrontier::hear_piece(const TransferEvent& event, std::size_t move) {
  const std::uint32_t piece = event.key.operand / 2;
  if (!event.key.is_write()) {
    --moves_[move].unheard;
    take_place(event.posted - program_.chip().mover.overhead);
    writing_.push_back({move, piece, event.arrived});
    return;
  }
  free_.push_back(event.arrived);
  std::erase_if(writing_, [&](const Writing& w) { return w.move == move && w.piece == piece; });
}

std::optional<Picoseconds> MoverFrontier::opened(const Watched& move) const {
  if (!move.after.has_value()) {
    return begun_;
  }
  const Ended& after = ended_[*move.after];
  const std::size_t position = inference_ * program_.ops.size() + *move.after;
  return after.position == position ? std::optional(std::max(begun_, after.at)) : std::nullopt;
}

Picoseconds MoverFrontier::time() const {
  Picoseconds time = Frontier::kNever;
  for (const Writing& piece : writing_) {
    time = std::min(time, piece.posted);
  }
  if (free_.empty()) {
    return time;  // nothing begins before one of those is written
  }
  std::optional<Picoseconds> first;
  for (const Watched& move : moves_) {
    const std::optional<Picoseconds> open = move.unheard > 0 ? opened(move) : std::nullopt;
    if (open.has_value() && (!first.has_value() || *open < *first)) {
      first = open;
    }
  }
  if (first.has_value()) {
    time = std::min(time, std::max(*first, *std::min_element(free_.begin(), free_.end())));
  }
  return time;
}

}  // namespace memplace
