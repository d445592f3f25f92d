// SPDX-License-Identifier: Apache-2.0
// Mixtures of experts: com.microsoft's MoE and QMoE, as onnxruntime's moe_helper.h checks them.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/units.h"
#include "workloads/onnx/convert/plan.h"

namespace memplace::onnx {
namespace {

// Where the operator keeps one of its three layers.
struct LayerInputs {
  std::size_t weights;
  std::optional<std::size_t> scales;
  std::size_t bias;
  std::optional<std::size_t> zero_points;
};

struct ExpertInputs {
  LayerInputs first;   // hidden to inner, of a fused gate to twice as many
  LayerInputs second;  // inner to hidden
  LayerInputs third;   // hidden to inner, what the first's results are a gate of
};

constexpr ExpertInputs kPlain{.first = {2, std::nullopt, 3, std::nullopt},
                              .second = {4, std::nullopt, 5, std::nullopt},
                              .third = {6, std::nullopt, 7, std::nullopt}};
constexpr ExpertInputs kQuantized{
    .first = {2, 3, 4, 11}, .second = {5, 6, 7, 12}, .third = {8, 9, 10, 13}};

// Each token is given to `chosen` of the experts, evenly: `used` of them have `rows` tokens each.
struct ExpertSizes {
  std::int64_t tokens = 1;
  std::int64_t hidden = 1;
  std::int64_t inner = 1;
  std::int64_t experts = 1;
  std::int64_t chosen = 1;
  std::int64_t used = 1;
  std::int64_t rows = 1;
};

class ExpertPlan {
 public:
  ExpertPlan(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops)
      : draft_(draft),
        node_(node),
        ops_(ops),
        places_(node.op_type == "QMoE" ? kQuantized : kPlain),
        gated_(input(node, places_.third.weights).has_value()),
        sizes_(sizes()) {}

  void run() {
    const ValueId gates = choose();
    const std::string activation = string_attribute(node_, "activation_type", "relu");
    // Gate and what it gates are the columns of one product.
    const bool fused = activation == "swiglu" && !gated_;
    ValueId inner = layer("fc1", places_.first, required(node_, 0), gates, sizes_.hidden,
                          fused ? 2 * sizes_.inner : sizes_.inner);
    // As behind any product, simple activations are part of it.
    const bool steps = activation == "gelu" || fused;
    if (gated_ || steps) {
      PlannedOp op = part(gated_ ? "gate" : activation, gated_ ? "mul" : activation);
      op.work = VectorWork{
          activation == "gelu" || fused ? VectorKind::kTranscendental : VectorKind::kElementwise,
          product(node_, {sizes_.tokens, sizes_.chosen, sizes_.inner})};
      op.inputs = {inner};
      if (gated_) {
        op.inputs.push_back(
            layer("fc3", places_.third, required(node_, 0), gates, sizes_.hidden, sizes_.inner));
      }
      inner = finish(std::move(op), sizes_.inner);
    }
    const ValueId results = layer("fc2", places_.second, inner, gates, sizes_.inner, sizes_.hidden);
    PlannedOp op = start(node_);
    name_part(op, node_, "combine", "moe");
    op.work = VectorWork{VectorKind::kReduction,
                         product(node_, {sizes_.tokens, sizes_.chosen, sizes_.hidden})};
    op.inputs = {results, gates};
    ops_.push_back(std::move(op));
    draft_.fused.add("expanded: mixtures of experts into a choice, products and their sum");
    draft_.remarks.add("approximated: tokens as given to their experts evenly");
  }

