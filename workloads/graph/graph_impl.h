// SPDX-License-Identifier: Apache-2.0
// What is inside a Graph. Private to workloads/graph.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "workloads/graph/boost_graph.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Hashes string_view and string alike, so that looking up a name makes no copy.
struct NameHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>()(name);
  }
};

template <class Id>
using NameIndex = std::unordered_map<std::string, Id, NameHash, std::equal_to<>>;

// One list of `Value` for each `Key`, all in one block of memory.
template <class Key, class Value>
class Lists {
 public:
  Lists() = default;
  explicit Lists(const IdVector<Key, std::vector<Value>>& lists) {
    for (const std::vector<Value>& list : lists) {
      items_.insert(items_.end(), list.begin(), list.end());
      ends_.push_back(items_.size());
    }
  }

  std::span<const Value> of(Key key) const {
    const std::size_t begin = key.index() == 0 ? 0 : ends_[key.index() - 1];
    return std::span<const Value>(items_).subspan(begin, ends_[key.index()] - begin);
  }

 private:
  std::vector<Value> items_;
  std::vector<std::size_t> ends_;
};

// What build() finds out about a tensor; see the accessors of Graph.
struct TensorFacts {
  TensorId storage;
  Lifetime lifetime;
};

struct Graph::Impl {
  std::string name;
  IdVector<TensorId, Tensor> tensors;
  IdVector<OpId, Op> ops;
  NameIndex<TensorId> tensor_names;
  NameIndex<OpId> op_names;
  IdVector<TensorId, std::optional<OpId>> producers;
  GraphTotals totals;
  std::map<TensorId, std::vector<std::string>> tensor_origins;  // of those that have one
  std::map<OpId, std::vector<std::string>> op_origins;
  std::vector<std::string> warnings;
  Bytes tensor_bytes;  // of all tensors
  Bytes read_bytes;    // by all ops

  // Filled in by build().
  DependencyGraph dependencies;
  Lists<TensorId, OpId> consumers;
  Lists<OpId, OpId> predecessors;
  Lists<OpId, OpId> successors;
  IdVector<TensorId, TensorFacts> facts;
};

}  // namespace memplace
