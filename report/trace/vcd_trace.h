// SPDX-License-Identifier: Apache-2.0
// A run as a value change dump (IEEE 1364-2005, section 18), for waveform viewers like GTKWave.
// docs/guide/traces.md explains every signal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "report/run_header.h"
#include "report/trace/frontier.h"
#include "report/trace/heard_moves.h"
#include "report/trace/mover_frontier.h"
#include "report/trace/text_file.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// What a stream's compute sequencer does; the values of the signal `state`.
enum class ComputeState : std::int64_t { kWaiting, kDispatching, kComputing, kFinished };

// A dump is ordered by time, yet a request is known only when it has arrived. So changes wait until
// no sequencer can tell of an earlier one any more, and are then written in order of time: what is
// kept in memory is about as long as requests are on their way. The dump ends when `most_tiles`
// tiles have computed (over all streams).
class VcdTrace : public SimObserver {
 public:
  // Changes that may wait before it is looked which of them can be written.
  static constexpr std::size_t kManyChanges = 4096;

  // Of the run of a plan with these moves; `program` outlives this. Throws Error where the file
  // cannot be made.
  VcdTrace(const std::string& path, const Program& program, std::span<const Move> moves,
           const RunHeader& header, std::size_t most_tiles,
           std::size_t many_changes = kManyChanges);
  // The same where nothing moves.
  VcdTrace(const std::string& path, const Program& program, const RunHeader& header,
           std::size_t most_tiles, std::size_t many_changes = kManyChanges)
      : VcdTrace(path, program, {}, header, most_tiles, many_changes) {}

  void on_transfer(const TransferEvent& event) override;
  void on_compute(const ComputeEvent& event) override;

  // The most changes that have waited at once.
  std::size_t most_waiting() const { return most_waiting_; }

  // After the run: writes the dump and gives the file its name. Throws Error; nothing is left then.
  void finish(const SimResult& result);

 private:
  struct Signal {
    std::string scope;  // dotless: stream_0, memories
    std::string name;
    int bits = 32;
    std::string code;  // as it follows a value, with the end of the line
    std::int64_t value = 0;
    std::int64_t written = 0;
  };
  struct Change {
    Picoseconds time;
    std::uint32_t signal = 0;
    bool absolute = false;  // whether `value` replaces the signal's value or is added to it
    bool largest = false;   // of several of an instant the largest value counts, not the last
    std::int64_t value = 0;

    bool operator<(const Change& other) const {
      const auto rank = [](const Change& c) { return c.largest ? c.value : -1; };
      return time != other.time ? time < other.time : rank(*this) < rank(other);
    }
  };
  struct StreamSignals {
    std::uint32_t op = 0, inference = 0, state = 0;
    std::uint32_t outstanding = 0;  // of weights; those of inputs and outputs follow
    std::uint32_t input_slots = 0, output_slots = 0, weight_space = 0;
    std::uint32_t moves = 0, mover_pieces = 0, mover_move = 0, mover_bytes = 0;
  };
  // What is known of a stream's sequencers.
  struct StreamFrontier {
    std::array<Frontier, 3> requests;  // by RequestKind
    Picoseconds compute;               // nothing before that is to come
    MoverFrontier mover;
  };

  std::uint32_t add(std::string scope, std::string name, int bits);
  void add_stream(const std::string& scope);
  void add_memories();
  void add_frontiers();
  void on_piece(const TransferEvent& event);
  // What the request's channel does with it.
  void count_service(const TransferEvent& event);
  void set(Picoseconds time, std::uint32_t signal, std::int64_t value);
  // `signal` is larger by `amount` in [begin, end).
  void count(Picoseconds begin, Picoseconds end, std::uint32_t signal);
  void change(Picoseconds time, std::uint32_t signal, std::int64_t amount);
  void hear(const RequestKey& key, Picoseconds posted);
  // Writes what is kept if that is much.
  void thin_out();
  // Writes the changes before `time`.
  void write_until(Picoseconds time);
  void write_group(std::size_t begin, std::size_t end);
  void write_first_values();
  void write_head(const RunHeader& header);
  void write_value(Signal& signal);
  void write_time(Picoseconds time);

  const Program& program_;
  HeardMoves moves_;
  std::size_t tiles_left_;
  Picoseconds end_{std::numeric_limits<std::int64_t>::max()};  // of the dump
  TextFile file_;
  std::vector<Signal> signals_;
  std::vector<StreamSignals> streams_;
  // By memory, then instance and direction: `busy`, followed by `queue`.
  IdVector<MemoryId, std::vector<std::uint32_t>> channels_;
  std::vector<std::size_t> first_input_;  // by block, among all requests for inputs
  std::size_t inputs_ = 0;                // requests for inputs of one inference
  std::vector<StreamFrontier> frontiers_;
  std::vector<Change> changes_;    // that wait
  const std::size_t many_;         // changes
  std::size_t next_look_ = many_;  // number of changes
  std::size_t most_waiting_ = 0;
  std::vector<std::uint32_t> changed_;  // signals, within an instant
  Picoseconds now_{-1};                 // written last
};

}  // namespace memplace
