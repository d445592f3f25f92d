// SPDX-License-Identifier: Apache-2.0
// Matrix products, recurrent layers, attention.
#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/attention.h"
#include "workloads/onnx/model/element_types.h"

namespace memplace::onnx {
namespace {

Shape matmul_shape(Shape a, Shape b) {
  if (a.empty() || b.empty()) {
    throw Malformed{"a factor is a scalar"};
  }
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) {
    a.insert(a.begin(), 1);
  }
  if (column) {
    b.push_back(1);
  }
  if (a.back() != b[b.size() - 2]) {
    throw Malformed{fmt::format("the factors {} and {} do not fit", to_string(a), to_string(b))};
  }
  Shape result = broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (!row) {
    result.push_back(a[a.size() - 2]);
  }
  if (!column) {
    result.push_back(b.back());
  }
  return result;
}

void matmul(Inference& node) {
  node.set(0, node.type(0), matmul_shape(node.shape(0), node.shape(1)));
}
void matmul_integer(Inference& node) {
  node.set(0, ElementType::kInt32, matmul_shape(node.shape(0), node.shape(1)));
}
void qlinear_matmul(Inference& node) {
  node.set(0, node.type(7), matmul_shape(node.shape(0), node.shape(3)));
}

void gemm_of(Inference& node, std::size_t right, ElementType type) {
  Shape a = node.shape(0, 2);
  Shape b = node.shape(right, 2);
  if (a.size() != 2 || b.size() != 2) {
    throw Malformed{
        fmt::format("the factors {} and {} are no matrices", to_string(a), to_string(b))};
  }
  if (node.integer("transA", 0) != 0) {
    std::swap(a[0], a[1]);
  }
  if (node.integer("transB", 0) != 0) {
    std::swap(b[0], b[1]);
  }
  node.set(0, type, matmul_shape(a, b));
}

void gemm(Inference& node) { gemm_of(node, 1, node.type(0)); }

// Without a scale of its result (input 7) it leaves floats.
void quantized_gemm(Inference& node) {
  gemm_of(node, 3, node.has(7) ? node.type(0) : ElementType::kFloat);
}

// Letters of the axes of one term; an ellipsis becomes the digits '0' and up, aligned at the right.
std::string term_of(std::string_view text, std::size_t rank, std::size_t dots) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "...") {
      for (std::size_t k = dots - std::min(dots, rank); k < dots; ++k) {
        result += static_cast<char>('0' + k);
      }
      i += 2;
    } else if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')) {
      result += text[i];
    } else {
      throw Malformed{"attribute \"equation\" is no sum of products"};
    }
  }
  return result;
}

void einsum(Inference& node) {
  std::string equation = node.text("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const auto arrow = equation.find("->");
  std::vector<std::string> terms(1);
  for (const char c : equation.substr(0, arrow)) {
    if (c == ',') {
      terms.emplace_back();
    } else {
      terms.back() += c;
    }
  }
  if (terms.size() != node.input_count()) {
    throw Malformed{fmt::format("attribute \"equation\" has {} terms for {} inputs", terms.size(),
                                node.input_count())};
  }
  std::vector<std::size_t> hidden(terms.size());  // axes behind each ellipsis
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool dots = terms[i].find("...") != std::string::npos;
    const std::size_t named = terms[i].size() - (dots ? 3 : 0);
    const std::size_t rank = node.shape(i).size();
    if (named > rank || (!dots && named != rank) || rank - named > 9) {
      throw Malformed{fmt::format("term \"{}\" of attribute \"equation\" does not fit {}", terms[i],
                                  to_string(node.shape(i)))};
    }
    hidden[i] = rank - named;
  }
  const std::size_t dots = *std::max_element(hidden.begin(), hidden.end());
  std::map<char, std::int64_t> sizes;
  std::map<char, int> uses;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const std::string term = term_of(terms[i], hidden[i], dots);
    for (std::size_t k = 0; k < term.size(); ++k) {
      std::int64_t& size = sizes.emplace(term[k], 1).first->second;
      size = broadcast({size}, {node.shape(i).at(k)})[0];
      ++uses[term[k]];
    }
  }
  std::string result;
  if (arrow != std::string::npos) {
    result = term_of(equation.substr(arrow + 2), dots, dots);
  } else {
    for (const auto& [letter, count] : uses) {
      result += count == 1 || letter <= '9' ? std::string(1, letter) : "";
    }
  }
  Shape shape;
  for (const char letter : result) {
    if (!sizes.contains(letter)) {
      throw Malformed{"attribute \"equation\" has an output axis that no term has"};
    }
    shape.push_back(sizes[letter]);
  }
  node.set(0, node.type(0), shape);
}

