// SPDX-License-Identifier: Apache-2.0
#include "sim/event/walk_mover.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::event {

WalkMover::WalkMover(const Plan& plan, const RunMoves& moves, const WriteChannels& write_channel)
    : plan_(plan),
      moves_(moves),
      write_channel_(write_channel),
      in_flight_(static_cast<std::uint32_t>(plan.program.chip().mover.in_flight)),
      overhead_(plan.program.chip().mover.overhead.count()),
      fcfs_(plan.program.chip().mover.service == MoverService::kFcfs),
      open_(moves) {
  pieces_.resize(std::bit_ceil(in_flight_));
  mask_ = static_cast<std::uint32_t>(pieces_.size()) - 1;
}

void WalkMover::find_channels() {
  std::uint32_t reads = 0;
  std::uint32_t writes = 0;
  for (std::uint32_t i = 0; i < moves_.size(); ++i) {
    reads |= 1U << 2 * moves_[i].from;
    writes |= 1U << write_channel_[moves_[i].to];
  }
  channels_ = reads | writes;
  is_pipeline_ = std::has_single_bit(reads) && std::has_single_bit(writes) && reads != writes;
  least_closed_.assign(moves_.size() + 1, kNoMove);
  for (std::size_t i = moves_.size(); i-- > 0;) {
    least_closed_[i] = std::min(least_closed_[i + 1], moves_.by_opening()[i]);
  }
}

void WalkMover::begin_inference(std::uint32_t inference, Time at, std::uint32_t op) {
  forget_all();
  inference_ = inference;
  open_until(op, at);
}

void WalkMover::forget_all() {
  open_.clear();
  written_.assign(moves_.size(), 0);
  first_ = count_ = writing_ = read_ = 0;
  fill_at_ = next_ = kUnknown;
}

void WalkMover::open_until(std::uint32_t op, Time at) {
  open_.open_until(op);
  if (open_.ready() > 0 && count_ < in_flight_) {
    fill_at_ = std::min(fill_at_, at);
    next_ = std::min(next_, fill_at_);
  }
}

inline Time WalkMover::posted_or_free(const WalkPiece& piece, const ChannelTimes& free) const {
  return fcfs_ ? piece.time : std::max(piece.time, free[piece.channel]);
}

inline void WalkMover::serve(WalkPiece& piece, Time at, ChannelTimes& free) {
  const RunMove& move = moves_[piece.move];
  const bool reads = piece.step == WalkPiece::Step::kToRead;
  const std::size_t memory = reads ? move.from : move.to;
  Time& channel = free[piece.channel];
  channel = std::max(channel, at) + (reads ? plan_.read_time(piece.size_class, memory)
                                           : plan_.write_time(piece.size_class, memory));
  piece.time = channel + plan_.latency[memory];
  piece.step = reads ? WalkPiece::Step::kToWrite : WalkPiece::Step::kWriting;
  ++(reads ? read_ : writing_);
  piece.channel = write_channel_[move.to];
}

inline void WalkMover::take(Time at) {
  WalkPiece& taken = piece(count_++);
  taken.move = open_.first_ready();
  taken.number = open_.take(taken.move);
  taken.size_class = moves_.size_class(taken.move, taken.number);
  taken.time = at + overhead_;
  taken.step = WalkPiece::Step::kToRead;
  taken.channel = static_cast<std::uint8_t>(2 * moves_[taken.move].from);
}

// The piece is written.
inline void WalkMover::remove(std::uint32_t index) {
  ++written_[piece(index).move];
  for (; index > 0; --index) {
    piece(index) = piece(index - 1);
  }
  ++first_;
  --count_;
  --writing_;
  --read_;
}

// Fills the places at once where nothing that opens at this instant could come first.
inline void WalkMover::fill_or_wait(Time at) {
  if (open_.ready() == 0) {
    return;
  }
  if (fill_at_ == kUnknown && open_.first_ready() < least_closed_[open_.opened()]) {
    take(at);
  } else {
    fill_at_ = std::min(fill_at_, at);
  }
}

WalkMover::Event WalkMover::find_next(const ChannelTimes& free) {
  Event next{fill_at_, Event::Kind::kFill, 0};
  for (std::uint32_t i = 0; i < count_; ++i) {
    const WalkPiece& at_hand = piece(i);
    if (at_hand.step == WalkPiece::Step::kWriting) {
      if (at_hand.time <= next.at) {
        next = {at_hand.time, Event::Kind::kArrival, i};
      }
      continue;
    }
    // Where all are served in the order in which they come, a channel promises its time at once.
    const Time at = posted_or_free(at_hand, free);
    if (at < next.at || (at == next.at && next.kind == Event::Kind::kGrant &&
                         goes_before(at_hand, piece(next.piece)))) {
      next = {at, Event::Kind::kGrant, i};
    }
  }
  next_ = next.at;
  return next;
}

