// SPDX-License-Identifier: Apache-2.0
// Attention as exporters write it: the product of queries and keys, scaled and masked by
// arithmetic, then a softmax. Scale and mask are one op, as in the built-in networks.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "workloads/onnx/convert/draft.h"
#include "workloads/onnx/convert/product_views.h"
#include "workloads/onnx/model/names.h"

namespace memplace::onnx {
namespace {

constexpr int kLongestChain = 6;  // from the product to the softmax

bool is_product(const Node& node) {
  return node.is("MatMul") || node.is("Einsum") || node.is("MatMulInteger") ||
         node.is("QLinearMatMul") || node.op_type == "FusedMatMul";
}

// Of two activations: with weights it is a layer, and what is added to it a bias.
bool is_score_product(const Draft& draft, const Node& node) {
  const auto operands = grid_operands(node);
  return is_product(node) && operands.has_value() &&
         !draft.is_constant(required(node, operands->left)) &&
         (node.inputs.size() <= operands->right ||
          !draft.is_constant(required(node, operands->right)));
}

// The operand of a node of the chain that holds the scores: as large as the result.
std::optional<ValueId> scores_of(const Draft& draft, const DraftNode& node,
                                 int depth = kLongestChain) {
  if (depth == 0 || !node.alive ||
      !(node.is("Add") || node.is("Mul") || node.is("Div") || node.is("Sub") || node.is("Where"))) {
    return std::nullopt;
  }
  std::optional<ValueId> found;
  for (std::size_t i = node.is("Where") ? 1 : 0; i < node.inputs.size(); ++i) {
    const ValueId operand = required(node, i);
    const auto producer = draft.producer(operand);
    if (draft.is_constant(operand) || !producer.has_value() ||
        draft.shape(operand) != draft.shape(result(node)) ||
        !draft.sole_user(operand).has_value()) {
      continue;
    }
    const DraftNode& from = draft.node(*producer);
    if (is_score_product(draft, from)) {
      return operand;
    }
    if (!found.has_value() && scores_of(draft, from, depth - 1).has_value()) {
      found = operand;
    }
  }
  return found;
}

void fuse_chain(Draft& draft, std::size_t softmax) {
  std::vector<std::size_t> chain;
  std::vector<ValueId> values;
  std::vector<ValueId> constants;
  ValueId at = required(draft.node(softmax), 0);
  while (draft.sole_user(at).has_value() && draft.producer(at).has_value()) {
    const std::size_t index = *draft.producer(at);
    const DraftNode& node = draft.node(index);
    const auto scores = scores_of(draft, node);
    if (!scores.has_value()) {
      break;
    }
    for (const auto& operand : node.inputs) {
      if (!operand.has_value() || operand == scores || draft.is_scalar(*operand)) {
        continue;
      }
      std::vector<ValueId>& list = draft.is_constant(*operand) ? constants : values;
      if (std::find(list.begin(), list.end(), *operand) == list.end()) {
        list.push_back(*operand);
      }
    }
    chain.push_back(index);
    at = *scores;
  }
  const auto product = draft.producer(at);
  if (chain.empty() || !product.has_value() || !is_score_product(draft, draft.node(*product))) {
    return;
  }
  if (values.empty() && constants.empty()) {
    const ValueId scaled = result(draft.node(chain.front()));
    for (const std::size_t index : chain) {
      draft.absorb(*product, index);
    }
    draft.replace(scaled, at);
    draft.fused.add("folded: scales of attention into products");
    return;
  }
  std::vector<std::string> names;
  for (const std::size_t index : chain) {
    names.insert(names.begin(), draft.node(index).name);
  }
  const std::size_t last = chain.front();
  chain.erase(chain.begin());
  for (const std::size_t index : chain) {
    draft.absorb(last, index);
  }
  std::vector<std::optional<ValueId>> inputs{at};
  inputs.insert(inputs.end(), values.begin(), values.end());
  draft.set_inputs(last, std::move(inputs));
  DraftNode& node = draft.node(last);
  node.op_type = "ScaleMask";
  node.domain = kOwnDomain;
  node.attributes.clear();
  node.fused_constants = constants;
  const bool path = names.front().find('/') != std::string::npos;
  node.name = common_name(names) + (path ? "/scale_mask" : "");
  draft.fused.add("recognised and fused: scale and mask of attention");
}

// Whether every reader, past views, is a matrix product.
bool feeds_products(const Draft& draft, ValueId id, int depth = kDeepestViews) {
  const auto& users = draft.users(id);
  return depth > 0 && !draft.is_output(id) && !users.empty() &&
         std::all_of(users.begin(), users.end(), [&](std::size_t user) {
           const DraftNode& node = draft.node(user);
           return is_product(node) ||
                  (is_view_or_transpose(node) && feeds_products(draft, result(node), depth - 1));
         });
}

// Multiplying by a number beside a product is multiplying its weights or its scale.
void fold_scalings(Draft& draft) {
  ProductViews products(draft);
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    products.visit(node);
    if (!node.alive || !(node.is("Mul") || node.is("Div")) || node.inputs.size() != 2) {
      continue;
    }
    const std::size_t side = node.is("Mul") && draft.is_scalar(required(node, 0)) ? 1 : 0;
    const ValueId x = required(node, side);
    const ValueId scaled = result(node);
    if (draft.is_constant(x) || !draft.is_scalar(required(node, 1 - side)) ||
        draft.shape(x) != draft.shape(scaled)) {
      continue;
    }
    if (feeds_products(draft, scaled) || products.has_sole_reader(x)) {
      draft.kill(i);
      draft.replace(scaled, x);
      draft.fused.add("folded: scalings by a number into products");
    }
  }
}

}  // namespace

void fuse_attention(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    if (draft.node(i).alive && draft.node(i).is("Softmax")) {
      fuse_chain(draft, i);
    }
  }
  fold_scalings(draft);
}

}  // namespace memplace::onnx
