// SPDX-License-Identifier: Apache-2.0
// Which moves of a stream are open, and whose piece is next (law 9).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event/run_moves.h"

namespace memplace::event {

class OpenMoves {
 public:
  // The moves outlive it, and are bound when it is cleared.
  explicit OpenMoves(const RunMoves& moves) : moves_(moves) {}

  // None is open.
  void clear() {
    taken_.assign(moves_.size(), 0);
    ready_.assign((moves_.size() + 63) / 64, 0);
    ready_count_ = opened_ = 0;
  }

  // Whether anything opens when the ops before `op` have computed.
  bool opens_until(std::uint32_t op) const {
    return opened_ < moves_.size() && moves_[moves_.by_opening()[opened_]].opens_at <= op;
  }
  void open_until(std::uint32_t op) {
    while (opens_until(op)) {
      make_ready(moves_.by_opening()[opened_++]);
    }
  }
  // So many of RunMoves::by_opening() are open.
  std::uint32_t opened() const { return opened_; }

  // Open moves with pieces left: how many, and the first of them.
  std::uint32_t ready() const { return ready_count_; }
  std::uint32_t first_ready() const {
    std::size_t word = 0;
    while (ready_[word] == 0) {
      ++word;
    }
    return static_cast<std::uint32_t>(64 * word +
                                      static_cast<std::size_t>(std::countr_zero(ready_[word])));
  }

  // The next piece of first_ready(), whose number is returned.
  std::uint32_t take(std::uint32_t move) {
    const std::uint32_t piece = taken_[move]++;
    if (taken_[move] == moves_[move].pieces) {
      ready_[move / 64] &= ~(std::uint64_t{1} << move % 64);
      --ready_count_;
    }
    return piece;
  }
  std::uint32_t taken(std::uint32_t move) const { return taken_[move]; }

  // Opens as open_until() does, with all pieces taken; set_taken() says of which they are not.
  void pass(std::uint32_t op) {
    for (; opens_until(op); ++opened_) {
      const std::uint32_t move = moves_.by_opening()[opened_];
      taken_[move] = moves_[move].pieces;
    }
  }
  void set_taken(std::uint32_t move, std::uint32_t pieces) {
    taken_[move] = pieces;
    if (pieces < moves_[move].pieces) {
      make_ready(move);
    }
  }

 private:
  void make_ready(std::uint32_t move) {
    ready_[move / 64] |= std::uint64_t{1} << move % 64;
    ++ready_count_;
  }

  const RunMoves& moves_;
  std::vector<std::uint32_t> taken_;  // pieces, by move
  std::vector<std::uint64_t> ready_;  // as bits
  std::uint32_t ready_count_ = 0;
  std::uint32_t opened_ = 0;
};

}  // namespace memplace::event
