// SPDX-License-Identifier: Apache-2.0
// Allocation problems of which the least capacity is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "sim/allocation/problem.h"

namespace memplace {

// A rectangle of `capacity` bytes and `steps` steps, cut edge to edge into `count` buffers: each
// cut halves the largest piece that allows one, across its bytes or its time, so that every byte is
// in use at every step. `capacity` is the least. In a random order.
inline AllocationProblem cut_rectangle(std::size_t count, std::int64_t capacity, std::int64_t steps,
                                       Rng& rng) {
  struct Piece {
    std::int64_t lower, upper, bottom, top;
  };
  std::vector<Piece> pieces{{0, steps, 0, capacity}};
  while (pieces.size() < count) {
    Piece& piece = pieces[static_cast<std::size_t>(rng.below(pieces.size()))];
    const std::int64_t length = piece.upper - piece.lower;
    const std::int64_t height = piece.top - piece.bottom;
    if (length * height * static_cast<std::int64_t>(count) < capacity * steps / 4) {
      continue;  // small enough
    }
    const bool across = rng.chance(0.5);
    if ((across ? height : length) < 2) {
      continue;
    }
    Piece other = piece;
    if (across) {
      piece.top = piece.bottom + rng.between(1, height - 1);
      other.bottom = piece.top;
    } else {
      piece.upper = piece.lower + rng.between(1, length - 1);
      other.lower = piece.upper;
    }
    pieces.push_back(other);
  }
  rng.shuffle(std::span(pieces));
  AllocationProblem problem;
  problem.capacity = Bytes(capacity);
  for (const Piece& piece : pieces) {
    problem.buffers.push_back({std::to_string(problem.buffers.size()), piece.lower, piece.upper,
                               Bytes(piece.top - piece.bottom), 1, std::nullopt});
  }
  return problem;
}

}  // namespace memplace
