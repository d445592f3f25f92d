// SPDX-License-Identifier: Apache-2.0
// A model on its way to a network: nodes that passes merge, drop and redirect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/model/model.h"
#include "workloads/onnx/model/operators.h"

namespace memplace::onnx {

inline constexpr std::int64_t kMostElements = std::int64_t{1} << 50;  // of a value
inline constexpr int kDeepestViews = 16;  // a chain of views that is looked through

// A node with what was fused into it.
struct DraftNode : Node {
  bool alive = true;
  // Read besides the node's own inputs: a residual, a mask. None of them is constant.
  std::vector<ValueId> fused_inputs;
  // Parameters that came with what was fused: biases, scales and shifts.
  std::vector<ValueId> fused_constants;
  std::int64_t folded_bias = 0;  // elements of the bias that a folded normalisation makes
  // The nodes of the model whose work this one does, itself first.
  std::vector<std::string> origin;
  // The name is a path that several nodes share, without an operator at its end.
  bool merged = false;
};

// Counts what passes did, in the order in which each kind first occurred.
class Tally {
 public:
  void add(const std::string& what, std::int64_t count = 1);
  // `SENTENCE: COUNT` for each.
  std::vector<std::string> lines() const;

 private:
  std::vector<std::pair<std::string, std::int64_t>> counts_;
  std::unordered_map<std::string, std::size_t> places_;  // in counts_
};

// Nodes are in topological order and keep their places; a merged node stands where the last of
// its parts stood.
class Draft {
 public:
  explicit Draft(const Model& model);

  std::vector<DraftNode>& nodes() { return nodes_; }
  const std::vector<DraftNode>& nodes() const { return nodes_; }
  DraftNode& node(std::size_t index) { return nodes_[index]; }
  const DraftNode& node(std::size_t index) const { return nodes_[index]; }
  Value& value(ValueId id) { return values_[id]; }
  const Value& value(ValueId id) const { return values_[id]; }
  std::size_t value_count() const { return values_.size(); }
  // That no model had; where it holds what another value does, that one's origin is its own.
  ValueId add_value(Value value, std::optional<ValueId> same = std::nullopt);
  // The values of the model that this one stands for.
  const std::vector<std::string>& origin(ValueId id) const { return origins_[id]; }
  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  const std::string& name() const { return name_; }

  // The node that writes a value; none for constants and inputs of the model.
  std::optional<std::size_t> producer(ValueId id) const { return producers_[id]; }
  // The nodes that read a value, each once, in order.
  const std::set<std::size_t>& users(ValueId id) const { return users_[id]; }
  bool is_output(ValueId id) const;
  // The only reader of a value that is no output of the model.
  std::optional<std::size_t> sole_user(ValueId id) const;

  bool is_constant(ValueId id) const { return values_[id].is_constant; }
  // The one element of a constant, where it has one and its data is known.
  std::optional<double> scalar(ValueId id) const;
  // A constant of one element, known or not.
  bool is_scalar(ValueId id) const;
  const Shape& shape(ValueId id) const { return *values_[id].shape; }
  // The shape's product; throws Error naming the value beyond 2^50.
  std::int64_t elements(ValueId id) const;

  // Every reader of `from` reads `to` instead, which stands for both from now on.
  void replace(ValueId from, ValueId to);
  void kill(std::size_t index);
  // `index` does the work of `other` too, which dies.
  void absorb(std::size_t index, std::size_t other);
  // `index` writes `output` as its first output from now on, and absorbs the node that did.
  void take_output(std::size_t index, ValueId output);
  void fuse_input(std::size_t index, ValueId input);
  void set_inputs(std::size_t index, std::vector<std::optional<ValueId>> inputs);
  // `node` stands at `index` from now on, in place of what stood there.
  void assign(std::size_t index, DraftNode node);
  // Drops nodes whose results nobody reads; returns how many.
  std::int64_t drop_dead();

  Tally fused;
  Tally remarks;
  std::vector<std::string> warnings;  // what was taken for granted

 private:
  void link_readers(std::size_t index);
  void unlink_readers(std::size_t index);

  std::string name_;
  IdVector<ValueId, Value> values_;
  IdVector<ValueId, std::vector<std::string>> origins_;
  std::vector<DraftNode> nodes_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
  IdVector<ValueId, std::optional<std::size_t>> producers_;
  IdVector<ValueId, std::set<std::size_t>> users_;
  std::map<ValueId, std::vector<std::size_t>> output_places_;  // in outputs_
};

// Where a matrix product or convolution keeps its operands among its inputs.
struct GridOperands {
  std::size_t left = 0;
  std::size_t right = 1;
  std::optional<std::size_t> bias;
  std::optional<std::size_t> residual;
};

// The operands of the operators that fuse what follows them; none for other nodes, LSTM and
// attention among them.
std::optional<GridOperands> grid_operands(const Node& node);
bool is_convolution(const Node& node);

// Of the standard or contributed: QuantizeLinear, DequantizeLinear.
bool is_quantizer(const Node& node, std::string_view type);
// The inputs whose elements the results are, moved about or cast; none where a node computes.
std::vector<ValueId> moved_inputs(const Node& node);

// Passes, in the order in which convert() runs them; each is told in its own file.
void check_operators(Draft& draft, const ConvertOptions& options);
void fold_constants(Draft& draft);
void fold_quantization(Draft& draft);
void drop_copies_of_nothing(Draft& draft);
void sink_transposes(Draft& draft);
void fuse_patterns(Draft& draft);
void fuse_attention(Draft& draft);
void fuse_grid(Draft& draft);

}  // namespace memplace::onnx
