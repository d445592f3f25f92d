// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/oracle/event_checks.h"

namespace memplace {
namespace {

class PlanChecker {
 public:
  PlanChecker(const RunEvents& run, const Mapping& homes, const Mapping& near)
      : run_(run), homes_(homes), near_(near) {}

  FoundViolation check() const {
    const Graph& graph = run_.program().graph();
    for (const TensorId id : graph.tensors()) {
      const TensorId source = run_.facts(id).source;
      const Move* move = run_.move_of(source);
      if (near_[id] != (move != nullptr ? move->to : homes_[source]) ||
          homes_[id] != homes_[source]) {
        return about_tensor(EventViolation::kOtherPlan, id);
      }
    }
    for (const Move& move : run_.moves()) {
      if (run_.move_of(move.tensor) != &move || !is_lawful(move)) {
        return about_tensor(EventViolation::kOtherPlan, move.tensor);
      }
    }
    return std::nullopt;
  }

 private:
  bool is_lawful(const Move& move) const {
    const Tensor& tensor = run_.program().graph().tensor(move.tensor);
    const auto readers = run_.readers(move.tensor);
    return tensor.kind != TensorKind::kActivation && move.bytes == tensor.bytes &&
           move.bytes > Bytes(0) && move.from == homes_[move.tensor] && move.from < move.to &&
           !run_.program().chip().memories[move.to].read_only && !readers.empty() &&
           move.first_op == readers.front() && move.last_op == readers.back() &&
           (!move.after.has_value() || *move.after < move.first_op);
  }

  const RunEvents& run_;
  const Mapping& homes_;
  const Mapping& near_;
};

class RequestChecker {
 public:
  RequestChecker(const RunEvents& run, const Mapping& near) : run_(run), near_(near) {}

  FoundViolation check() {
    for (const Turn& turn : run_.turns()) {
      for (const OpId op : run_.program().graph().ops()) {
        expect_op(turn, op);
      }
      for (const Move& move : run_.moves()) {
        for (std::uint32_t piece = 0; piece < run_.pieces(move); ++piece) {
          const Bytes bytes = run_.piece_bytes(move, piece);
          expect(run_.piece_key(turn, move, piece, false), move.from, bytes);
          expect(run_.piece_key(turn, move, piece, true), move.to, bytes);
        }
      }
    }
    if (missing_ || other_) {
      return missing_ ? missing_ : other_;
    }
    return find_unexpected();
  }

 private:
  void expect_op(const Turn& turn, OpId id) {
    const Program& program = run_.program();
    const Op& op = program.graph().op(id);
    const LoweredOp& lowered = program.ops[id.index()];
    const std::uint32_t at = run_.position(turn, id);
    for (std::uint32_t chunk = lowered.first_chunk; chunk < lowered.end_chunk; ++chunk) {
      const WeightChunk& read = program.chunks[chunk];
      expect({RequestKind::kWeight, turn.stream, at, read.first_tile, 0}, near_[op.weights->tensor],
             read.bytes);
    }
    for (std::uint32_t block = lowered.first_block; block < lowered.end_block; ++block) {
      for (std::uint32_t i = 0; i < op.inputs.size(); ++i) {
        const InputBlock& read = program.blocks[block];
        expect({RequestKind::kInput, turn.stream, at, read.first_tile, i},
               near_[op.inputs[i].tensor], program.operand_bytes[read.first_operand + i]);
      }
    }
    for (std::uint32_t tile = lowered.first_tile; tile < lowered.end_tile; ++tile) {
      const MemoryId to = op.outputs.empty() ? MemoryId(0) : near_[op.outputs.front()];
      expect({RequestKind::kOutput, turn.stream, at, tile, 0}, to, program.tiles[tile].output);
      if (run_.find(turn.stream, at, tile) == nullptr) {
        note(missing_, about_request(EventViolation::kMissing,
                                     {RequestKind::kOutput, turn.stream, at, tile, 0}, {}));
      }
    }
  }

  void expect(const RequestKey& key, MemoryId memory, Bytes bytes) {
    keys_.push_back(key);
    if (key.kind == RequestKind::kOutput) {
      tiles_.push_back(key);
    }
    const TransferEvent* event = run_.find(key);
    if (event == nullptr) {
      note(missing_, about_request(EventViolation::kMissing, key, {}));
      return;
    }
    // What has no bytes is nowhere.
    const bool pooled = run_.program().chip().memories[memory].scope == Scope::kEngine;
    const bool placed =
        bytes == Bytes(0) ? event->memory.index() < run_.program().chip().memories.size()
                          : event->memory == memory && event->instance == (pooled ? key.stream : 0);
    if (event->bytes != bytes || !placed) {
      note(other_, about_request(EventViolation::kOtherRequest, *event));
    }
  }

  static void note(FoundViolation& first, const EventValidation& found) {
    first = first.has_value() ? first : found;
  }

  // What is not expected, or comes twice, where nothing is missing.
  FoundViolation find_unexpected() {
    std::sort(keys_.begin(), keys_.end());
    std::sort(tiles_.begin(), tiles_.end());
    for (std::size_t i = 0; i < run_.transfers().size(); ++i) {
      if (i == keys_.size() || run_.transfers()[i].key != keys_[i]) {
        return about_request(EventViolation::kOtherRequest, run_.transfers()[i]);
      }
    }
    for (std::size_t i = 0; i < run_.computes().size(); ++i) {
      const ComputeEvent& event = run_.computes()[i];
      if (i == tiles_.size() || output_of(event) != tiles_[i]) {
        return about_request(EventViolation::kOtherRequest, output_of(event), event.begin);
      }
    }
    return std::nullopt;
  }

  const RunEvents& run_;
  const Mapping& near_;
  std::vector<RequestKey> keys_;   // of requests,
  std::vector<RequestKey> tiles_;  // and of tiles
  FoundViolation missing_;
  FoundViolation other_;
};

}  // namespace

FoundViolation check_plan(const RunEvents& run, const Mapping& homes, const Mapping& near) {
  return PlanChecker(run, homes, near).check();
}

FoundViolation check_requests(const RunEvents& run, const Mapping& near) {
  return RequestChecker(run, near).check();
}

}  // namespace memplace
