// SPDX-License-Identifier: Apache-2.0
#include "workloads/graph/graph.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/graph/boost_graph.h"
#include "workloads/graph/graph_impl.h"

namespace memplace {
namespace {

template <class Id>
std::optional<Id> find_name(const NameIndex<Id>& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? std::nullopt : std::optional(found->second);
}

void link_consumers(Graph::Impl& impl) {
  IdVector<TensorId, std::vector<OpId>> consumers(impl.tensors.size());
  for (const OpId id : impl.ops.ids()) {
    const auto add = [&](const Operand& operand) {
      std::vector<OpId>& list = consumers[operand.tensor];
      if (list.empty() || list.back() != id) {
        list.push_back(id);
      }
    };
    const Op& op = impl.ops[id];
    std::for_each(op.inputs.begin(), op.inputs.end(), add);
    if (op.weights.has_value()) {
      add(*op.weights);
    }
  }
  impl.consumers = Lists(consumers);
}

void link_ops(Graph::Impl& impl) {
  IdVector<OpId, std::vector<OpId>> predecessors(impl.ops.size());
  IdVector<OpId, std::vector<OpId>> successors(impl.ops.size());
  DependencyGraph& dependencies = impl.dependencies;
  dependencies = DependencyGraph(impl.ops.size());
  for (const OpId id : impl.ops.ids()) {
    std::vector<OpId>& list = predecessors[id];
    for (const Operand& input : impl.ops[id].inputs) {
      if (const auto producer = impl.producers[input.tensor]) {
        list.push_back(*producer);
      }
    }
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    for (const OpId predecessor : list) {
      successors[predecessor].push_back(id);
      boost::add_edge(predecessor.index(), id.index(), dependencies);
    }
  }
  impl.predecessors = Lists(predecessors);
  impl.successors = Lists(successors);
}

// Ops come in schedule order, so the storage of a view's input is known when the view is reached.
void find_storages(Graph::Impl& impl) {
  for (const TensorId id : impl.tensors.ids()) {
    impl.facts.push_back({.storage = id, .lifetime = {}});
  }
  for (const Op& op : impl.ops) {
    if (op.is_view()) {
      impl.facts[op.outputs[0]].storage = impl.facts[op.inputs[0].tensor].storage;
    }
  }
}

void find_lifetimes(Graph::Impl& impl) {
  const std::size_t end = impl.ops.size();
  // First each storage by what happens to it and to its views, then every view like its storage.
  for (const TensorId id : impl.tensors.ids()) {
    const Tensor& tensor = impl.tensors[id];
    Lifetime& life = impl.facts[impl.facts[id].storage].lifetime;
    if (impl.facts[id].storage == id) {
      life.begin = impl.producers[id].has_value() ? impl.producers[id]->index() : 0;
      life.end = std::max(life.end, life.begin + 1);
    }
    if (tensor.kind == TensorKind::kWeights || tensor.graph_output) {
      life.end = end;
    } else if (const auto readers = impl.consumers.of(id); !readers.empty()) {
      life.end = std::max(life.end, readers.back().index() + 1);
    }
  }
  for (const TensorId id : impl.tensors.ids()) {
    impl.facts[id].lifetime = impl.facts[impl.facts[id].storage].lifetime;
  }
}

// Operands of two graphs are alike where they name the same tensor and as many bytes.
bool same_operand(const Graph& a, const Operand& x, const Graph& b, const Operand& y) {
  return x.bytes == y.bytes && a.tensor(x.tensor).name == b.tensor(y.tensor).name;
}

bool same_op(const Graph& a, const Op& x, const Graph& b, const Op& y) {
  const auto operand = [&](const Operand& p, const Operand& q) { return same_operand(a, p, b, q); };
  const auto output = [&](TensorId p, TensorId q) { return a.tensor(p).name == b.tensor(q).name; };
  if (x.weights.has_value() != y.weights.has_value()) {
    return false;
  }
  if (x.weights.has_value() && !operand(*x.weights, *y.weights)) {
    return false;
  }
  return x.name == y.name && x.kind == y.kind && x.work == y.work && x.window == y.window &&
         std::equal(x.inputs.begin(), x.inputs.end(), y.inputs.begin(), y.inputs.end(), operand) &&
         std::equal(x.outputs.begin(), x.outputs.end(), y.outputs.begin(), y.outputs.end(), output);
}

}  // namespace

const std::string& Graph::name() const { return impl_->name; }
IdRange<OpId> Graph::ops() const { return impl_->ops.ids(); }
IdRange<TensorId> Graph::tensors() const { return impl_->tensors.ids(); }
const Op& Graph::op(OpId id) const { return impl_->ops[id]; }
const Tensor& Graph::tensor(TensorId id) const { return impl_->tensors[id]; }

std::optional<OpId> Graph::find_op(std::string_view name) const {
  return find_name(impl_->op_names, name);
}
std::optional<TensorId> Graph::find_tensor(std::string_view name) const {
  return find_name(impl_->tensor_names, name);
}

std::optional<OpId> Graph::producer(TensorId id) const { return impl_->producers[id]; }
std::span<const OpId> Graph::consumers(TensorId id) const { return impl_->consumers.of(id); }
std::span<const OpId> Graph::predecessors(OpId op) const { return impl_->predecessors.of(op); }
std::span<const OpId> Graph::successors(OpId op) const { return impl_->successors.of(op); }
TensorId Graph::storage(TensorId id) const { return impl_->facts[id].storage; }
Lifetime Graph::lifetime(TensorId id) const { return impl_->facts[id].lifetime; }
GraphTotals Graph::totals() const { return impl_->totals; }

namespace {

template <class Id>
std::span<const std::string> origin_in(const std::map<Id, std::vector<std::string>>& origins,
                                       Id id) {
  const auto found = origins.find(id);
  return found == origins.end() ? std::span<const std::string>() : found->second;
}

}  // namespace

bool Graph::came_from_file() const {
  return !impl_->tensor_origins.empty() || !impl_->op_origins.empty();
}

std::span<const std::string> Graph::warnings() const { return impl_->warnings; }

std::span<const std::string> Graph::origin(TensorId id) const {
  return origin_in(impl_->tensor_origins, id);
}
std::span<const std::string> Graph::origin(OpId id) const {
  return origin_in(impl_->op_origins, id);
}

const DependencyGraph& dependency_graph(const Graph& graph) { return graph.impl().dependencies; }

bool operator==(const Graph& a, const Graph& b) {
  if (a.name() != b.name() || a.ops().size() != b.ops().size() ||
      a.tensors().size() != b.tensors().size()) {
    return false;
  }
  for (const TensorId id : a.tensors()) {
    const auto other = b.find_tensor(a.tensor(id).name);
    if (!other.has_value() || !(a.tensor(id) == b.tensor(*other))) {
      return false;
    }
  }
  for (const OpId id : a.ops()) {
    if (!same_op(a, a.op(id), b, b.op(id))) {
      return false;
    }
  }
  return true;
}

Graph GraphBuilder::build() {
  MEMPLACE_ASSERT(impl_ != nullptr, "the builder is spent");
  if (impl_->ops.empty()) {
    throw Error(fmt::format("network \"{}\" has no ops", impl_->name));
  }
  link_consumers(*impl_);
  for (const TensorId id : impl_->tensors.ids()) {
    Tensor& tensor = impl_->tensors[id];
    const bool read = !impl_->consumers.of(id).empty();
    if (tensor.kind == TensorKind::kActivation && !impl_->producers[id].has_value()) {
      throw Error(fmt::format("tensor \"{}\": no op writes it", tensor.name));
    }
    if (tensor.kind == TensorKind::kWeights && !read) {
      throw Error(fmt::format("tensor \"{}\": weights that no op reads", tensor.name));
    }
    if (tensor.kind == TensorKind::kActivation && !read) {
      tensor.graph_output = true;
    }
  }
  link_ops(*impl_);
  find_storages(*impl_);
  find_lifetimes(*impl_);
  return Graph(std::exchange(impl_, nullptr));
}

}  // namespace memplace
