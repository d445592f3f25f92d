// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <fmt/format.h>

#include "workloads/builtin/layers.h"
#include "workloads/builtin/networks.h"

namespace memplace {
namespace {

constexpr std::int64_t kVocabulary = 30522;
constexpr std::int64_t kPositions = 512;
constexpr std::int64_t kTokenTypes = 2;
constexpr std::int64_t kLabels = 2;  // two classes, or start and end of an answer

struct Bert {
  Layers net;
  BertSize size;
  std::int64_t batch;
  std::int64_t seq;

  // A dense layer over every token.
  TensorId dense(const std::string& name, TensorId in, std::int64_t from, std::int64_t to) {
    return net.matmul(name, in, {.positions = batch * seq, .out_channels = to, .in_channels = from},
                      {batch, seq, to});
  }
};

TensorId embeddings(Bert& bert) {
  Layers& net = bert.net;
  const Shape tokens{bert.batch, bert.seq};
  const Shape rows{bert.batch, bert.seq, bert.size.hidden};
  const TensorId ids = net.input("input_ids", tokens, DType::kInt32);
  const TensorId types = net.input("token_type_ids", tokens, DType::kInt32);
  const TensorId word = net.gather("embeddings.word", ids, kVocabulary, rows);
  const TensorId type = net.gather("embeddings.token_type", types, kTokenTypes, rows);
  // Positions are always 0, 1, ..., so they are no input, and all samples share the rows.
  const TensorId position =
      net.gather("embeddings.position", std::nullopt, kPositions, {1, bert.seq, bert.size.hidden});
  const TensorId typed =
      net.vector("embeddings.add_token_type", "add", VectorKind::kElementwise, {word, type});
  const TensorId sum =
      net.vector("embeddings.add_position", "add", VectorKind::kElementwise, {typed, position});
  return net.layer_norm("embeddings.ln", sum);
}

TensorId attention(Bert& bert, const std::string& name, TensorId x, TensorId mask) {
  Layers& net = bert.net;
  const std::int64_t hidden = bert.size.hidden;
  const std::int64_t heads = bert.size.heads;
  const std::int64_t seq = bert.seq;
  const std::int64_t products = bert.batch * heads;
  const std::int64_t head = hidden / heads;
  const TensorId q = bert.dense(name + ".q", x, hidden, hidden);
  const TensorId k = bert.dense(name + ".k", x, hidden, hidden);
  const TensorId v = bert.dense(name + ".v", x, hidden, hidden);
  TensorId scores =
      net.product(name + ".qk", q, k,
                  {.batch = products, .positions = seq, .out_channels = seq, .in_channels = head},
                  {bert.batch, heads, seq, seq});
  scores = net.vector(name + ".scale_mask", "scale_mask", VectorKind::kElementwise, {scores, mask});
  scores = net.vector(name + ".softmax", "softmax", VectorKind::kSoftmax, {scores});
  const TensorId context =
      net.product(name + ".av", scores, v,
                  {.batch = products, .positions = seq, .out_channels = head, .in_channels = seq},
                  {bert.batch, seq, hidden});
  const TensorId out = bert.dense(name + ".out", context, hidden, hidden);
  const TensorId sum = net.vector(name + ".add", "add", VectorKind::kElementwise, {out, x});
  return net.layer_norm(name + ".ln", sum);
}

TensorId feed_forward(Bert& bert, const std::string& name, TensorId x) {
  Layers& net = bert.net;
  const std::int64_t hidden = bert.size.hidden;
  const TensorId wide = bert.dense(name + ".ff1", x, hidden, 4 * hidden);
  const TensorId gelu = net.vector(name + ".gelu", "gelu", VectorKind::kTranscendental, {wide});
  const TensorId narrow = bert.dense(name + ".ff2", gelu, 4 * hidden, hidden);
  const TensorId sum = net.vector(name + ".add", "add", VectorKind::kElementwise, {narrow, x});
  return net.layer_norm(name + ".ln", sum);
}

}  // namespace

Graph make_bert(std::string name, const BertSize& size, std::int64_t batch, std::int64_t seq,
                DType dtype) {
  Bert bert{Layers(std::move(name), dtype), size, batch, seq};
  TensorId x = embeddings(bert);
  const TensorId mask = bert.net.input("attention_mask", {batch, 1, 1, seq});
  for (std::int64_t layer = 0; layer < size.layers; ++layer) {
    const std::string prefix = fmt::format("encoder.{}", layer);
    x = attention(bert, prefix + ".attention", x, mask);
    x = feed_forward(bert, prefix, x);
  }
  // The pooler reads each sample's first token alone.
  const TensorId first = bert.net.matmul(
      "pooler", x, {.positions = batch, .out_channels = size.hidden, .in_channels = size.hidden},
      {batch, size.hidden});
  const TensorId pooled =
      bert.net.vector("pooler.tanh", "tanh", VectorKind::kTranscendental, {first});
  if (size.head == BertHead::kClassifier) {
    bert.net.matmul("classifier", pooled,
                    {.positions = batch, .out_channels = kLabels, .in_channels = size.hidden},
                    {batch, kLabels});
  } else {
    bert.dense("qa_outputs", x, size.hidden, kLabels);
  }
  return bert.net.build();
}

}  // namespace memplace
