// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"

namespace memplace::systemc {

Machine::Machine(const sc_core::sc_module_name& name) : sc_module(name) {
  for (std::size_t i = 0; i < kMaxMemories; ++i) {
    memories_.push_back(
        std::make_unique<MemoryTarget>(fmt::format("memory_{}", i).c_str(), arbiter_, kMaxStreams));
  }
  for (std::size_t i = 0; i < kMaxStreams; ++i) {
    streams_.push_back(std::make_unique<Stream>(fmt::format("stream_{}", i).c_str(), arbiter_));
    Stream& stream = *streams_.back();
    for (const auto& memory : memories_) {
      stream.weight_reader.socket.bind(memory->socket);
      stream.input_reader.socket.bind(memory->socket);
      stream.output_writer.socket.bind(memory->socket);
      stream.mover.socket.bind(memory->socket);
    }
  }
}

SimResult Machine::run(const Program& program, const Placed& placed, SimObserver* observer) {
  check_settled(program.problem, placed);
  MEMPLACE_ASSERT(static_cast<std::size_t>(program.mode().streams) <= streams_.size() &&
                      program.chip().memories.size() <= memories_.size(),
                  "a chip larger than the elaborated machine");
  for (const MemoryId id : program.chip().memories.ids()) {
    memories_[id.index()]->bind(program.chip().memories[id], program.mode(),
                                program.chip().mover.service);
  }
  arbiter_.begin_run();
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(program.mode().streams); ++i) {
    streams_[i]->begin_run(program, placed, i, observer);
  }
  sc_core::sc_start();
  if (arbiter_.stopped()) {
    throw Stopped();
  }
  return collect(program);
}

SimResult Machine::collect(const Program& program) const {
  SimResult result;
  for (std::size_t i = 0; i < static_cast<std::size_t>(program.mode().streams); ++i) {
    const Stream& stream = *streams_[i];
    MEMPLACE_ASSERT(stream.finished(), fmt::format("stream {} is stuck", i));
    Picoseconds previous;
    for (const Picoseconds completion : stream.board.completions) {
      result.latency = std::max(result.latency, completion - previous);
      previous = completion;
      result.completions.push_back(completion);
    }
    result.makespan = std::max(result.makespan, previous);
  }
  const Scoreboard& first = streams_.front()->board;
  result.first_latency = first.completions.front();
  result.drain = result.first_latency - first.last_compute;
  result.ops = first.ops;
  result.moves = first.moves;
  for (std::size_t i = 0; i < program.chip().memories.size(); ++i) {
    result.memories.push_back(memories_[i]->activity());
  }
  return result;
}

}  // namespace memplace::systemc