// Y, Y_h and for LSTM Y_c. X is seq x batch x input, or batch first where layout is 1.
void recurrent(Inference& node) {
  const Shape& x = node.shape(0, 3);
  const std::int64_t hidden = node.integer("hidden_size", node.shape(2, 3)[2]);
  const std::string direction = node.text("direction", "forward");
  const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
  const bool batch_first = node.integer("layout", 0) != 0;
  const std::int64_t sequence = x[batch_first ? 1 : 0];
  const std::int64_t batch = x[batch_first ? 0 : 1];
  const Shape state =
      batch_first ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  node.set(0, node.type(0),
           batch_first ? Shape{batch, sequence, directions, hidden}
                       : Shape{sequence, directions, batch, hidden});
  node.set(1, node.type(0), state);
  node.set(2, node.type(0), state);
}

std::int64_t divide(std::int64_t size, std::int64_t heads, std::string_view name) {
  if (heads < 1 || size % heads != 0) {
    throw Malformed{fmt::format("{} heads do not divide {} of {}", heads, size, name)};
  }
  return size / heads;
}

std::optional<std::int64_t> constant_number(const Inference& node, std::optional<std::size_t> i) {
  const bool known = i.has_value() && node.has(*i) && node.input(*i).data.has_value();
  return known && node.ints(*i).size() == 1 ? std::optional(node.ints(*i)[0]) : std::nullopt;
}

// `axis` is that of the rows in the past, which has `rank` axes.
KeyRows key_rows(const Inference& node, std::int64_t fresh, std::size_t rank, std::size_t axis) {
  const AttentionInputs places = attention_inputs(node.node());
  KeyFacts facts{.past = node.has(places.past) ? node.shape(places.past, rank)[axis] : 0,
                 .fresh = fresh,
                 .total = constant_number(node, places.total),
                 .held = constant_number(node, places.held),
                 .masks = {}};
  for (const std::size_t place : places.masks) {
    if (node.has(place) && node.input(place).shape.has_value()) {
      facts.masks.push_back(*node.input(place).shape);
    }
  }
  KeyRows rows = key_rows(node.node(), facts);
  if (!rows.wrong.empty()) {
    throw Malformed{rows.wrong};
  }
  return rows;
}

// Opset 23: Q, K, V of batch x heads x sequence x size, or of batch x sequence x hidden.
void attention(Inference& node) {
  const Shape& q = node.shape(0, 3);
  const Shape& k = node.shape(1, 3);
  const Shape& v = node.shape(2, 3);
  const bool flat = q.size() == 3;
  const std::size_t rank = flat ? 3 : 4;
  if (q.size() > 4 || k.size() != rank || v.size() != rank) {
    throw Malformed{"its inputs Q, K and V are not all of rank 3 or all of rank 4"};
  }
  const std::int64_t heads = flat ? node.integer("q_num_heads") : q[1];
  const std::int64_t kv_heads = flat ? node.integer("kv_num_heads") : k[1];
  const std::int64_t length = q[rank - 2];
  const std::int64_t k_size = flat ? divide(k[2], kv_heads, "K") : k[3];
  const std::int64_t v_size = flat ? divide(v[2], kv_heads, "V") : v[3];
  if (heads < 0 || heads > kLargestParameter) {
    throw Malformed{fmt::format("attribute \"q_num_heads\" is {}", heads)};
  }
  const std::int64_t total = key_rows(node, k[rank - 2], 4, 2).total;
  node.set(0, node.type(0),
           flat ? Shape{q[0], length, heads * v_size} : Shape{q[0], heads, length, v_size});
  node.set(1, node.type(1), {q[0], kv_heads, total, k_size});
  node.set(2, node.type(2), {q[0], kv_heads, total, v_size});
  node.set(3, node.type(0), {q[0], heads, length, total});
}

