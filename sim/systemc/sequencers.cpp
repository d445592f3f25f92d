// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/sequencers.h"

#include <algorithm>

#include "base/error.h"
#include "sim/systemc/stream.h"

namespace memplace::systemc {
namespace {

// Notes the arrival of one request of a chunk or a block.
void note_arrival(std::deque<InFlight>& in_flight, std::uint32_t position, std::uint32_t index,
                  Picoseconds now) {
  const auto entry = std::find_if(in_flight.begin(), in_flight.end(), [&](const InFlight& e) {
    return e.position == position && e.index == index;
  });
  MEMPLACE_ASSERT(entry != in_flight.end() && entry->outstanding > 0, "an unknown arrival");
  if (--entry->outstanding == 0) {
    entry->arrived = now;
  }
}

}  // namespace

DmaSequencer::DmaSequencer(const sc_core::sc_module_name& name, Stream& stream,
                           TransactionPool& pool)
    : sc_module(name), stream_(stream), pool_(pool) {
  socket.register_nb_transport_bw(this, &DmaSequencer::nb_transport_bw);
}

void DmaSequencer::post(const RequestKey& key, MemoryId memory, Bytes bytes) {
  Scoreboard& board = stream_.board;
  const Picoseconds now = stream_.now();
  const Scope scope = board.program->chip().memories[memory].scope;
  const std::uint32_t instance = scope == Scope::kEngine ? board.stream : 0;
  if (key.kind != RequestKind::kMove) {  // a piece of a move is no request of the op it stands by
    board.note_start(key.position, now);
  }
  if (bytes == Bytes(0)) {
    if (board.observer != nullptr) {
      board.observer->on_transfer({key, memory, instance, bytes, now, now, now, now});
    }
    finished(key);
    return;
  }

  Transaction& transaction = pool_.acquire();
  transaction.key = key;
  transaction.memory = memory;
  transaction.instance = instance;
  transaction.bytes = transaction.left = bytes;
  transaction.is_write = key.is_write();
  transaction.queued = Picoseconds(0);
  transaction.posted = now;
  transaction.started = false;
  tlm::tlm_generic_payload& payload = transaction.payload;
  payload.set_command(transaction.is_write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_REQ;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket[static_cast<int>(memory.index())]->nb_transport_fw(payload, phase, delay);
}

tlm::tlm_sync_enum DmaSequencer::nb_transport_bw(int, tlm::tlm_generic_payload& payload,
                                                 tlm::tlm_phase& phase, sc_core::sc_time&) {
  MEMPLACE_ASSERT(phase == tlm::BEGIN_RESP, "an initiator takes only BEGIN_RESP");
  const auto& transaction = *payload.get_extension<Transaction>();
  Scoreboard& board = stream_.board;
  if (transaction.key.kind != RequestKind::kMove && board.records(transaction.key.position)) {
    board.ops[OpId(transaction.key.position)].queued += transaction.queued;
  }
  if (board.observer != nullptr) {
    board.observer->on_transfer(transaction.event(stream_.now()));
  }
  finished(transaction.key);
  stream_.arbiter().touch(stream_);
  payload.release();
  return tlm::TLM_COMPLETED;
}

bool WeightReader::advance() {
  Scoreboard& board = stream_.board;
  const Program& program = *board.program;
  bool changed = false;
  for (;;) {
    cursor_.skip(program, &LoweredOp::end_chunk);
    if (cursor_.at_end(program)) {
      return changed;
    }
    const WeightChunk& chunk = program.chunks[cursor_.item];
    if (board.weight_space + chunk.space > program.chip().engines.staging.weights) {
      return changed;
    }
    if (!board.fetches.may_post_chunk(cursor_.inference, cursor_.item)) {
      return changed;
    }
    board.weight_space += chunk.space;
    const std::uint32_t position = cursor_.position(program);
    board.chunks.push_back(
        {position, cursor_.item, 1, Picoseconds(0), board.fetches.fetched_chunk(cursor_.item)});
    post({RequestKind::kWeight, board.stream, position, chunk.first_tile, 0},
         (*board.mapping)[program.ops[cursor_.op].weights], chunk.bytes);
    ++cursor_.item;
    changed = true;
  }
}

void WeightReader::finished(const RequestKey& key) {
  const Tile& tile = stream_.board.program->tiles[key.tile];
  note_arrival(stream_.board.chunks, key.position, tile.chunk, stream_.now());
}

bool InputReader::advance() {
  Scoreboard& board = stream_.board;
  const Program& program = *board.program;
  bool changed = false;
  for (;;) {
    cursor_.skip(program, &LoweredOp::end_block);
    if (cursor_.at_end(program) || board.input_slots == kInputSlots ||
        board.completions.size() < cursor_.inference) {
      return changed;
    }
    const LoweredOp& op = program.ops[cursor_.op];
    const bool written =
        std::all_of(op.producers.begin(), op.producers.end(),
                    [&](std::uint32_t producer) { return board.tiles_unwritten[producer] == 0; });
    if (!written || !board.fetches.may_post_blocks(op)) {
      return changed;
    }
    ++board.input_slots;
    const InputBlock& block = program.blocks[cursor_.item];
    const std::uint32_t position = cursor_.position(program);
    const auto operands = static_cast<std::uint32_t>(op.operands.size());
    // An op without operands is ready with its slot.
    board.blocks.push_back(
        {position, cursor_.item, operands, stream_.now(), board.fetches.fetched_operands(op)});
    for (std::uint32_t i = 0; i < operands; ++i) {
      post({RequestKind::kInput, board.stream, position, block.first_tile, i},
           (*board.mapping)[op.operands[i]], program.operand_bytes[block.first_operand + i]);
    }
    ++cursor_.item;
    changed = true;
  }
}

void InputReader::finished(const RequestKey& key) {
  const Tile& tile = stream_.board.program->tiles[key.tile];
  note_arrival(stream_.board.blocks, key.position, tile.block, stream_.now());
}

void OutputWriter::write(const RequestKey& key) {
  const Scoreboard& board = stream_.board;
  const Program& program = *board.program;
  const LoweredOp& op = program.ops[key.position % program.ops.size()];
  post(key, (*board.mapping)[op.output], program.tiles[key.tile].output);
}

void OutputWriter::finished(const RequestKey& key) {
  Scoreboard& board = stream_.board;
  if (board.output_slots == kOutputSlots) {
    board.output_slot_freed = stream_.now();
  }
  --board.output_slots;
  if (board.records(key.position)) {
    board.ops[OpId(key.position)].end = stream_.now();
  }
  stream_.tile_written(key.position % static_cast<std::uint32_t>(board.program->ops.size()));
}

ComputeSequencer::ComputeSequencer(const sc_core::sc_module_name& name, Stream& stream)
    : sc_module(name), stream_(stream) {
  SC_HAS_PROCESS(ComputeSequencer);
  SC_METHOD(on_timer);
  dont_initialize();
  sensitive << timer_;
}

void ComputeSequencer::begin_run() {
  cursor_ = {};
  state_ = State::kBetweenTiles;
  event_ = {};
}

RequestKey ComputeSequencer::key() const {
  return {RequestKind::kOutput, stream_.board.stream, event_.position, event_.tile, 0};
}

void ComputeSequencer::wait_for(Picoseconds duration) { timer_.notify(to_sc_time(duration)); }

void ComputeSequencer::on_timer() { stream_.arbiter().completed(key(), *this); }

void ComputeSequencer::apply() {
  if (state_ == State::kDispatching) {
    state_ = State::kReady;
    event_.ready = stream_.now();
  } else {
    finish_tile();
  }
  stream_.arbiter().touch(stream_);
}

bool ComputeSequencer::advance() {
  const Program& program = *stream_.board.program;
  bool changed = false;
  for (;;) {
    switch (state_) {
      case State::kBetweenTiles: {
        cursor_.skip(program, &LoweredOp::end_tile);
        if (cursor_.at_end(program)) {
          state_ = State::kFinished;
          return changed;
        }
        const LoweredOp& op = program.ops[cursor_.op];
        event_ = {};
        event_.stream = stream_.board.stream;
        event_.position = cursor_.position(program);
        event_.tile = cursor_.item;
        event_.ready = stream_.now();
        state_ = State::kReady;
        if (cursor_.item == op.first_tile && op.dispatch > Picoseconds(0)) {
          state_ = State::kDispatching;
          wait_for(op.dispatch);
        }
        break;
      }
      case State::kReady:
        if (!try_compute()) {
          return changed;
        }
        changed = true;
        break;
      case State::kDispatching:
      case State::kComputing:
      case State::kFinished:
        return changed;
    }
  }
}

// Begins the cursor's tile if everything it needs is there.
bool ComputeSequencer::try_compute() {
  Scoreboard& board = stream_.board;
  const Program& program = *board.program;
  const LoweredOp& op = program.ops[cursor_.op];
  const bool has_weights = op.first_chunk != op.end_chunk;
  if (board.blocks.empty() || board.blocks.front().outstanding > 0 ||
      board.output_slots == kOutputSlots ||
      (has_weights && (board.chunks.empty() || board.chunks.front().outstanding > 0))) {
    return false;
  }
  const Tile& tile = program.tiles[cursor_.item];
  MEMPLACE_ASSERT(board.blocks.front().index == tile.block &&
                      (!has_weights || board.chunks.front().index == tile.chunk),
                  "operands out of program order");
  event_.weights_ready = has_weights ? board.chunks.front().arrived : Picoseconds(0);
  event_.inputs_ready = board.blocks.front().arrived;
  event_.slot_ready = board.output_slot_freed;
  event_.begin = stream_.now();
  ++board.output_slots;
  board.note_start(event_.position, event_.begin);
  if (tile.compute > Picoseconds(0)) {
    state_ = State::kComputing;
    wait_for(tile.compute);
  } else {
    finish_tile();
  }
  return true;
}

void ComputeSequencer::finish_tile() {
  Scoreboard& board = stream_.board;
  const Program& program = *board.program;
  event_.end = stream_.now();
  account();
  if (board.observer != nullptr) {
    board.observer->on_compute(event_);
  }

  const LoweredOp& op = program.ops[cursor_.op];
  const Tile& tile = program.tiles[cursor_.item];
  if (program.blocks[tile.block].last_tile == cursor_.item) {
    board.blocks.pop_front();
    --board.input_slots;
  }
  if (op.first_chunk != op.end_chunk && program.chunks[tile.chunk].last_tile == cursor_.item) {
    board.chunks.pop_front();
    board.weight_space -= program.chunks[tile.chunk].space;
  }
  ++board.tiles_computed;  // before the write, which may be the inference's last
  stream_.output_writer.write(key());
  ++cursor_.item;
  state_ = State::kBetweenTiles;
}

// Law 8: time up to `ready` was dispatch (or belongs to the tile before), idle time after it is
// charged to the condition satisfied last; ties go to weights, then inputs, then the output slot.
void ComputeSequencer::account() const {
  Scoreboard& board = stream_.board;
  if (!board.records(event_.position)) {
    return;
  }
  OpTiming& op = board.ops[OpId(event_.position)];
  const LoweredOp& lowered = board.program->ops[event_.position];
  if (event_.tile == lowered.first_tile) {
    op.dispatch += lowered.dispatch;
  }
  if (event_.begin > event_.ready) {
    if (event_.weights_ready == event_.begin) {
      charge(&OpTiming::wait_weights, board.chunks.front().fetched);
    } else if (event_.inputs_ready == event_.begin) {
      charge(&OpTiming::wait_inputs, board.blocks.front().fetched);
    } else {
      charge(&OpTiming::wait_output_slot, std::nullopt);
    }
  }
  op.compute += event_.end - event_.begin;
  op.end = event_.end;
  board.last_compute = event_.end;
}

// Charges the idle interval before the tile: to the move, up to when what it fetched was written.
void ComputeSequencer::charge(Picoseconds OpTiming::*rest,
                              const std::optional<Fetched>& fetched) const {
  Scoreboard& board = stream_.board;
  OpTiming& op = board.ops[OpId(event_.position)];
  Picoseconds from = event_.ready;
  if (fetched.has_value() && fetched->written > from) {
    op.wait_move += fetched->written - from;
    board.moves[fetched->move].waited += fetched->written - from;
    from = fetched->written;
  }
  op.*rest += event_.begin - from;
}

}  // namespace memplace::systemc
