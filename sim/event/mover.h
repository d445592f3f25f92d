// SPDX-License-Identifier: Apache-2.0
// One stream's mover (law 9), without channels: which moves are open, which pieces are under way,
// and what is written.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

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
  void open_until(std::uint32_t op);

  // The next piece for a free place, if there are both.
  bool can_take() const { return places_.size() < in_flight_ && ready_count_ > 0; }
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
  std::vector<std::uint32_t> taken_;                            // pieces, by move
  std::vector<std::uint32_t> written_;                          // pieces without a gap, by move
  std::vector<std::pair<std::uint32_t, std::uint32_t>> early_;  // written beyond a gap
  std::vector<std::uint64_t> ready_;                            // open moves with pieces left
  std::uint32_t ready_count_ = 0;
  std::uint32_t opened_ = 0;  // so many of RunMoves::by_opening()
  std::vector<Piece> places_;
};

inline void Mover::open_until(std::uint32_t op) {
  const auto order = moves_.by_opening();
  while (opened_ < order.size() && moves_[order[opened_]].opens_at <= op) {
    const std::uint32_t move = order[opened_++];
    ready_[move / 64] |= std::uint64_t{1} << move % 64;
    ++ready_count_;
  }
}

inline std::uint32_t Mover::take() {
  std::size_t word = 0;
  while (ready_[word] == 0) {
    ++word;
  }
  const auto move = static_cast<std::uint32_t>(
      64 * word + static_cast<std::size_t>(std::countr_zero(ready_[word])));
  places_.push_back({move, taken_[move]++, Piece::Step::kOverhead, kUnknown});
  if (taken_[move] == moves_[move].pieces) {
    ready_[word] &= ready_[word] - 1;
    --ready_count_;
  }
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
