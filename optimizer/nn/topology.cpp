// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/topology.h"

#include <algorithm>
#include <bit>
#include <string>

#include "base/error.h"

namespace memplace::nn {

namespace {

// A set of nodes: one bit each. Its members come out in ascending order without sorting.
class NodeSet {
 public:
  explicit NodeSet(std::size_t nodes) : words_((nodes + kBits - 1) / kBits, 0) {}

  void insert(std::uint32_t node) { words_[node / kBits] |= std::uint64_t{1} << (node % kBits); }
  void erase(std::uint32_t node) { words_[node / kBits] &= ~(std::uint64_t{1} << (node % kBits)); }

  // Appends the members to `out` and leaves the set empty.
  void drain(std::vector<std::uint32_t>& out) {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t word = words_[w]; word != 0; word &= word - 1) {
        out.push_back(static_cast<std::uint32_t>(w * kBits) +
                      static_cast<std::uint32_t>(std::countr_zero(word)));
      }
      words_[w] = 0;
    }
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::vector<std::uint64_t> words_;
};

}  // namespace

Topology::Topology(std::size_t nodes,
                   std::span<const std::pair<std::uint32_t, std::uint32_t>> edges)
    : begin_(nodes + 1, 0) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;  // (to, from)
  sorted.reserve(edges.size());
  for (const auto& [from, to] : edges) {
    MEMPLACE_ASSERT(from < nodes && to < nodes, "edge " + std::to_string(from) + " -> " +
                                                    std::to_string(to) + " among " +
                                                    std::to_string(nodes) + " nodes");
    sorted.emplace_back(to, from);
  }
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  heard_.reserve(sorted.size());
  for (const auto& [to, from] : sorted) {
    heard_.push_back(from);
    begin_[to + 1] = heard_.size();
  }
  for (std::size_t node = 0; node < nodes; ++node) {
    begin_[node + 1] = std::max(begin_[node + 1], begin_[node]);
  }
}

Topology Topology::with_loops() const {
  Topology loops;
  loops.begin_.reserve(begin_.size());
  loops.heard_.reserve(edges() + nodes());
  loops.begin_.push_back(0);
  for (std::uint32_t node = 0; node < nodes(); ++node) {
    const std::span<const std::uint32_t> all = heard(node);
    const auto above = std::lower_bound(all.begin(), all.end(), node);
    loops.heard_.insert(loops.heard_.end(), all.begin(), above);
    loops.heard_.push_back(node);
    loops.heard_.insert(loops.heard_.end(),
                        above != all.end() && *above == node ? above + 1 : above, all.end());
    loops.begin_.push_back(loops.heard_.size());
  }
  return loops;
}

Topology Topology::augmented() const {
  Topology square;
  square.begin_.reserve(begin_.size());
  square.begin_.push_back(0);
  NodeSet reached(nodes());
  for (std::uint32_t node = 0; node < nodes(); ++node) {
    for (const std::uint32_t near : heard(node)) {
      reached.insert(near);
      for (const std::uint32_t far : heard(near)) {
        reached.insert(far);
      }
    }
    reached.erase(node);
    reached.drain(square.heard_);
    square.begin_.push_back(square.heard_.size());
  }
  return square;
}

Topology Topology::induced(std::span<const std::uint32_t> kept) const {
  // One more than a node's new name; 0: not kept.
  std::vector<std::uint32_t> names(nodes(), 0);
  for (std::uint32_t i = 0; i < kept.size(); ++i) {
    MEMPLACE_ASSERT(kept[i] < nodes() && names[kept[i]] == 0,
                    "node " + std::to_string(kept[i]) + " kept twice or not there");
    names[kept[i]] = i + 1;
  }
  Topology part;
  part.begin_.reserve(kept.size() + 1);
  part.begin_.push_back(0);
  NodeSet reached(kept.size());
  for (const std::uint32_t node : kept) {
    for (const std::uint32_t other : heard(node)) {
      if (names[other] != 0) {
        reached.insert(names[other] - 1);
      }
    }
    reached.drain(part.heard_);
    part.begin_.push_back(part.heard_.size());
  }
  return part;
}

}  // namespace memplace::nn
