// SPDX-License-Identifier: Apache-2.0
// One stream's mover (law 9), without channels: which moves are open, which pieces are under way,
// and what is written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/event/open_moves.h"
#include "sim/event/plan.h"
#include "sim/event/run_moves.h"

namespace memplace::event {

// A piece under way, in one of the mover's places.
struct Piece {
  enum class Step : std::uint8_t { kOverhead, kReading, kWriting };

  std::uint32_t move = 0;
  std::uint32_t number = 0;
  Step step = Step::kOverhead;
  Time until = kUnknown;  // when the step is over; kUnknown while that hangs on a channel
};

class Mover {
 public:
  // Both outlive it.
  Mover(const RunMoves& moves, const memplace::Mover& chip);

  // All places free, no move open, nothing written.
  void begin_inference();

  // All ops before `op` have computed.
  void open_until(std::uint32_t op) { open_.open_until(op); }

  // The next piece for a free place, if there are both.
  bool can_take() const { return places_.size() < in_flight_ && open_.ready() > 0; }
  // Takes it: the piece's place, with step kOverhead and no end yet.
  std::uint32_t take();

  std::uint32_t places() const { return static_cast<std::uint32_t>(places_.size()); }
  Piece& at(std::uint32_t place) { return places_[place]; }
  const Piece& at(std::uint32_t place) const { return places_[place]; }
  // The place of a piece that has one.
  Piece& under_way(std::uint32_t move, std::uint32_t number) {
    return *std::find_if(places_.begin(), places_.end(), [&](const Piece& piece) {
      return piece.move == move && piece.number == number;
    });
  }
  // When the next step is over.
  Time next() const {
    Time next = kUnknown;
    for (const Piece& piece : places_) {
      next = piece.until < next ? piece.until : next;
    }
    return next;
  }

  // The piece in the place is written. The last place becomes this one.
  void finish(std::uint32_t place);

  // So many pieces from the first on are written.
  std::uint32_t written(std::uint32_t move) const { return written_[move]; }
  bool is_complete(std::uint32_t move) const { return written_[move] == moves_[move].pieces; }

 private:
  const RunMoves& moves_;
  std::size_t in_flight_;
  OpenMoves open_;
  std::vector<std::uint32_t> written_;                          // pieces without a gap, by move
  std::vector<std::pair<std::uint32_t, std::uint32_t>> early_;  // written beyond a gap
  std::vector<Piece> places_;
};

inline std::uint32_t Mover::take() {
  const std::uint32_t move = open_.first_ready();
  places_.push_back({move, open_.take(move), Piece::Step::kOverhead, kUnknown});
  return places() - 1;
}

inline void Mover::finish(std::uint32_t place) {
  const Piece piece = places_[place];
  places_[place] = places_.back();
  places_.pop_back();
  std::uint32_t& written = written_[piece.move];
  if (piece.number != written) {
    early_.emplace_back(piece.move, piece.number);
    return;
  }
  ++written;
  // With bursts a short last piece may be written before those in front of it.
  for (std::size_t i = 0; i < early_.size();) {
    if (early_[i] == std::pair(piece.move, written)) {
      ++written;
      early_[i] = early_.back();
      early_.pop_back();
      i = 0;
    } else {
      ++i;
    }
  }
}

}  // namespace memplace::event
