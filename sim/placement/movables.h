// SPDX-License-Identifier: Apache-2.0
// Which tensors may move, and who reads them (law 9 of docs/model/timing.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "workloads/graph/graph.h"

namespace memplace {

// A move of more pieces than this is none.
inline constexpr std::int64_t kMostPieces = std::int64_t{1} << 24;

// A tensor that may move. Views do not read it; those that read a view of it do.
struct Movable {
  TensorId tensor;
  OpId first_op;  // that reads it
  OpId last_op;
  std::int64_t pieces = 0;
};

// Weights that each op using them reads whole, and graph inputs that two ops read or that another
// op than the first reads; of at least one byte and at most kMostPieces pieces. In the order of
// (first op, tensor), which is that of moves.
class Movables {
 public:
  Movables(const Graph& graph, const Mover& mover);

  std::span<const Movable> list() const { return list_; }
  bool contains(TensorId id) const { return number_[id] != kNone; }
  // Of one that it contains.
  const Movable& operator[](TensorId id) const { return list_[number_[id]]; }
  // Views, and views of views, of graph inputs that may move.
  std::span<const TensorId> viewed() const { return viewed_; }
  // Its place in list().
  std::size_t number(TensorId id) const { return number_[id]; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  std::vector<Movable> list_;
  std::vector<TensorId> viewed_;
  IdVector<TensorId, std::uint32_t> number_;
};

}  // namespace memplace