void WalkMover::arrive(const Event& event) {
  remove(event.piece);
  fill_at_ = open_.ready() > 0 ? event.at : fill_at_;
}

bool WalkMover::flow(Time at, std::uint32_t move, std::uint32_t pieces, ChannelTimes& free) {
  for (;;) {
    const Time arrives = writing_ > 0 ? piece(0).time : kUnknown;
    const Time writes = writing_ < read_ ? posted_or_free(piece(writing_), free) : kUnknown;
    const Time reads = read_ < count_ ? posted_or_free(piece(read_), free) : kUnknown;
    const Time granted = std::min(writes, reads);
    const Time first = std::min(granted, fill_at_);
    next_ = std::min(arrives, first);
    if (arrives <= first) {
      if (arrives > at || arrives == kUnknown) {
        return false;
      }
      const std::uint32_t done = piece(0).move;
      remove(0);
      fill_or_wait(arrives);
      if (done == move && written_[done] >= pieces) {
        return true;
      }
    } else if (first >= at) {
      return false;
    } else if (first == fill_at_) {
      fill(first);
    } else {
      serve(piece(granted == writes ? writing_ : read_), first, free);
    }
  }
}

void WalkMover::fill(Time at) {
  fill_at_ = kUnknown;
  while (open_.ready() > 0 && count_ < in_flight_) {
    take(at);
  }
}

void WalkMover::grant(const Event& event, ChannelTimes& free) {
  serve(piece(event.piece), event.at, free);
}

WalkMoverState WalkMover::state(std::span<const std::uint32_t> open, std::vector<WalkPiece>& pieces,
                                std::vector<MoveProgress>& progress) const {
  for (std::uint32_t i = 0; i < count_; ++i) {
    pieces.push_back(piece(i));
  }
  for (const std::uint32_t move : open) {
    progress.push_back({move, open_.taken(move), written_[move]});
  }
  return {std::span(pieces).last(count_), std::span(progress).last(open.size()), open_.ready(),
          fill_at_, next_};
}

void WalkMover::take_up(const WalkMoverState& state, std::span<const std::uint32_t> numbers,
                        std::uint32_t op) {
  forget_all();
  inference_ = 0;
  open_.pass(op);
  for (const std::uint32_t move : moves_.by_opening().first(open_.opened())) {
    written_[move] = moves_[move].pieces;
  }
  for (const MoveProgress& progress : state.progress) {
    const std::uint32_t move = numbers[progress.move];
    MEMPLACE_ASSERT(move != kNoMove, fmt::format("move {}", progress.move));
    open_.set_taken(move, progress.taken);
    written_[move] = progress.written;
  }
  for (const WalkPiece& taken : state.pieces) {
    WalkPiece& own = piece(count_++);
    own = taken;
    own.move = numbers[taken.move];
    read_ += taken.step == WalkPiece::Step::kToRead ? 0 : 1;
    writing_ += taken.step == WalkPiece::Step::kWriting ? 1 : 0;
  }
  fill_at_ = state.fill_at;
  next_ = state.next;
}

bool WalkMover::goes_on_like(const WalkMoverState& state, std::span<const std::uint32_t> numbers,
                             Time now, Time then) const {
  if (count_ != state.pieces.size() || open_.ready() != state.ready ||
      (fill_at_ == kUnknown) != (state.fill_at == kUnknown)) {
    return false;
  }
  // Each other move that is open has pieces left or under way, and so is seen here or there.
  for (const MoveProgress& other : state.progress) {
    const std::uint32_t move = numbers[other.move];
    if (move == kNoMove || open_.taken(move) != other.taken || written_[move] != other.written) {
      return false;
    }
  }
  for (std::uint32_t i = 0; i < count_; ++i) {
    const WalkPiece& own = piece(i);
    const WalkPiece& other = state.pieces[i];
    if (own.move != numbers[other.move] || own.number != other.number || own.step != other.step ||
        std::max<Time>(own.time - now, 0) != std::max<Time>(other.time - then, 0)) {
      return false;
    }
    // Of what waits already for one channel, who came first goes first.
    for (std::uint32_t k = 0; k < i && own.step != WalkPiece::Step::kWriting; ++k) {
      const bool both_wait =
          piece(k).step != WalkPiece::Step::kWriting && piece(k).channel == own.channel;
      if (both_wait && goes_before(own, piece(k)) != goes_before(other, state.pieces[k])) {
        return false;
      }
    }
  }
  return true;
}

// Of two that wait for one channel.
bool WalkMover::goes_before(const WalkPiece& a, const WalkPiece& b) {
  return std::tuple(a.time, a.move, a.number, a.step) <
         std::tuple(b.time, b.move, b.number, b.step);
}

}  // namespace memplace::event
