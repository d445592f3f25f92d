// SPDX-License-Identifier: Apache-2.0
// The mover of a walk (law 9): its pieces and the channels they use, advanced only as far as what
// else happens on those channels asks for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/event/open_moves.h"
#include "sim/event/plan.h"
#include "sim/event/run_moves.h"

namespace memplace::event {

// A piece under way, in one of the mover's places. What is not decided by others is known ahead:
// when a read will be posted, and with it granted when its write will be.
struct WalkPiece {
  enum class Step : std::uint8_t { kToRead, kToWrite, kWriting };

  Time time = 0;  // when its read or write is posted, or its write arrives
  std::uint32_t move = 0;
  std::uint32_t number = 0;
  std::uint32_t size_class = 0;
  Step step = Step::kToRead;
  std::uint8_t channel = 0;  // waited for
};

// Of a move that is open and not completely written.
struct MoveProgress {
  std::uint32_t move = 0;
  std::uint32_t taken = 0;
  std::uint32_t written = 0;
};

// What a mover is doing when all that happens before a time has happened, and what arrives then.
// Moves that it says nothing of are not open, or completely written.
struct WalkMoverState {
  std::span<const WalkPiece> pieces;
  std::span<const MoveProgress> progress;
  std::uint32_t ready = 0;  // open moves with pieces left
  Time fill_at = kUnknown;
  Time next = kUnknown;
};

class WalkMover {
 public:
  using ChannelTimes = std::array<Time, 2 * kMaxMemories>;
  using WriteChannels = std::array<std::uint8_t, kMaxMemories>;

  WalkMover(const Plan& plan, const RunMoves& moves, const WriteChannels& write_channel);

  // Begins an inference at `at`, in which ops before `op` have computed.
  void begin_inference(std::uint32_t inference, Time at, std::uint32_t op);

  // Whether anything opens when the ops before `op` have computed.
  bool opens_until(std::uint32_t op) const { return open_.opens_until(op); }
  // Opens it; places are filled at `at`.
  void open_until(std::uint32_t op, Time at);

  // A time before which nothing happens; kUnknown where nothing will until a move opens.
  Time next() const { return next_; }

  // What happens next. At an instant arrivals come first; grants and places that are filled come
  // after all demand of the instant.
  struct Event {
    enum class Kind : std::uint8_t { kArrival, kFill, kGrant };

    Time at = kUnknown;
    Kind kind = Kind::kFill;
    std::uint32_t piece = 0;
  };
  Event find_next(const ChannelTimes& free);
  // Whether (more) pieces are written then.
  bool arrives_at(Time at) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (piece(i).time == at && piece(i).step == WalkPiece::Step::kWriting) {
        return true;
      }
    }
    return false;
  }
  // Carries it out.
  void arrive(const Event& event);  // bytes of a move are written
  void fill(Time at);
  void grant(const Event& event, ChannelTimes& free);

  // Where one channel is read and another written, pieces keep their order, and all that happens
  // until somebody is told can be gone through at once: what is granted before `at` and arrives up
  // to then, or up to the arrival with which `pieces` of a move are written. True in the latter
  // case; that is `told_at()`.
  bool is_pipeline() const { return is_pipeline_; }
  bool flow(Time at, std::uint32_t move, std::uint32_t pieces, ChannelTimes& free);
  Time told_at() const { return next_; }

  std::uint32_t inference() const { return inference_; }
  std::uint32_t written(std::uint32_t move) const { return written_[move]; }
  bool is_complete(std::uint32_t move) const { return written_[move] == moves_[move].pieces; }

  // So many of RunMoves::by_opening() are open.
  std::uint32_t opened() const { return open_.opened(); }
  // Its state, with what is under way appended to `pieces` and `progress`, whose moves are those of
  // `open`, which lists all that are open and not complete.
  WalkMoverState state(std::span<const std::uint32_t> open, std::vector<WalkPiece>& pieces,
                       std::vector<MoveProgress>& progress) const;
  // Takes up the state of another, whose move i is number `numbers[i]` here, where the ops before
  // `op` have computed.
  void take_up(const WalkMoverState& state, std::span<const std::uint32_t> numbers,
               std::uint32_t op);
  // Whether it does from `now` on what the other does from `then` on.
  bool goes_on_like(const WalkMoverState& state, std::span<const std::uint32_t> numbers, Time now,
                    Time then) const;

  // Channels that pieces use, as bits.
  std::uint32_t channels() const { return channels_; }
  // After moves were bound.
  void find_channels();

 private:
  void forget_all();
  void take(Time at);
  void fill_or_wait(Time at);
  void remove(std::uint32_t index);
  void serve(WalkPiece& piece, Time at, ChannelTimes& free);
  // When it can be granted, by what is known.
  Time posted_or_free(const WalkPiece& piece, const ChannelTimes& free) const;
  static bool goes_before(const WalkPiece& a, const WalkPiece& b);

  const Plan& plan_;
  const RunMoves& moves_;
  const WriteChannels& write_channel_;
  std::uint32_t in_flight_;
  Time overhead_;
  bool fcfs_;
  std::uint32_t channels_ = 0;

  std::uint32_t inference_ = 0;
  OpenMoves open_;
  std::vector<std::uint32_t> written_;  // all up to it, by move: without bursts they come in order
  // A ring, in the order in which they took their places.
  WalkPiece& piece(std::uint32_t i) { return pieces_[(first_ + i) & mask_]; }
  const WalkPiece& piece(std::uint32_t i) const { return pieces_[(first_ + i) & mask_]; }
  std::vector<WalkPiece> pieces_;
  std::uint32_t mask_ = 0;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  // Of a pipeline: so many are being written, and so many have been read or are being.
  std::uint32_t writing_ = 0;
  std::uint32_t read_ = 0;
  bool is_pipeline_ = false;
  // The least move that is not open after so many of by_opening(). A place that gets free before
  // an op ends is filled before it: at one instant only such a move could still come in between.
  std::vector<std::uint32_t> least_closed_;
  Time fill_at_ = kUnknown;  // places are to be looked at
  Time next_ = kUnknown;
};

}  // namespace memplace::event
