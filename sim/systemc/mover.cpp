// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/mover.h"

#include <algorithm>

#include "base/error.h"
#include "sim/systemc/stream.h"

namespace memplace::systemc {

MoveSequencer::MoveSequencer(const sc_core::sc_module_name& name, Stream& stream,
                             TransactionPool& pool)
    : DmaSequencer(name, stream, pool) {
  SC_HAS_PROCESS(MoveSequencer);
  SC_METHOD(on_timer);
  dont_initialize();
  sensitive << timer_;
}

void MoveSequencer::begin_run() {
  MEMPLACE_ASSERT(prepared_.empty(), "a mover was busy at the begin of a run");
  free_places_ = stream_.board.program->chip().mover.in_flight;
}

void MoveSequencer::begin_inference() {
  MEMPLACE_ASSERT(free_places_ == stream_.board.program->chip().mover.in_flight,
                  "a piece of an inference that is written");
  taken_.assign(stream_.board.fetches.moves().size(), 0);
  first_left_ = 0;
}

// The inference under way is the first that is not written, so that the one before it is.
bool MoveSequencer::is_open(std::size_t move) const {
  const Scoreboard& board = stream_.board;
  const std::optional<OpId> after = board.fetches.moves()[move].after;
  // Tiles compute in program order, and a view's empty range of tiles ends where that of the last
  // op before it does which is none.
  return !after.has_value() || board.tiles_computed >= board.program->ops[after->index()].end_tile;
}

Bytes MoveSequencer::bytes_of(std::size_t move, std::uint32_t piece) const {
  const Bytes most = stream_.board.program->chip().mover.piece;
  return std::min(most, stream_.board.fetches.moves()[move].bytes - most * piece);
}

void MoveSequencer::fill_places() {
  const Fetches& fetches = stream_.board.fetches;
  if (stream_.finished()) {
    return;  // there is no next inference to fetch for
  }
  while (first_left_ < taken_.size() && taken_[first_left_] == fetches.pieces(first_left_)) {
    ++first_left_;
  }
  for (std::size_t move = first_left_; move < taken_.size() && free_places_ > 0; ++move) {
    if (is_open(move)) {
      while (free_places_ > 0 && taken_[move] < fetches.pieces(move)) {
        take_place(move);
      }
    }
  }
}

void MoveSequencer::take_place(std::size_t move) {
  const Scoreboard& board = stream_.board;
  const Move& moved = board.fetches.moves()[move];
  const auto ops = static_cast<std::uint32_t>(board.program->ops.size());
  const std::uint32_t piece = taken_[move]++;
  --free_places_;
  const RequestKey read = {
      RequestKind::kMove, board.stream,
      board.fetches.inference() * ops + static_cast<std::uint32_t>(moved.first_op.index()),
      static_cast<std::uint32_t>(moved.tensor.index()), 2 * piece};
  const Picoseconds overhead = board.program->chip().mover.overhead;
  if (overhead == Picoseconds(0)) {
    post_read(read);
    return;
  }
  prepared_.push_back({read, stream_.now() + overhead});
  if (prepared_.size() == 1) {
    timer_.notify(to_sc_time(overhead));
  }
}

// Reports every overhead that ends now, and waits for the next one.
void MoveSequencer::on_timer() {
  const Picoseconds now = stream_.now();
  for (const Prepared& piece : prepared_) {
    if (piece.due > now) {
      timer_.notify(to_sc_time(piece.due - now));
      return;
    }
    stream_.arbiter().completed(piece.read, *this);
  }
}

// All overheads are equally long, so that those over come first, in the order of their keys.
void MoveSequencer::apply() {
  const RequestKey read = prepared_.front().read;
  prepared_.pop_front();
  post_read(read);
}

void MoveSequencer::post_read(const RequestKey& read) {
  Scoreboard& board = stream_.board;
  const std::size_t move = board.fetches.move_of(TensorId(read.tile)).value();
  const std::uint32_t piece = read.operand / 2;
  if (piece == 0 && board.records(read.position)) {
    board.moves[move].begin = stream_.now();
  }
  post(read, board.fetches.moves()[move].from, bytes_of(move, piece));
}

void MoveSequencer::finished(const RequestKey& key) {
  Scoreboard& board = stream_.board;
  const std::size_t move = board.fetches.move_of(TensorId(key.tile)).value();
  const std::uint32_t piece = key.operand / 2;
  if (!key.is_write()) {
    RequestKey write = key;
    ++write.operand;
    post(write, board.fetches.moves()[move].to, bytes_of(move, piece));
    return;
  }
  board.fetches.note_written(move, piece, stream_.now());
  ++free_places_;
  if (board.records(key.position)) {
    board.moves[move].end = stream_.now();
  }
}

}  // namespace memplace::systemc
