// SPDX-License-Identifier: Apache-2.0
#include "report/timeline.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/quantity_text.h"
#include "report/letters.h"
#include "report/trace/observers.h"

namespace memplace {
namespace {

// One line of the drawing: how long each symbol was there in each column.
class Row {
 public:
  Row(std::size_t columns, Picoseconds makespan) : columns_(columns), makespan_(makespan) {}

  void add(char symbol, Picoseconds begin, Picoseconds end) {
    if (end <= begin) {
      return;
    }
    for (std::size_t c = column_of(begin); c < columns_.size(); ++c) {
      const Picoseconds from = std::max(begin, edge(c));
      const Picoseconds to = std::min(end, edge(c + 1));
      if (to > from) {
        columns_[c][symbol] += to - from;
      }
      if (edge(c + 1) >= end) {
        return;
      }
    }
  }

  // Work is drawn before waiting, however short.
  std::string text() const {
    std::string line;
    for (const auto& column : columns_) {
      char best = '.';
      Picoseconds longest;
      for (const auto& [symbol, time] : column) {
        const bool over_waiting = best == '-' && symbol != '-';
        if (over_waiting || (time > longest && (symbol != '-' || best == '.'))) {
          best = symbol;
          longest = time;
        }
      }
      line += best;
    }
    return line;
  }

 private:
  // The time at which a column begins; rounded down, so that columns meet.
  Picoseconds edge(std::size_t column) const {
    const Uint128 product = static_cast<Uint128>(makespan_.count()) * static_cast<Uint128>(column);
    return Picoseconds(static_cast<std::int64_t>(product / static_cast<Uint128>(columns_.size())));
  }

  std::size_t column_of(Picoseconds time) const {
    const Uint128 product =
        static_cast<Uint128>(time.count()) * static_cast<Uint128>(columns_.size());
    return static_cast<std::size_t>(product / static_cast<Uint128>(makespan_.count()));
  }

  std::vector<std::map<char, Picoseconds>> columns_;
  Picoseconds makespan_;
};

class Drawing {
 public:
  Drawing(const Program& program, Picoseconds makespan, std::size_t columns)
      : program_(program), makespan_(makespan), columns_(columns) {
    std::size_t next = 0;
    for (const LoweredOp& op : program.ops) {
      const bool has_tiles = op.first_tile < op.end_tile;
      letters_ += has_tiles ? kLetters[next++ % kLetters.size()] : ' ';
    }
  }

  void add(const TransferEvent& event) {
    if (event.bytes == Bytes(0)) {
      return;
    }
    const char symbol = letter(event.key.position);
    Row& sequencer = row(event.key.stream, name_of(event.key.kind));
    sequencer.add('-', event.posted, event.granted);
    sequencer.add(symbol, event.granted, event.arrived);
    channel(event).add(symbol, event.granted, event.served);
  }

  void add(const ComputeEvent& event) {
    row(event.stream, "compute").add(letter(event.position), event.begin, event.end);
  }

  std::string text() const {
    std::size_t label = std::string_view("time").size();
    for (const auto& [key, line] : rows_) {
      label = std::max(label, key.second.size());
    }
    label += 2;
    const std::string end = rounded(makespan_);
    const std::size_t gap = columns_ > end.size() + 1 ? columns_ - end.size() - 1 : 1;
    std::string text = fmt::format("{:<{}}0{:{}}{}\n", "time", label, "", gap, end);
    for (const auto& [key, line] : rows_) {
      text += fmt::format("{:<{}}{}\n", key.second, label, line.text());
    }
    return text + legend();
  }

 private:
  char letter(std::uint32_t position) const { return letters_[position % program_.ops.size()]; }

  // Rows stand in the order of their keys: streams, each with its sequencers (weight, input,
  // compute, output, move), then channels.
  static constexpr std::string_view kOrder = "wicom";
  using RowKey = std::pair<std::size_t, std::string>;

  Row& find(std::size_t rank, std::string label) {
    return rows_.try_emplace(RowKey(rank, std::move(label)), columns_, makespan_).first->second;
  }

  Row& row(std::uint32_t stream, std::string_view kind) {
    const std::size_t rank = std::size_t{stream} * kOrder.size() + kOrder.find(kind.front());
    return find(rank, fmt::format("{} {}", stream, kind));
  }

  Row& channel(const TransferEvent& event) {
    const Memory& memory = program_.chip().memories[event.memory];
    const bool write = event.key.is_write();
    const bool split = memory.channels == Channels::kSplit;
    const std::size_t level = event.memory.index() * kMaxStreams + event.instance;
    const std::size_t rank = kOrder.size() * kMaxStreams + 2 * level + (split && write ? 1 : 0);
    std::string label = memory.name;
    if (memory.scope == Scope::kEngine) {
      label += fmt::format("[{}]", event.instance);
    }
    if (split) {
      label += write ? " w" : " r";
    }
    return find(rank, std::move(label));
  }

  std::string legend() const {
    std::string text;
    for (const OpId id : program_.graph().ops()) {
      if (letters_[id.index()] != ' ') {
        text += fmt::format("  {} {}\n", letters_[id.index()], program_.graph().op(id).name);
      }
    }
    return text;
  }

  const Program& program_;
  Picoseconds makespan_;
  std::size_t columns_;
  std::string letters_;  // by op; a blank for views
  std::map<RowKey, Row> rows_;
};

}  // namespace

void check_timeline_fits(const Program& program) {
  const std::size_t tiles = tiles_of_run(program);
  if (tiles > kMaxTimelineTiles) {
    throw Error(
        fmt::format("--timeline: the run has {} tiles, too many to draw; at most {} are allowed: "
                    "take a smaller "
                    "network, fewer --streams or fewer --inferences, or see ops[] of --format json",
                    tiles, kMaxTimelineTiles));
  }
}

std::string timeline(const Program& program, const SimResult& result, const EventRecorder& events,
                     std::size_t columns) {
  check_timeline_fits(program);
  if (result.makespan == Picoseconds(0)) {
    return "time          0: nothing takes any time\n";
  }
  Drawing drawing(program, result.makespan, std::max<std::size_t>(columns, 1));
  for (const TransferEvent& event : events.transfers) {
    drawing.add(event);
  }
  for (const ComputeEvent& event : events.computes) {
    drawing.add(event);
  }
  return drawing.text();
}

}  // namespace memplace
