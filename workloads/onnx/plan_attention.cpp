// SPDX-License-Identifier: Apache-2.0
// Operators that are several ops of ours: recurrent layers and fused attention.
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/plan.h"

namespace memplace::onnx {
namespace {

void name_part(PlannedOp& op, const DraftNode& node, const std::string& part,
               const std::string& kind) {
  op.name = node.name + "." + part;
  op.kind = kind;
  op.folded_bias = 0;
}

// What is known of an attention: [batch, heads, seq, head] against `keys` keys.
struct AttentionSizes {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t seq = 1;
  std::int64_t keys = 1;
  std::int64_t head = 1;
  std::int64_t value_head = 1;
};

// What the parts of an attention read.
struct AttentionReads {
  std::vector<ValueId> query_key;
  std::vector<ValueId> values;
  std::vector<ValueId> masks;
  std::vector<ValueId> beside;  // a bias, lengths: read with queries and keys
};

// scores = q k, scale and mask, softmax, times v: four ops, as in the built-in networks.
void add_attention(Draft& draft, const DraftNode& node, const AttentionSizes& sizes,
                   const AttentionReads& reads, std::vector<PlannedOp>& ops) {
  const Shape shape{sizes.batch, sizes.heads, sizes.seq, sizes.keys};
  const std::int64_t scores = product(node, shape, 0, 4);
  const std::int64_t batch = product(node, {sizes.batch, sizes.heads});
  PlannedOp qk;
  name_part(qk, node, "qk", "matmul");
  qk.work = GridWork{.batch = batch,
                     .positions = sizes.seq,
                     .out_channels = sizes.keys,
                     .in_channels = sizes.head,
                     .kernel = 1};
  qk.inputs = reads.query_key;
  for (const ValueId id : reads.beside) {
    read(draft, qk, id);
  }
  ValueId at = intermediate(draft, qk.name, shape);
  qk.outputs = {at};
  ops.push_back(std::move(qk));
  if (!reads.masks.empty()) {
    PlannedOp masked;
    name_part(masked, node, "scale_mask", "scale_mask");
    masked.work = VectorWork{VectorKind::kElementwise, scores};
    masked.inputs = {at};
    for (const ValueId mask : reads.masks) {
      read(draft, masked, mask);
    }
    at = intermediate(draft, masked.name, shape);
    masked.outputs = {at};
    ops.push_back(std::move(masked));
  }
  PlannedOp softmax;
  name_part(softmax, node, "softmax", "softmax");
  softmax.work = VectorWork{VectorKind::kSoftmax, scores};
  softmax.inputs = {at};
  at = intermediate(draft, softmax.name, shape);
  softmax.outputs = {at};
  ops.push_back(std::move(softmax));
  PlannedOp av = start(node);
  name_part(av, node, "av", "matmul");
  av.work = GridWork{.batch = batch,
                     .positions = sizes.seq,
                     .out_channels = sizes.value_head,
                     .in_channels = sizes.keys,
                     .kernel = 1};
  av.inputs.insert(av.inputs.begin(), reads.values.begin(), reads.values.end());
  av.inputs.insert(av.inputs.begin(), at);
  ops.push_back(std::move(av));
  draft.fused.add("expanded: attention into products, mask and softmax");
}

std::int64_t divide(const Node& node, std::int64_t whole, std::int64_t parts) {
  if (parts < 1 || whole % parts != 0) {
    fail(node, fmt::format("{} channels do not divide into {} heads", whole, parts));
  }
  return whole / parts;
}

// Heads, rows and width of one side: [batch, seq, heads x width], [batch, heads, seq, width], or
// packed, [batch, seq, heads, parts, width].
struct Side {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t rows = 1;
  std::int64_t width = 1;
};

Side side_of(const Draft& draft, const Node& node, ValueId id, std::int64_t heads) {
  const Shape& shape = draft.shape(id);
  if (shape.size() == 3) {
    return {shape[0], heads, shape[1], divide(node, shape[2], heads)};
  }
  if (shape.size() == 4) {
    return {shape[0], shape[1], shape[2], shape[3]};
  }
  if (shape.size() == 5 && node.domain == "com.microsoft") {
    return {shape[0], shape[2], shape[1], shape[4]};
  }
  fail(node, fmt::format("an operand of {} dimensions, expected 3 or 4", shape.size()));
}

// Where an operator has what it reads beside queries, keys and values.
struct Places {
  std::size_t past = 0;
  std::vector<std::size_t> masks;
  std::vector<std::size_t> beside;
};

Places places_of(const Node& node) {
  if (node.domain.empty()) {
    return {4, {3}, {}};
  }
  if (node.op_type == "GroupQueryAttention") {
    return {3, {9}, {5}};
  }
  if (node.op_type == "DecoderMaskedMultiHeadAttention") {
    return {5, {3, 4}, {7, 10}};
  }
  return {6, {4, 5}, {3, 8}};
}

std::int64_t heads_attribute(const Node& node, std::string_view name, std::int64_t fallback) {
  const std::int64_t heads = int_attribute(node, name, fallback);
  if (heads < 1) {
    fail(node, fmt::format("attribute \"{}\" is {}", name, heads));
  }
  return heads;
}

// Positions turn queries and keys: two multiplications and an addition an element are one step.
std::vector<ValueId> rotate(Draft& draft, const DraftNode& node, std::vector<ValueId> query_key,
                            const Side& q, const Side& k, std::vector<PlannedOp>& ops) {
  PlannedOp op;
  name_part(op, node, "rotary", "rotaryembedding");
  const std::int64_t elements = product(node, {q.batch, q.heads, q.rows, q.width}) +
                                product(node, {k.batch, k.heads, k.rows, k.width});
  op.work = VectorWork{VectorKind::kElementwise, elements};
  op.inputs = std::move(query_key);
  for (const std::size_t place : {std::size_t{7}, std::size_t{8}}) {
    if (const auto table = input(node, place)) {
      read(draft, op, *table);
    }
  }
  op.rows_read = product(node, {q.rows, q.width});
  const ValueId turned = intermediate(draft, op.name, {elements});
  op.outputs = {turned};
  ops.push_back(std::move(op));
  return {turned};
}

// Queries, keys and values come apart, or packed into one tensor, or keys with values in one.
void plan_separate(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const bool standard = node.domain.empty();
  const bool grouped = node.op_type == "GroupQueryAttention";
  const std::int64_t heads = heads_attribute(node, standard ? "q_num_heads" : "num_heads", 1);
  const std::int64_t key_heads =
      heads_attribute(node, standard || grouped ? "kv_num_heads" : "num_heads", heads);
  const Places places = places_of(node);
  const ValueId query = required(node, 0);
  const ValueId key = input(node, 1).value_or(query);
  const ValueId value = input(node, 2).value_or(key);
  const Shape& shape = draft.shape(query);
  Side q;
  Side k;
  if (key == query && grouped && shape.size() == 3) {
    q = {shape[0], heads, shape[1], divide(node, shape[2], heads + 2 * key_heads)};
    k = {q.batch, key_heads, q.rows, q.width};
  } else {
    q = side_of(draft, node, query, heads);
    k = side_of(draft, node, key, key_heads);
  }
  const Side v = value == key ? k : side_of(draft, node, value, key_heads);
  AttentionSizes sizes{q.batch, q.heads, q.rows, k.rows, q.width, v.width};
  AttentionReads reads{{query}, {value}, {}, {}};
  if (key != query) {
    reads.query_key.push_back(key);
  }
  if (grouped && int_attribute(node, "do_rotary", 0) != 0) {
    reads.query_key = rotate(draft, node, reads.query_key, q, k, ops);
  }
  if (const auto old = input(node, places.past); old.has_value() && draft.shape(*old).size() == 4) {
    sizes.keys = product(node, {1, sizes.keys + draft.shape(*old)[2]});
    reads.query_key.push_back(*old);
    if (const auto old_values = input(node, places.past + 1)) {
      reads.values.push_back(*old_values);
    }
  }
  // The past may be a buffer that is longer than what it holds.
  const auto total = grouped ? input(node, 6) : std::nullopt;
  if (const auto known = total.has_value() ? draft.scalar(*total) : std::nullopt;
      known.has_value() && *known >= 1) {
    sizes.keys = std::min(sizes.keys, static_cast<std::int64_t>(*known));
  }
  for (const std::size_t place : places.masks) {
    if (const auto mask = input(node, place)) {
      reads.masks.push_back(*mask);
    }
  }
  for (const std::size_t place : places.beside) {
    if (const auto id = input(node, place)) {
      reads.beside.push_back(*id);
    }
  }
  add_attention(draft, node, sizes, reads, ops);
}

// One projection makes queries, keys and values: com.microsoft's Attention and QAttention.
void plan_projected(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const ValueId rows = required(node, 0);
  const ValueId weights = required(node, 1);
  const Shape in = draft.shape(rows);
  const Shape matrix = draft.shape(weights);
  if (in.size() != 3 || matrix.size() != 2 || in[2] != matrix[0]) {
    fail(node, "its input is not [batch, rows, width] or its weights are not [width, 3 x hidden]");
  }
  const std::int64_t heads = heads_attribute(node, "num_heads", 1);
  std::vector<std::int64_t> hidden = ints_attribute(node, "qkv_hidden_sizes", {});
  if (hidden.size() != 3) {
    hidden.assign(3, divide(node, matrix[1], 3));
  }
  PlannedOp project;
  name_part(project, node, "qkv", "matmul");
  project.work = GridWork{.batch = 1,
                          .positions = product(node, {in[0], in[1]}),
                          .out_channels = matrix[1],
                          .in_channels = in[2],
                          .kernel = 1};
  project.inputs = {rows};
  if (draft.is_constant(weights)) {
    project.weights = weights;
    project.transposed = true;
  } else {
    project.inputs.push_back(weights);
  }
  if (const auto bias = input(node, 2)) {
    read(draft, project, *bias);
  }
  const ValueId packed = intermediate(draft, project.name, {in[0], in[1], matrix[1]});
  project.outputs = {packed};
  ops.push_back(std::move(project));
  AttentionSizes sizes{
      in[0], heads, in[1], in[1], divide(node, hidden[0], heads), divide(node, hidden[2], heads)};
  AttentionReads reads{{packed}, {packed}, {}, {}};
  const bool quantized = node.op_type == "QAttention";
  const std::size_t past = quantized ? 8 : 4;
  if (const auto old = input(node, past); old.has_value() && draft.shape(*old).size() == 5) {
    sizes.keys = product(node, {1, sizes.keys + draft.shape(*old)[3]});
    reads.query_key.push_back(*old);
    reads.values.push_back(*old);
  }
  for (const std::size_t place :
       quantized ? std::vector<std::size_t>{5} : std::vector<std::size_t>{3, 5}) {
    if (const auto mask = input(node, place)) {
      reads.masks.push_back(*mask);
    }
  }
  add_attention(draft, node, sizes, reads, ops);
}

}  // namespace

void plan_attention(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  if (node.domain == "com.microsoft" &&
      (node.op_type == "Attention" || node.op_type == "QAttention")) {
    plan_projected(draft, node, ops);
  } else {
    plan_separate(draft, node, ops);
  }
}

// Three ops. All steps' inputs meet their weights in one product; then each step's state meets the
// recurrent weights, which are read once. The steps must follow each other, so they are the
// `kernel` of the second product, the one factor that is never dealt out over engines. Last, the
// gates, one transcendental an element of each.
void plan_recurrent(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const ValueId sequence = required(node, 0);
  const ValueId weights = required(node, 1);
  const ValueId recurrence = required(node, 2);
  const Shape in = draft.shape(sequence);
  const Shape state = draft.shape(recurrence);
  const std::string direction = string_attribute(node, "direction", "forward");
  const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
  const std::int64_t gates = node.op_type == "RNN" ? 1 : node.op_type == "GRU" ? 3 : 4;
  if (in.size() != 3 || state.size() != 3) {
    fail(node, fmt::format("input and recurrent weights of {} and {} dimensions, expected 3",
                           in.size(), state.size()));
  }
  const std::int64_t hidden = int_attribute(node, "hidden_size", state[2]);
  const bool batch_first = int_attribute(node, "layout", 0) != 0;
  const std::int64_t steps = batch_first ? in[1] : in[0];
  const std::int64_t batch = batch_first ? in[0] : in[1];
  const std::int64_t wide = product(node, {gates, hidden});
  const Shape shape{steps, batch, directions, wide};
  const auto take = [&](PlannedOp& op, ValueId id) {
    if (draft.is_constant(id)) {
      op.weights = id;
    } else {
      op.inputs.push_back(id);
    }
  };
  PlannedOp project;
  name_part(project, node, "input", "matmul");
  project.work = GridWork{.batch = 1,
                          .positions = product(node, {steps, batch}),
                          .out_channels = product(node, {directions, wide}),
                          .in_channels = in[2],
                          .kernel = 1};
  project.inputs = {sequence};
  take(project, weights);
  if (const auto bias = input(node, 3)) {
    read(draft, project, *bias);
  }
  const ValueId projected = intermediate(draft, project.name, shape);
  project.outputs = {projected};
  PlannedOp recur;
  name_part(recur, node, "steps", "matmul");
  recur.work = GridWork{.batch = directions,
                        .positions = batch,
                        .out_channels = wide,
                        .in_channels = hidden,
                        .kernel = steps};
  recur.inputs = {projected};
  take(recur, recurrence);
  for (const std::size_t place : {std::size_t{5}, std::size_t{6}}) {
    if (const auto initial = input(node, place)) {
      read(draft, recur, *initial);
    }
  }
  const ValueId sums = intermediate(draft, recur.name, shape);
  recur.outputs = {sums};
  PlannedOp gate = start(node);
  gate.kind = node.op_type == "RNN" ? "rnn" : node.op_type == "GRU" ? "gru" : "lstm";
  gate.work = VectorWork{VectorKind::kTranscendental, product(node, shape, 0, 4)};
  gate.inputs = {sums};
  if (const auto peephole = input(node, 7)) {
    read(draft, gate, *peephole);
  }
  ops.push_back(std::move(project));
  ops.push_back(std::move(recur));
  ops.push_back(std::move(gate));
  draft.remarks.add("expanded: recurrent layers into products for each step, and gates");
}

}  // namespace memplace::onnx
