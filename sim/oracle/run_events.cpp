// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/run_events.h"

#include <algorithm>
#include <tuple>

namespace memplace {
namespace {

auto place_of(const ComputeEvent& event) {
  return std::tuple(event.stream, event.position, event.tile);
}

}  // namespace

RunEvents::RunEvents(const Program& program, std::span<const Move> moves, const RunRecord& record)
    : program_(program),
      moves_(moves),
      ops_(static_cast<std::uint32_t>(program.graph().ops().size())),
      inferences_(static_cast<std::uint32_t>(program.mode().inferences)),
      transfers_(record.transfers.begin(), record.transfers.end()),
      computes_(record.computes.begin(), record.computes.end()),
      facts_(find_naive_facts(program.graph())),
      readers_(program.graph().tensors().size()) {
  std::sort(transfers_.begin(), transfers_.end(),
            [](const TransferEvent& a, const TransferEvent& b) { return a.key < b.key; });
  std::sort(computes_.begin(), computes_.end(),
            [](const ComputeEvent& a, const ComputeEvent& b) { return place_of(a) < place_of(b); });
  const auto streams = static_cast<std::uint32_t>(program.mode().streams);
  for (std::uint32_t stream = 0; stream < streams; ++stream) {
    for (std::uint32_t inference = 0; inference < inferences_; ++inference) {
      turns_.push_back({stream, inference});
    }
  }
  ends_.resize(turns_.size());
  for (const TransferEvent& event : transfers_) {
    const Turn turn{event.key.stream, event.key.position / ops_};
    if (event.key.kind == RequestKind::kOutput && turn.stream < streams &&
        turn.inference < inferences_) {
      ends_[number(turn)] = std::max(ends_[number(turn)], event.arrived);
    }
  }
  for (const OpId id : program.graph().ops()) {
    const Op& op = program.graph().op(id);
    const auto note = [&](TensorId tensor) {
      std::vector<OpId>& readers = readers_[facts_[tensor].source];
      if (!op.is_view() && (readers.empty() || readers.back() != id)) {
        readers.push_back(id);
      }
    };
    for (const Operand& input : op.inputs) {
      note(input.tensor);
    }
    if (op.weights.has_value()) {
      note(op.weights->tensor);
    }
  }
}

const TransferEvent* RunEvents::find(const RequestKey& key) const {
  const auto found = std::lower_bound(
      transfers_.begin(), transfers_.end(), key,
      [](const TransferEvent& event, const RequestKey& wanted) { return event.key < wanted; });
  return found != transfers_.end() && found->key == key ? &*found : nullptr;
}

const ComputeEvent* RunEvents::find(std::uint32_t stream, std::uint32_t position,
                                    std::uint32_t tile) const {
  const std::tuple key(stream, position, tile);
  const auto found = std::lower_bound(
      computes_.begin(), computes_.end(), key,
      [](const ComputeEvent& event, const auto& wanted) { return place_of(event) < wanted; });
  return found != computes_.end() && place_of(*found) == key ? &*found : nullptr;
}

std::uint32_t RunEvents::position(const Turn& turn, OpId op) const {
  return turn.inference * ops_ + static_cast<std::uint32_t>(op.index());
}

const Move* RunEvents::move_of(TensorId id) const {
  const auto found = std::find_if(moves_.begin(), moves_.end(),
                                  [&](const Move& move) { return move.tensor == id; });
  return found != moves_.end() ? &*found : nullptr;
}

std::uint32_t RunEvents::pieces(const Move& move) const {
  return static_cast<std::uint32_t>(
      ceil_div(move.bytes.count(), program_.chip().mover.piece.count()));
}

Bytes RunEvents::piece_bytes(const Move& move, std::uint32_t piece) const {
  const Bytes whole = program_.chip().mover.piece;
  return std::min(whole, move.bytes - whole * piece);
}

RequestKey RunEvents::piece_key(const Turn& turn, const Move& move, std::uint32_t piece,
                                bool write) const {
  RequestKey key;
  key.kind = RequestKind::kMove;
  key.stream = turn.stream;
  key.position = position(turn, move.first_op);
  key.tile = static_cast<std::uint32_t>(move.tensor.index());
  key.operand = 2 * piece + (write ? 1 : 0);
  return key;
}

Picoseconds RunEvents::begin(const Turn& turn) const {
  return turn.inference == 0 ? Picoseconds(0) : end({turn.stream, turn.inference - 1});
}

Picoseconds RunEvents::computed(const Turn& turn, OpId op) const {
  for (std::size_t at = op.index() + 1; at > 0; --at) {
    const LoweredOp& lowered = program_.ops[at - 1];
    if (lowered.end_tile > lowered.first_tile) {
      return find(turn.stream, position(turn, OpId(at - 1)), lowered.end_tile - 1)->end;
    }
  }
  return begin(turn);
}

std::vector<const TransferEvent*> RunEvents::outputs(const Turn& turn, OpId op) const {
  std::vector<const TransferEvent*> writes;
  const LoweredOp& lowered = program_.ops[op.index()];
  for (std::uint32_t tile = lowered.first_tile; tile < lowered.end_tile; ++tile) {
    writes.push_back(find({RequestKind::kOutput, turn.stream, position(turn, op), tile, 0}));
  }
  return writes;
}

std::vector<const TransferEvent*> RunEvents::piece_writes(const Turn& turn,
                                                          const Move& move) const {
  std::vector<const TransferEvent*> writes;
  for (std::uint32_t piece = 0; piece < pieces(move); ++piece) {
    writes.push_back(find(piece_key(turn, move, piece, true)));
  }
  return writes;
}

}  // namespace memplace
