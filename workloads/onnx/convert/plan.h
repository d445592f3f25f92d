// SPDX-License-Identifier: Apache-2.0
// What each node of a fused draft becomes: ops of the network, still over values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "workloads/graph/types.h"
#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {

// Sizes that an exported op carries, where its shapes do not tell them. Bytes; `reads` and `inputs`
// are of its inputs in order, as read and in memory.
struct ExactSizes {
  std::vector<std::int64_t> reads;
  std::vector<std::int64_t> inputs;
  std::vector<std::int64_t> outputs;
  std::vector<DType> input_types;
  std::vector<DType> output_types;
  std::int64_t weights = 0;
  std::int64_t weights_read = 0;
  std::int64_t parameters = 0;
  DType weights_type = DType::kInt8;
};

struct PlannedOp {
  std::string name;  // the node's; made readable and unique later
  std::string op_type;
  std::string kind;
  Work work;
  std::vector<ValueId> inputs;  // none constant
  // Parameters: the largest, whose sharers share the tensor, and those kept beside it.
  std::optional<ValueId> weights;
  std::vector<ValueId> extras;
  // Of weights that a file packs: how many they are, and what unpacks them (scales, zero points),
  // which is kept beside them and counted among no parameters.
  std::optional<std::int64_t> packed;
  std::vector<ValueId> scales;
  std::int64_t folded_bias = 0;           // elements beside `extras`
  std::optional<std::int64_t> rows_read;  // elements, where not all weights are read
  bool transposed = false;                // weights are [in, out] in the file
  std::vector<ValueId> outputs;
  std::optional<Window> window;
  bool merged = false;
  std::vector<std::string> origin;  // the nodes of the model
  std::optional<ExactSizes> exact;
};

// Appends the ops of one node to `ops`. Throws Error naming the node where its shapes or attributes
// do not fit its operator.
void plan_node(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);

// The parts of plan_node().
void plan_product(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_convolution(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_recurrent(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_attention(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_experts(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_rotary(Draft& draft, const DraftNode& node, const OperatorRow& row,
                 std::vector<PlannedOp>& ops);
void plan_vector(Draft& draft, const DraftNode& node, const OperatorRow* row,
                 std::vector<PlannedOp>& ops);
void plan_exported(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);
void plan_einsum(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops);

// An op with the node's name and outputs, what was fused into it, and the kind in our words.
PlannedOp start(const DraftNode& node);
// Makes of `op` a part of what the node becomes, NODE.PART.
void name_part(PlannedOp& op, const Node& node, const std::string& part, const std::string& kind);
// Reads `id` as an input or, where it is constant, as a parameter. A single number is part of the
// instruction.
void read(const Draft& draft, PlannedOp& op, ValueId id);
// Reads `id` as what unpacks the op's weights.
void read_scales(const Draft& draft, PlannedOp& op, ValueId id);
// What an op reads of `whole` where that is no more than this many of its elements.
ValueId part_of(Draft& draft, ValueId whole, std::int64_t elements);
// An intermediate value of a node that becomes several ops.
ValueId intermediate(Draft& draft, const std::string& name, Shape shape);

// The product of extents, none negative; throws Error naming the node beyond 2^50.
std::int64_t product(const Node& node, std::initializer_list<std::int64_t> factors);
std::int64_t product(const Node& node, const Shape& shape, std::size_t from, std::size_t to);

[[noreturn]] void fail(const Node& node, const std::string& what);

}  // namespace memplace::onnx