 private:
  ExpertSizes sizes() const {
    const Shape& in = draft_.shape(required(node_, 0));
    const Shape& odds = draft_.shape(required(node_, 1));
    ExpertSizes sizes;
    if ((in.size() != 2 && in.size() != 3) || odds.size() != 2) {
      fail(node_, fmt::format("an input of {} dimensions and odds of {}, expected 2 or 3, and 2",
                              in.size(), odds.size()));
    }
    sizes.hidden = in.back();
    sizes.tokens = draft_.elements(required(node_, 0)) / std::max<std::int64_t>(sizes.hidden, 1);
    sizes.experts = odds[1];
    sizes.chosen = int_attribute(node_, "k", 1);
    const Shape& second = draft_.shape(required(node_, places_.second.weights));
    const std::int64_t matrix = product(node_, {sizes.experts, sizes.hidden});
    const std::int64_t weights = product(node_, {product(node_, second, 0, second.size()), pack()});
    if (second.size() != 3 || second[0] != sizes.experts || matrix < 1 || weights % matrix != 0) {
      fail(node_, fmt::format("weights that do not fit {} experts of width {}", sizes.experts,
                              sizes.hidden));
    }
    if (sizes.chosen < 1 || sizes.chosen > sizes.experts || odds[0] != sizes.tokens) {
      fail(node_, fmt::format("{} of {} experts for {} tokens, where there are {}", sizes.chosen,
                              sizes.experts, odds[0], sizes.tokens));
    }
    sizes.inner = weights / matrix;
    const std::int64_t pairs = product(node_, {sizes.tokens, sizes.chosen});
    sizes.used = std::clamp<std::int64_t>(pairs, 1, sizes.experts);
    sizes.rows = ceil_div(pairs, sizes.used);
    return sizes;
  }

  // Weights in a byte.
  std::int64_t pack() const {
    if (node_.op_type != "QMoE") {
      return 1;
    }
    const std::int64_t bits = int_attribute(node_, "expert_weight_bits", 4);
    if (bits != 2 && bits != 4 && bits != 8) {
      fail(node_, fmt::format("attribute \"expert_weight_bits\" is {}, expected 2, 4 or 8", bits));
    }
    return 8 / bits;
  }

  PlannedOp part(const std::string& name, const std::string& kind) const {
    PlannedOp op;
    name_part(op, node_, name, kind);
    return op;
  }

  // The op's result, a row for each token of each expert that it was given to.
  ValueId finish(PlannedOp op, std::int64_t columns) {
    const ValueId out =
        intermediate(draft_, op.name, {product(node_, {sizes_.tokens, sizes_.chosen}), columns});
    op.outputs = {out};
    ops_.push_back(std::move(op));
    return out;
  }

  // Which experts a token is given to, and how much each counts.
  ValueId choose() {
    PlannedOp op = part("choose", "topk");
    const ValueId odds = required(node_, 1);
    op.work = VectorWork{VectorKind::kReduction, draft_.elements(odds)};
    read(draft_, op, odds);
    if (const auto weights = input(node_, 14); weights.has_value() && node_.op_type == "QMoE") {
      read(draft_, op, *weights);
    }
    const ValueId out = intermediate(draft_, op.name, {sizes_.tokens, sizes_.chosen});
    op.outputs = {out};
    ops_.push_back(std::move(op));
    return out;
  }

  // All experts' weights are one tensor, of which those of the used ones are read.
  ValueId layer(const std::string& name, const LayerInputs& places, ValueId rows, ValueId gates,
                std::int64_t inputs, std::int64_t outputs) {
    PlannedOp op = part(name, "matmul");
    op.work = GridWork{.batch = sizes_.used,
                       .positions = sizes_.rows,
                       .out_channels = outputs,
                       .in_channels = inputs,
                       .kernel = 1};
    op.inputs = {rows};
    const ValueId weights = required(node_, places.weights);
    const std::int64_t matrix = product(node_, {inputs, outputs});
    const std::int64_t stored = product(node_, {draft_.elements(weights), pack()});
    if (stored != product(node_, {sizes_.experts, matrix})) {
      fail(node_, fmt::format("its {} has {} weights, expected {} experts of {} x {}", name, stored,
                              sizes_.experts, inputs, outputs));
    }
    if (draft_.is_constant(weights)) {
      op.weights = weights;
      op.packed = stored;
      op.rows_read = product(node_, {sizes_.used, matrix});
    } else {
      op.inputs.push_back(
          part_of(draft_, weights, draft_.elements(weights) / sizes_.experts * sizes_.used));
    }
    op.inputs.push_back(gates);
    for (const auto& place : {places.scales, places.zero_points}) {
      if (const auto scales = place.has_value() ? input(node_, *place) : std::nullopt) {
        read_scales(draft_, op, *scales);
      }
    }
    if (const auto bias = input(node_, places.bias)) {
      read(draft_, op, *bias);
    }
    return finish(std::move(op), outputs);
  }

  Draft& draft_;
  const DraftNode& node_;
  std::vector<PlannedOp>& ops_;
  const ExpertInputs& places_;
  bool gated_;
  ExpertSizes sizes_;
};

}  // namespace

void plan_experts(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  ExpertPlan(draft, node, ops).run();
}

}  // namespace memplace::onnx
