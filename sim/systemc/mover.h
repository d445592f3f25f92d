// SPDX-License-Identifier: Apache-2.0
// The mover of a stream (law 9): copies tensors piece by piece from their homes to faster memories,
// once an inference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <systemc>
#include <vector>

#include "base/units.h"
#include "sim/systemc/sequencers.h"

namespace memplace::systemc {

// Its places are alike, so that they are only counted. A piece holds one from when it is taken
// until its write has arrived; between lie its overhead, its read and its write.
class MoveSequencer : public DmaSequencer, private Completable {
 public:
  MoveSequencer(const sc_core::sc_module_name& name, Stream& stream, TransactionPool& pool);

  void begin_run();
  // The inference before, and with it everything that was moved in it, is written.
  void begin_inference();

  // Pieces take what places are free. Once an instant, when the other sequencers can do no more
  // (law 5); nothing that they could do follows at the same instant.
  void fill_places();

 private:
  // A piece whose overhead is not over.
  struct Prepared {
    RequestKey read;
    Picoseconds due;
  };

  bool is_open(std::size_t move) const;
  Bytes bytes_of(std::size_t move, std::uint32_t piece) const;
  void take_place(std::size_t move);
  void post_read(const RequestKey& read);
  void on_timer();
  void apply() override;
  void finished(const RequestKey& key) override;

  sc_core::sc_event timer_;
  std::int64_t free_places_ = 0;
  std::vector<std::uint32_t> taken_;  // pieces of each move, in the inference under way
  std::size_t first_left_ = 0;        // all moves before it have no pieces left
  std::deque<Prepared> prepared_;     // the earliest due first
};

}  // namespace memplace::systemc