constexpr std::array<NamedRule, 9> kLinearRules{{
    {"MatMul", matmul},
    {"MatMulInteger", matmul_integer},
    {"QLinearMatMul", qlinear_matmul},
    {"Gemm", gemm},
    {"Einsum", einsum},
    {"RNN", recurrent},
    {"GRU", recurrent},
    {"LSTM", recurrent},
    {"Attention", attention},
}};

// --- com.microsoft

void float_matmul(Inference& node) {
  node.set(0, ElementType::kFloat, matmul_shape(node.shape(0), node.shape(1)));
}

void float8_gemm(Inference& node) {
  constexpr std::int64_t kFloat = 1;  // of TensorProto
  gemm_of(node, 1, element_type(node.integer("dtype", kFloat)));
}

// transBatch takes the first axis of a factor for its rows' neighbour: [n, batch..., k].
void fused_matmul(Inference& node) {
  const auto side = [&](std::size_t i, std::string_view trans, std::string_view trans_batch) {
    Shape shape = node.shape(i);
    if (shape.size() > 1 && node.integer(trans_batch, 0) != 0) {
      std::rotate(shape.begin(), shape.begin() + 1, shape.end() - 1);
    }
    if (shape.size() > 1 && node.integer(trans, 0) != 0) {
      std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    }
    return shape;
  };
  node.set(0, node.type(0),
           matmul_shape(side(0, "transA", "transBatchA"), side(1, "transB", "transBatchB")));
}

// The weights are packed: only attributes tell their shape.
void packed_matmul(Inference& node) {
  Shape result = node.shape(0, 1);
  if (result.back() != node.integer("K")) {
    throw Malformed{fmt::format("attribute \"K\" is {}, the input is {}", node.integer("K"),
                                to_string(result))};
  }
  result.back() = node.integer("N");
  node.set(0, node.type(0), result);
}

// One projection for queries, keys and values: [batch, rows, width] times [width, q + k + v].
void projected_attention(Inference& node) {
  const Shape& in = node.shape(0, 3);
  const Shape& weights = node.shape(1, 2);
  const std::int64_t heads = node.integer("num_heads");
  const std::vector<std::int64_t> sizes = node.integers("qkv_hidden_sizes");
  const std::int64_t hidden =
      sizes.size() == 3 ? sizes[2] : divide(weights.back(), 3, "the weights");
  const bool quantized = node.node().op_type == "QAttention";
  const KeyRows rows = key_rows(node, in[1], 5, 3);
  node.set(0, quantized ? ElementType::kFloat : node.type(0), {in[0], in[1], hidden});
  node.set(1, node.type(0),
           {2, in[0], heads, rows.present, divide(hidden, heads, "the hidden size")});
}

