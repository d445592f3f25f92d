// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/stream.h"

#include "base/error.h"

namespace memplace::systemc {

Stream::Stream(const sc_core::sc_module_name& name, Arbiter& arbiter)
    : sc_module(name),
      arbiter_(arbiter),
      weight_reader("weight_reader", *this, pool_),
      input_reader("input_reader", *this, pool_),
      output_writer("output_writer", *this, pool_),
      compute("compute", *this),
      mover("mover", *this, pool_) {}

void Stream::begin_run(const Program& program, const Placed& placed, std::uint32_t stream,
                       SimObserver* observer) {
  board = {};
  board.program = &program;
  board.mapping = &placed.near();
  board.observer = observer;
  board.stream = stream;
  board.ops = IdVector<OpId, OpTiming>(program.ops.size());
  board.op_started.assign(program.ops.size(), false);
  board.tiles_unwritten.resize(program.ops.size());
  board.fetches = Fetches(program, placed.moves());
  board.moves.resize(placed.moves().size());
  mover.begin_run();
  begin_inference();
  weight_reader.begin_run();
  input_reader.begin_run();
  compute.begin_run();
  while (board.all_unwritten == 0 && !finished()) {
    board.completions.emplace_back(0);  // a network of views alone takes no time
  }
  arbiter_.touch(*this);
}

void Stream::begin_inference() {
  for (std::size_t op = 0; op < board.tiles_unwritten.size(); ++op) {
    const LoweredOp& lowered = board.program->ops[op];
    board.tiles_unwritten[op] = lowered.end_tile - lowered.first_tile;
  }
  board.all_unwritten = static_cast<std::uint32_t>(board.program->tiles.size());
  board.tiles_computed = 0;
  board.fetches.begin_inference(static_cast<std::uint32_t>(board.completions.size()));
  mover.begin_inference();
}

void Stream::settle() {
  bool changed = true;
  while (changed) {
    changed = weight_reader.advance();
    changed = input_reader.advance() || changed;
    changed = compute.advance() || changed;
  }
  mover.fill_places();
}

bool Stream::finished() const {
  return board.completions.size() == static_cast<std::size_t>(board.program->mode().inferences);
}

void Stream::tile_written(std::uint32_t op) {
  MEMPLACE_ASSERT(board.tiles_unwritten[op] > 0, "a tile was written twice");
  --board.tiles_unwritten[op];
  if (--board.all_unwritten == 0) {
    board.completions.push_back(now());
    begin_inference();
  }
}

}  // namespace memplace::systemc
