// SPDX-License-Identifier: Apache-2.0
// The network: ops in schedule order and the tensors between them, on Boost.Graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "workloads/graph/types.h"

namespace memplace {

// Half-open interval [begin, end) of schedule steps; step k is the op with index k.
struct Lifetime {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool contains(std::size_t step) const { return begin <= step && step < end; }
  bool operator==(const Lifetime&) const = default;
};

// Sums over a graph, each tensor counted once.
struct GraphTotals {
  std::int64_t macs = 0;
  std::int64_t parameters = 0;
  Bytes weight_bytes;
  Bytes activation_bytes;  // what ops write; views write nothing

  bool operator==(const GraphTotals&) const = default;
};

// A finished network, immutable and freely shared between threads. Made by GraphBuilder.
//
// Invariants: ops are in schedule order, so an op's inputs are written by earlier ops or are graph
// inputs; names of ops and names of tensors are unique; a view has one input and one output.
class Graph {
 public:
  const std::string& name() const;

  IdRange<OpId> ops() const;
  IdRange<TensorId> tensors() const;
  const Op& op(OpId id) const;
  const Tensor& tensor(TensorId id) const;
  std::optional<OpId> find_op(std::string_view name) const;
  std::optional<TensorId> find_tensor(std::string_view name) const;

  // The op that writes the tensor (a view counts); none for weights and graph inputs.
  std::optional<OpId> producer(TensorId id) const;
  // The ops that read the tensor, in schedule order, each once.
  std::span<const OpId> consumers(TensorId id) const;
  // The distinct ops whose outputs `op` reads, in schedule order; views count as ops.
  std::span<const OpId> predecessors(OpId op) const;
  std::span<const OpId> successors(OpId op) const;

  // The tensor whose bytes these are: itself, or where a view wrote it, what the view looked at.
  TensorId storage(TensorId id) const;

  // When the tensor's bytes must exist. Weights, graph inputs, outputs: as docs/guide/glossary.md
  // says (weights throughout; inputs from step 0; outputs to the end). A storage and every view of
  // it live equally long, from the storage's producer to after the last reader of any of them.
  Lifetime lifetime(TensorId id) const;

  GraphTotals totals() const;

  // What a tensor or an op was called where the network came from, the main name first: values of
  // an ONNX file whose bytes the tensor holds, nodes that the op does the work of. Empty where the
  // network is at home or the file has no name for it.
  std::span<const std::string> origin(TensorId id) const;
  std::span<const std::string> origin(OpId id) const;
  // Whether anything has one.
  bool came_from_file() const;
  // What was taken for granted when the network was made of a file: sentences for people.
  std::span<const std::string> warnings() const;

  // For algorithms of Boost.Graph: include workloads/graph/boost_graph.h.
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  friend class GraphBuilder;
  explicit Graph(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

// Same name, tensors and ops, wherever they came from; tensors are matched by name, so their
// numbering may differ.
bool operator==(const Graph& a, const Graph& b);

// Builds a graph op by op in schedule order. Each call throws Error where it breaks a rule of
// Graph, naming the op or tensor: a name used twice, an operand nobody wrote yet, negative sizes,
// an operand that reads more bytes than its tensor has, sums beyond 2^50 bytes or 2^62 MACs. After
// a throw the builder is as it was before the call. Names have 1 to 256 characters, none of them a
// control character.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name);
  GraphBuilder(GraphBuilder&&) = default;
  GraphBuilder& operator=(GraphBuilder&&) = default;

  // `bytes` is the size in memory; activation() counts as written by the op that names it in
  // outputs.
  TensorId add_tensor(Tensor tensor);
  OpId add_op(Op op);
  void mark_output(TensorId id);
  // What Graph::origin() says. Names that are empty or come twice are left out.
  void set_origin(TensorId id, const std::vector<std::string>& names);
  void set_origin(OpId id, const std::vector<std::string>& names);
  // One more of Graph::warnings(); nothing where it is there already.
  void warn(const std::string& text);

  const Tensor& tensor(TensorId id) const;
  std::optional<TensorId> find_tensor(std::string_view name) const;

  // Refuses an empty graph, activations that no op writes, and weights that no op reads. An
  // activation that nobody reads becomes a graph output. The builder is spent.
  Graph build();

 private:
  std::shared_ptr<Graph::Impl> impl_;
};

}  // namespace memplace
