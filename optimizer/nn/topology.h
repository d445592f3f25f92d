// SPDX-License-Identifier: Apache-2.0
// Who hears whom in a graph network: compressed sparse rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace memplace::nn {

// For each node the nodes that it hears, ascending, each once.
class Topology {
 public:
  Topology() = default;
  // `edges` are (from, to): `to` hears `from`. Repetitions are dropped; a node hears itself only
  // where an edge says so. Throws InternalError for a node that is not below `nodes`.
  Topology(std::size_t nodes, std::span<const std::pair<std::uint32_t, std::uint32_t>> edges);

  std::size_t nodes() const { return begin_.empty() ? 0 : begin_.size() - 1; }
  std::size_t edges() const { return heard_.size(); }
  std::span<const std::uint32_t> heard(std::size_t node) const {
    return {heard_.data() + begin_[node], begin_[node + 1] - begin_[node]};
  }
  // Of a node's first edge in an array of all edges.
  std::size_t first_edge(std::size_t node) const { return begin_[node]; }

  // Every node hears itself too.
  Topology with_loops() const;
  // Graph U-Net's augmentation, of which pooled graphs are parts: who is heard over one edge or two
  // (the square of this with loops), without loops.
  Topology augmented() const;
  // The part among `kept` (each once, any order), whose i-th becomes node i.
  Topology induced(std::span<const std::uint32_t> kept) const;

  bool operator==(const Topology&) const = default;

 private:
  std::vector<std::size_t> begin_;
  std::vector<std::uint32_t> heard_;
};

}  // namespace memplace::nn