// Queries [batch, rows, hidden], with keys and values [batch, rows, hidden] or [batch, heads, rows,
// size]; or packed, [batch, rows, heads, 3 or 2, size], while decoding [batch, rows, 3 x hidden].
void multi_head_attention(Inference& node) {
  const Shape& q = node.shape(0, 3);
  const std::int64_t heads = node.integer("num_heads");
  const bool decodes = node.node().op_type == "DecoderMaskedMultiHeadAttention";
  const bool flat = decodes && !node.has(1);
  const bool packed = flat || q.size() == 5;
  std::int64_t keys = q[1];
  std::int64_t head =
      q.size() == 5 ? q[4] : divide(q[2], flat ? 3 * heads : heads, "the hidden size");
  std::int64_t value_head = head;
  if (!packed) {
    const Shape& k = node.shape(1, 3);
    keys = k.size() == 4 ? k[2] : k[1];
    if (node.has(2)) {
      const Shape& v = node.shape(2, 3);
      value_head = v.size() == 4 ? v[3] : divide(v[2], heads, "the values");
    }
  }
  const KeyRows rows = key_rows(node, keys, 4, 2);
  node.set(0, node.type(0), {q[0], q[1], heads * value_head});
  node.set(1, node.type(0), {q[0], heads, rows.present, head});
  node.set(2, node.type(0), {q[0], heads, rows.present, value_head});
  node.set(3, node.type(0), {q[0], heads, q[1], rows.total});
}

// Tokens of all sequences without padding: queries [tokens, hidden], values [tokens, hidden of
// values]; or packed, [tokens, heads, 3, size].
void unpadded_attention(Inference& node) {
  const Shape& q = node.shape(0);
  if (q.size() == 4) {
    return node.set(0, node.type(0), {q[0], q[1] * q[3]});
  }
  if (q.size() != 2 || node.shape(2).size() != 2) {
    throw Malformed{
        fmt::format("its queries are {}, expected [tokens, hidden], with values beside "
                    "them, or [tokens, heads, 3, size]",
                    to_string(q))};
  }
  node.set(0, node.type(0), {q[0], node.shape(2)[1]});
}

// Keys and values of fewer heads; without them, queries hold all three. The cache may have a type,
// and a width, of its own.
void group_query_attention(Inference& node) {
  const Shape& q = node.shape(0, 3);
  const std::int64_t heads = node.integer("num_heads");
  const std::int64_t kv_heads = node.integer("kv_num_heads");
  const std::int64_t parts = node.has(1) ? heads : heads + 2 * kv_heads;
  const std::int64_t head = divide(q[2], parts, "the hidden size");
  const KeyRows rows = key_rows(node, node.has(1) ? node.shape(1, 3)[1] : q[1], 4, 2);
  const bool cached = node.has(3);
  const ElementType type = cached ? node.type(3) : node.type(0);
  const std::int64_t width = cached ? node.shape(3, 4)[3] : head;
  node.set(0, node.type(0), {q[0], q[1], heads * head});
  node.set(1, type, {q[0], kv_heads, rows.present, width});
  node.set(2, type, {q[0], kv_heads, rows.present, width});
  node.set(3, node.type(0), {q[0], heads, q[1], rows.total});
}

constexpr std::array<NamedRule, 20> kContributedLinearRules{{
    {"FusedMatMul", fused_matmul},
    {"TransposeMatMul", fused_matmul},
    {"FusedGemm", gemm},
    {"GemmFloat8", float8_gemm},
    {"QGemm", quantized_gemm},
    {"MatMulInteger16", matmul_integer},
    {"MatMulIntegerToFloat", float_matmul},
    {"DynamicQuantizeMatMul", float_matmul},
    {"DynamicQuantizeLSTM", recurrent},
    {"MatMulBnb4", packed_matmul},
    {"MatMulNBits", packed_matmul},
    {"MoE", same},
    {"QMoE", same},
    {"Attention", projected_attention},
    {"QAttention", projected_attention},
    {"MultiHeadAttention", multi_head_attention},
    {"DecoderMaskedMultiHeadAttention", multi_head_attention},
    {"DecoderMaskedSelfAttention", projected_attention},
    {"GroupQueryAttention", group_query_attention},
    {"PackedMultiHeadAttention", unpadded_attention},
}};

}  // namespace

std::span<const NamedRule> linear_rules() { return kLinearRules; }

std::span<const NamedRule> contributed_linear_rules() { return kContributedLinearRules; }

}  // namespace memplace::onnx
