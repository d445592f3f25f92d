// SPDX-License-Identifier: Apache-2.0
// A run as a trace for Perfetto (ui.perfetto.dev). docs/guide/traces.md explains every track.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/run_header.h"
#include "report/trace/counters.h"
#include "report/trace/heard_moves.h"
#include "report/trace/lanes.h"
#include "report/trace/trace_events.h"
#include "sim/placement/moves.h"
#include "sim/simulator.h"
#include "sim/timing/program.h"

namespace memplace {

// Writes while the run goes on. What it keeps in memory grows with the number of inferences and
// with what one inference fetches (HeardMoves), not with the number of events.
//
// A run may have tens of millions of tiles, more than a viewer opens, and writing one takes longer
// than simulating it. So only ops that were begun before `most_tiles` tiles had computed (over all
// streams) are shown tile by tile and request by request; later ones are one slice each on the
// compute track. Counters go on, and so do moves, of which only the pieces are left out.
class PerfettoTrace : public SimObserver {
 public:
  // Of the run of `plan`, which `homes` were given; `program` outlives this. Throws Error where the
  // file cannot be made.
  PerfettoTrace(const std::string& path, const Program& program, const Mapping& homes,
                const MovePlan& plan, const RunHeader& header, std::size_t most_tiles);
  // The same where nothing moves.
  PerfettoTrace(const std::string& path, const Program& program, const Mapping& mapping,
                const RunHeader& header, std::size_t most_tiles)
      : PerfettoTrace(path, program, mapping, MovePlan{mapping, {}}, header, most_tiles) {}

  void on_transfer(const TransferEvent& event) override;
  void on_compute(const ComputeEvent& event) override;

  // After the run: writes the rest and gives the file its name. Throws Error where that or anything
  // before failed; nothing is left then.
  void finish(const SimResult& result);

 private:
  // Overlapping slices of one sequencer or channel, on as many threads as that takes.
  struct Row {
    std::uint32_t process = 0;
    std::uint32_t first_thread = 0;
    std::string name;  // escaped
    Lanes lanes;
    std::vector<std::string> starts;  // of slices, by lane
  };
  // A request that has arrived, and its slice; of a piece of a move its write, whose slice begins
  // when its read was posted.
  struct Arrival {
    RequestKey key;
    Picoseconds posted;
    Picoseconds arrived;
    Track track;
  };
  // An op that is one slice.
  struct OpSum {
    Picoseconds begin;
    Picoseconds compute;
    std::array<Picoseconds, 3> waits;  // by what was waited for
    Picoseconds wait_move;             // not in `waits`
  };
  struct StreamTracks {
    std::array<Row, 3> requests;  // by RequestKind
    Row moves;
    Row mover;                           // pieces
    std::vector<TransferEvent> copying;  // the reads of pieces that are being written
    Track inferences;
    Track compute;
    std::string compute_start;              // of its slices
    std::vector<Arrival> arrivals;          // those that a tile to come may have waited for
    std::vector<Picoseconds> last_compute;  // end, by inference
    std::uint32_t end_position = 0;         // after all positions heard of
    std::uint32_t end_detail = std::numeric_limits<std::uint32_t>::max();  // position
    OpSum sum;
  };
  // What an op's slices have in common.
  struct OpTexts {
    std::string name;
    std::array<std::string, 3> requests;  // by RequestKind
    std::string dispatch, wait, compute;
  };
  // What slices of a move and of its pieces have in common.
  struct MoveTexts {
    std::string move, piece;  // as slice_kind() has them
    std::string args;         // the last of their arguments
    std::string wait_arg;     // the last one of a wait for it
  };
  struct MemoryTracks {
    std::string occupancy;  // counters' names
    std::string bandwidth;
    std::array<Row, 2> channels;  // read and write; shared ones are both the first
    BandwidthWindows windows;
  };

  void add_ops();
  void add_moves();
  void add_stream();
  void add_memories();
  void on_piece(const TransferEvent& event);
  void write_request(const TransferEvent& event);
  void write_move(const TransferEvent& last, std::size_t move, const HeardMoves::Span& span);
  void write_piece(const TransferEvent& read, const TransferEvent& write, std::size_t move);
  void write_service(const TransferEvent& event, std::string_view name, std::int64_t index);
  void write_tile(const ComputeEvent& event);
  void sum_up(const ComputeEvent& event);
  void count_tile();
  std::size_t lane_of(Row& row, Picoseconds begin, Picoseconds end);
  // A slice of the compute track, of a tile or the idle time before it.
  void write_compute(const ComputeEvent& event, Picoseconds begin, Picoseconds end,
                     std::string_view name, std::int64_t index, std::string_view kind,
                     std::string_view last_arg = {});
  // The request whose arrival let the tile begin, of this kind; null where that was none.
  const Arrival* awaited(const ComputeEvent& event, RequestKind kind) const;
  // The piece that ended the wait.
  const Arrival* awaited(const ComputeEvent& event, const HeardMoves::Wait& wait) const;
  void write_arrow(const Arrival* source, const ComputeEvent& event, std::string_view name);
  TensorId tensor_of(const RequestKey& key) const;
  // Of what all streams share.
  std::uint32_t memory_process() const {
    return static_cast<std::uint32_t>(program_.mode().streams) + 1;
  }

  const Program& program_;
  std::size_t tiles_left_;  // to be shown one by one
  TraceEvents events_;
  HeardMoves moves_;
  std::vector<OpTexts> op_texts_;
  std::vector<MoveTexts> move_texts_;            // by move
  std::vector<std::string> tensor_names_;        // as slice_name() has them
  IdVector<MemoryId, std::string> memory_args_;  // the last of a request's arguments
  std::vector<StreamTracks> streams_;
  IdVector<MemoryId, std::vector<MemoryTracks>> memories_;  // by instance
  LiveBytesOverTime live_bytes_;
};

}  // namespace memplace
