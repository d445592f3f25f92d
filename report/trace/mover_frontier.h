// SPDX-License-Identifier: Apache-2.0
// How far back in time pieces of moves still to be heard of may have begun.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// One stream's mover. It takes its places in no order that is known beforehand, but a piece of
// which nothing was heard took one that was free, for a move that was open (law 9). So it took it
// after the first of the places that seem free got so, and after the first of the moves that are
// not all heard of was opened. Moves that are not open yet will be opened after everything heard
// of.
class MoverFrontier {
 public:
  MoverFrontier(const Program& program, std::span<const Move> moves);

  // A request of a piece of move `move`.
  void hear_piece(const TransferEvent& event, std::size_t move);
  // A tile's output; the last of an inference opens the next one's moves.
  void hear_output(const TransferEvent& event);
  void hear_compute(const ComputeEvent& event);

  // No piece to be heard of took its place, and no request of one was posted, before. The latest
  // time there is where that is not before the end of the last tile heard of.
  Picoseconds time() const;

 private:
  struct Ended {
    std::optional<std::uint32_t> position;
    Picoseconds at;
  };
  struct Watched {
    std::uint32_t pieces = 0;
    std::optional<std::size_t> after;  // an op with tiles
    std::uint32_t unheard = 0;         // reads, in this inference
  };
  // A piece that was read.
  struct Writing {
    std::size_t move = 0;
    std::uint32_t piece = 0;
    Picoseconds posted;
  };

  void begin_inference(Picoseconds now);
  void take_place(Picoseconds when);
  std::optional<Picoseconds> opened(const Watched& move) const;

  const Program& program_;
  std::vector<Watched> moves_;
  std::vector<Ended> ended_;  // by op
  std::uint32_t inference_ = 0;
  Picoseconds begun_;                   // the inference
  std::vector<std::uint32_t> outputs_;  // heard of, by inference
  std::vector<Picoseconds> free_;       // since when, of places that seem free
  std::vector<Writing> writing_;
};

}  // namespace memplace
