// SPDX-License-Identifier: Apache-2.0
// Operators that are several ops of ours: recurrent layers and fused attention.
#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"
#include "workloads/onnx/model/attention.h"

namespace memplace::onnx {
namespace {

// What is known of an attention: [batch, heads, seq, head], each query against `keys` keys.
struct AttentionSizes {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t seq = 1;
  std::int64_t keys = 1;
  std::int64_t head = 1;
  std::int64_t value_head = 1;
};

// What the parts of an attention read: of what holds more than that, the part.
struct AttentionReads {
  std::vector<ValueId> query_key;
  std::vector<ValueId> values;
  std::vector<ValueId> masks;
  std::vector<ValueId> beside;  // a bias, lengths: read with queries and keys
};

// What scores read of a mask [..., seq, keys] that is made for more rows or keys than there are. A
// constant one is a table that the op keeps.
ValueId masked_part(Draft& draft, const DraftNode& node, ValueId mask,
                    const AttentionSizes& sizes) {
  Shape shape = draft.shape(mask);
  if (draft.is_constant(mask) || shape.size() < 2) {
    return mask;
  }
  shape.back() = std::min(shape.back(), sizes.keys);
  if (shape.size() > 2) {
    std::int64_t& rows = shape[shape.size() - 2];
    rows = std::min(rows, sizes.seq);
  }
  return part_of(draft, mask, product(node, shape, 0, shape.size()));
}

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
      read(draft, masked, masked_part(draft, node, mask, sizes));
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

std::int64_t elements_of(const Node& node, const Side& side) {
  return product(node, {side.batch, side.heads, side.rows, side.width});
}

struct AttentionSides {
  Side queries;
  Side keys;
  Side values;
};

AttentionSides sides_of(const Draft& draft, const Node& node, std::int64_t heads,
                        std::int64_t key_heads) {
  const ValueId query = required(node, 0);
  const Shape& shape = draft.shape(query);
  AttentionSides sides;
  if (!input(node, 1).has_value() && shape.size() == 3) {
    sides.queries = {shape[0], heads, shape[1], divide(node, shape[2], heads + 2 * key_heads)};
    sides.keys = sides.queries;
    sides.keys.heads = key_heads;
  } else {
    sides.queries = side_of(draft, node, query, heads);
    sides.keys = side_of(draft, node, input(node, 1).value_or(query), key_heads);
  }
  const auto value = input(node, 2);
  sides.values = value.has_value() ? side_of(draft, node, *value, key_heads) : sides.keys;
  return sides;
}

std::int64_t heads_attribute(const Node& node, std::string_view name, std::int64_t fallback) {
  const std::int64_t heads = int_attribute(node, name, fallback);
  if (heads < 1) {
    fail(node, fmt::format("attribute \"{}\" is {}", name, heads));
  }
  return heads;
}

// The number that a constant of one element is, where its data is known.
std::optional<std::int64_t> number(const Draft& draft, const Node& node,
                                   std::optional<std::size_t> place) {
  const auto id = place.has_value() ? input(node, *place) : std::nullopt;
  if (!id.has_value() || !draft.value(*id).data.has_value()) {
    return std::nullopt;
  }
  const auto* data = std::get_if<std::vector<std::int64_t>>(&*draft.value(*id).data);
  return data != nullptr && data->size() == 1 ? std::optional(data->front()) : std::nullopt;
}

// Keys and values of before, [batch, heads, rows, width], or both in one tensor of two parts.
struct Past {
  std::optional<ValueId> keys;
  std::optional<ValueId> values;
  std::int64_t rows = 0;
  std::int64_t parts = 1;
};

Past past_of(const Draft& draft, const Node& node, bool together) {
  const std::size_t place = attention_inputs(node).past;
  const auto keys = input(node, place);
  const std::size_t rank = together ? 5 : 4;
  if (!keys.has_value() || draft.shape(*keys).size() != rank) {
    return {};
  }
  return {keys, together ? keys : input(node, place + 1), draft.shape(*keys)[rank - 2],
          together ? 2 : 1};
}

KeyRows rows_of(const Draft& draft, const Node& node, const Past& past, std::int64_t fresh) {
  const AttentionInputs places = attention_inputs(node);
  KeyFacts facts{.past = past.rows,
                 .fresh = fresh,
                 .total = number(draft, node, places.total),
                 .held = number(draft, node, places.held),
                 .masks = {}};
  for (const std::size_t place : places.masks) {
    if (const auto mask = input(node, place)) {
      facts.masks.push_back(draft.shape(*mask));
    }
  }
  KeyRows rows = key_rows(node, facts);
  if (!rows.wrong.empty()) {
    fail(node, rows.wrong);
  }
  return rows;
}

// Adds what both products read of the past, and makes of a present that shares its buffer the rows
// that are appended to it: nobody copies the rest.
void use_past(Draft& draft, const DraftNode& node, const Past& past, std::int64_t fresh,
              AttentionSizes& sizes, AttentionReads& reads) {
  const KeyRows rows = rows_of(draft, node, past, fresh);
  const std::int64_t window = int_attribute(node, "local_window_size", -1);
  sizes.keys = window < 1 ? rows.total : std::min(rows.total, window);
  // Each query sees itself and the keys before it; the first one's window begins before the
  // others'.
  const std::int64_t seen = std::min(rows.total, sizes.keys + sizes.seq - 1);
  const std::int64_t old = std::clamp<std::int64_t>(seen - fresh, 0, past.rows);
  const auto take = [&](std::optional<ValueId> id, std::vector<ValueId>& list) {
    if (id.has_value() && old > 0) {
      list.push_back(part_of(draft, *id, draft.elements(*id) / past.parts / past.rows * old));
    }
  };
  take(past.keys, reads.query_key);
  take(past.values, reads.values);
  const std::size_t presents = past.parts == 2 ? 1 : 2;
  for (std::size_t i = 1;
       past.keys.has_value() && rows.in_place && i <= presents && i < node.outputs.size(); ++i) {
    const auto present = node.outputs[i];
    if (present.has_value() && draft.users(*present).empty() &&
        draft.shape(*present).size() == draft.shape(*past.keys).size()) {
      Shape& shape = *draft.value(*present).shape;
      shape[shape.size() - 2] = std::min(fresh, past.rows);
    }
  }
}

void add_inputs(const Node& node, const std::vector<std::size_t>& places,
                std::vector<ValueId>& list) {
  for (const std::size_t place : places) {
    if (const auto id = input(node, place)) {
      list.push_back(*id);
    }
  }
}

// Reads of tables of cosines and sines, [positions, width], a row for each of `rows` positions.
void read_tables(Draft& draft, const Node& node, PlannedOp& op,
                 const std::vector<std::size_t>& places, std::int64_t rows) {
  std::int64_t elements = 0;  // of constant ones
  for (const std::size_t place : places) {
    const auto table = input(node, place);
    if (!table.has_value()) {
      continue;
    }
    const Shape& shape = draft.shape(*table);
    const std::int64_t used = shape.size() == 2
                                  ? product(node, {std::min(shape[0], rows), shape[1]})
                                  : draft.elements(*table);
    if (draft.is_constant(*table)) {
      read(draft, op, *table);
      elements += used;
    } else {
      read(draft, op, part_of(draft, *table, used));
    }
  }
  if (elements > 0) {
    op.rows_read = elements;
  }
}

// Positions turn queries and keys: two multiplications and an addition an element are one step.
std::vector<ValueId> rotate(Draft& draft, const DraftNode& node, std::vector<ValueId> query_key,
                            const Side& q, const Side& k, std::vector<PlannedOp>& ops) {
  PlannedOp op;
  name_part(op, node, "rotary", "rotaryembedding");
  const std::int64_t elements = elements_of(node, q) + elements_of(node, k);
  op.work = VectorWork{VectorKind::kElementwise, elements};
  op.inputs = std::move(query_key);
  read_tables(draft, node, op, {7, 8}, q.rows);
  if (const auto positions = input(node, 9)) {
    read(draft, op, *positions);
  }
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
  const ValueId query = required(node, 0);
  const auto key = input(node, 1);
  const auto [q, k, v] = sides_of(draft, node, heads, key_heads);
  AttentionSizes sizes{q.batch, q.heads, q.rows, k.rows, q.width, v.width};
  AttentionReads reads;
  reads.query_key = {part_of(draft, query, elements_of(node, q))};
  if (key != query) {
    reads.query_key.push_back(part_of(draft, key.value_or(query), elements_of(node, k)));
  }
  reads.values = {
      part_of(draft, input(node, 2).value_or(key.value_or(query)), elements_of(node, v))};
  if (grouped && int_attribute(node, "do_rotary", 0) != 0) {
    reads.query_key = rotate(draft, node, reads.query_key, q, k, ops);
  }
  use_past(draft, node, past_of(draft, node, false), k.rows, sizes, reads);
  add_inputs(node, attention_inputs(node).masks, reads.masks);
  add_inputs(node, attention_inputs(node).beside, reads.beside);
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
  const std::int64_t rows_in = product(node, {in[0], in[1]});
  AttentionReads reads;
  for (const std::int64_t width : {hidden[0], hidden[1]}) {
    reads.query_key.push_back(part_of(draft, packed, product(node, {rows_in, width})));
  }
  reads.values = {part_of(draft, packed, product(node, {rows_in, hidden[2]}))};
  use_past(draft, node, past_of(draft, node, true), in[1], sizes, reads);
  add_inputs(node, attention_inputs(node).masks, reads.masks);
  add_attention(draft, node, sizes, reads, ops);
}

// Sequences one after the other, without padding: queries, keys and values of [tokens, hidden], or
// packed, [tokens, heads, 3, size]. What tells the tokens' places, [sequences, length], is as long
// as the longest sequence: each token meets so many keys.
void plan_unpadded(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const std::int64_t heads = heads_attribute(node, "num_heads", 1);
  const ValueId query = required(node, 0);
  const Shape q = draft.shape(query);
  const Shape places = draft.shape(required(node, 4));
  const bool packed = q.size() == 4;
  if ((packed ? q[1] != heads || q[2] != 3 : q.size() != 2) || places.size() != 2) {
    fail(node,
         "its queries are not [tokens, hidden] or [tokens, heads, 3, size], or the places of "
         "its tokens not [sequences, length]");
  }
  const ValueId key = packed ? query : required(node, 1);
  const ValueId value = packed ? query : required(node, 2);
  const std::int64_t tokens = q[0];
  const std::int64_t sequences = places[0];
  const std::int64_t length = places[1];
  if (sequences < 1 || tokens > product(node, {sequences, length})) {
    fail(node, fmt::format("{} tokens in {} sequences of at most {}", tokens, sequences, length));
  }
  const Shape v = draft.shape(value);
  if (draft.shape(key) != q || v.size() != q.size() || v[0] != tokens) {
    fail(node, fmt::format("keys or values that do not fit its {} tokens", tokens));
  }
  const AttentionSizes sizes{.batch = sequences,
                             .heads = heads,
                             .seq = (tokens + sequences - 1) / sequences,
                             .keys = length,
                             .head = packed ? q[3] : divide(node, q[1], heads),
                             .value_head = packed ? v[3] : divide(node, v[1], heads)};
  if (tokens < product(node, {sequences, length})) {
    draft.remarks.add(
        "approximated: tokens of shorter sequences meet as many keys as the longest's");
  }
  const auto take = [&](ValueId id, std::int64_t width) {
    return part_of(draft, id, product(node, {tokens, heads, width}));
  };
  AttentionReads reads;
  reads.query_key = {take(query, sizes.head)};
  if (packed || key != query) {
    reads.query_key.push_back(take(key, sizes.head));
  }
  reads.values = {take(value, sizes.value_head)};
  add_inputs(node, {6}, reads.masks);
  add_inputs(node, {3, 4, 5}, reads.beside);
  add_attention(draft, node, sizes, reads, ops);
}

}  // namespace

void plan_attention(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  if (node.domain == "com.microsoft" &&
      (node.op_type == "Attention" || node.op_type == "QAttention" ||
       node.op_type == "DecoderMaskedSelfAttention")) {
    plan_projected(draft, node, ops);
  } else if (node.op_type == "PackedMultiHeadAttention") {
    plan_unpadded(draft, node, ops);
  } else {
    plan_separate(draft, node, ops);
  }
}

// Input [batch, rows, hidden] or [batch, heads, rows, size]; without positions the tables are made
// for each row.
void plan_rotary(Draft& draft, const DraftNode& node, const OperatorRow& row,
                 std::vector<PlannedOp>& ops) {
  const bool standard = node.domain.empty();
  const ValueId data = required(node, 0);
  const Shape shape = draft.shape(data);
  PlannedOp op = start(node);
  op.work = VectorWork{row.vector, draft.elements(result(node))};
  op.inputs.insert(op.inputs.begin(), data);
  if (const auto positions = input(node, standard ? 3 : 1)) {
    read(draft, op, *positions);
  }
  read_tables(draft, node, op,
              standard ? std::vector<std::size_t>{1, 2} : std::vector<std::size_t>{2, 3},
              shape.size() < 2 ? 1 : shape[shape.size() - 2]);
  ops.push_back(std::move(op));
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
