// SPDX-License-Identifier: Apache-2.0
// Fuses into convolutions and matrix products what their output stage does on the way out: bias,
// scale, batch normalisation, residual, activation.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "workloads/onnx/convert/draft.h"
#include "workloads/onnx/convert/product_views.h"

namespace memplace::onnx {
namespace {

constexpr std::size_t kMostDerived = 32;  // values on the way to a scale or bias

struct GridRow {
  std::string_view domain;
  std::string_view name;
  bool convolution = false;
  GridOperands operands;
};

constexpr std::array<GridRow, 20> kRows{{
    {"", "Conv", true, {0, 1, 2, {}}},
    {"", "ConvTranspose", true, {0, 1, 2, {}}},
    {"", "DeformConv", true, {0, 1, 3, {}}},
    {"", "ConvInteger", true, {0, 1, {}, {}}},
    {"", "QLinearConv", true, {0, 3, 8, {}}},
    {"com.microsoft", "FusedConv", true, {0, 1, 2, 3}},
    {"com.microsoft", "NhwcConv", true, {0, 1, 2, {}}},
    {"com.microsoft", "QLinearConv", true, {0, 3, 8, {}}},
    {"", "Gemm", false, {0, 1, 2, {}}},
    {"", "MatMul", false, {0, 1, {}, {}}},
    {"", "MatMulInteger", false, {0, 1, {}, {}}},
    {"", "QLinearMatMul", false, {0, 3, {}, {}}},
    {"", "Einsum", false, {0, 1, {}, {}}},
    {"com.microsoft", "FusedMatMul", false, {0, 1, {}, {}}},
    {"com.microsoft", "TransposeMatMul", false, {0, 1, {}, {}}},
    {"com.microsoft", "FusedGemm", false, {0, 1, 2, {}}},
    {"com.microsoft", "GemmFloat8", false, {0, 1, 2, {}}},
    {"com.microsoft", "QGemm", false, {0, 3, 6, {}}},
    {"com.microsoft", "MatMulIntegerToFloat", false, {0, 1, 6, {}}},
    {"com.microsoft", "DynamicQuantizeMatMul", false, {0, 1, 4, {}}},
}};

const GridRow* find_row(const Node& node) {
  const auto* const row = std::find_if(kRows.begin(), kRows.end(), [&](const GridRow& candidate) {
    return candidate.name == node.op_type && candidate.domain == node.domain;
  });
  return row == kRows.end() ? nullptr : row;
}

constexpr std::array<std::string_view, 9> kActivations{
    "Relu",    "Clip",        "LeakyRelu", "PRelu", "ThresholdedRelu",
    "Sigmoid", "HardSigmoid", "HardSwish", "Swish"};

// Their quantised forms read scales and zero points too, single numbers.
constexpr std::array<std::string_view, 2> kQuantisedActivations{"QLinearLeakyRelu",
                                                                "QLinearSigmoid"};

bool is_activation(const Node& node) {
  return (node.domain.empty() && is_one_of(node, kActivations)) ||
         (node.domain == "com.microsoft" && is_one_of(node, kQuantisedActivations));
}

// The places of the two operands of an addition.
std::optional<std::pair<std::size_t, std::size_t>> addends(const Node& node) {
  if ((node.is("Add") || node.is("Sum")) && node.inputs.size() == 2) {
    return std::pair<std::size_t, std::size_t>{0, 1};
  }
  if (node.op_type == "QLinearAdd" && node.domain == "com.microsoft") {
    return std::pair<std::size_t, std::size_t>{0, 3};
  }
  return std::nullopt;
}

// Products whose factors are integers and whose sums are, too.
bool is_integer_product(const Node& node) {
  return node.is("MatMulInteger") || node.is("ConvInteger");
}

// Fuses into one node all that follows it, until something else must run.
class Host {
 public:
  Host(Draft& draft, std::size_t index, const GridRow& row)
      : draft_(draft), index_(index), row_(row), host_(draft.node(index).name) {
    const Node& node = draft.node(index);
    integer_ = is_integer_product(node);
    const auto left = input(node, row.operands.left);
    const auto right = input(node, row.operands.right);
    weighted_ = row.convolution || (left.has_value() && draft.is_constant(*left)) ||
                (right.has_value() && draft.is_constant(*right));
    biased_ = row.operands.bias.has_value() && input(node, *row.operands.bias).has_value();
    const Shape& out = draft.shape(result(node));
    const std::size_t axis = row.convolution && node.op_type != "NhwcConv" ? 1 : out.size() - 1;
    channels_ = axis < out.size() ? out[axis] : 1;
    channel_axis_ = out.size() - std::min(axis, out.size());
  }

  void run() {
    while (fuse_next()) {
    }
  }

 private:
  std::string family() const { return row_.convolution ? "convolutions" : "matrix products"; }
  ValueId output() const { return result(draft_.node(index_)); }

  // The constant of a node that computes `output() (op) constant` for each channel.
  std::optional<ValueId> channel_constant(const DraftNode& user) const {
    if (user.inputs.size() != 2) {
      return std::nullopt;
    }
    const std::size_t side = required(user, 0) == output() ? 1 : 0;
    const ValueId constant = required(user, side);
    if (!draft_.is_constant(constant) || draft_.shape(result(user)) != draft_.shape(output())) {
      return std::nullopt;
    }
    return is_placed(constant) ? std::optional(constant) : std::nullopt;
  }

  // Whether a value is one number, or one a channel in the channels' place: counted from the last
  // axis.
  bool is_placed(ValueId id) const {
    const Shape& shape = draft_.shape(id);
    return draft_.elements(id) == 1 ||
           (draft_.elements(id) == channels_ && channel_axis_ <= shape.size() &&
            shape[shape.size() - channel_axis_] == channels_);
  }

  void take(std::size_t user) { draft_.take_output(index_, result(draft_.node(user))); }

  bool fuse_next() {
    const auto next = draft_.sole_user(output());
    if (!next.has_value() || done_) {
      return false;
    }
    const DraftNode& user = draft_.node(*next);
    return fuse_affine(*next, user) || fuse_rescale(*next, user) || fuse_residual(*next, user) ||
           fuse_activation(*next, user);
  }

  bool fuse_affine(std::size_t next, const DraftNode& user) {
    if (!weighted_ || after_residual_) {
      return false;
    }
    if (user.is("BatchNormalization") && required(user, 0) == output() &&
        draft_.is_constant(required(user, 1)) && only_first_output(user)) {
      add_bias(std::nullopt);
      take(next);
      draft_.fused.add("folded: batch normalisations into " + family());
      return true;
    }
    const bool shifts = user.is("Add") || user.is("Sub");
    const bool scales = user.is("Mul") || (user.is("Div") && required(user, 0) == output());
    if (!shifts && !scales) {
      return false;
    }
    const auto constant = channel_constant(user);
    if (!constant.has_value()) {
      return false;
    }
    if (shifts) {
      add_bias(draft_.elements(*constant) > 1 || channels_ == 1 ? constant : std::nullopt);
    }
    take(next);
    draft_.fused.add((shifts ? "fused: biases into " : "folded: scales into ") + family());
    return true;
  }

  void add_bias(std::optional<ValueId> constant) {
    if (biased_) {
      return;
    }
    biased_ = true;
    if (constant.has_value()) {
      draft_.node(index_).fused_constants.push_back(*constant);
    } else {
      draft_.node(index_).folded_bias = channels_;
    }
  }

  static bool only_first_output(const DraftNode& node) {
    return std::none_of(node.outputs.begin() + 1, node.outputs.end(),
                        [](const auto& output) { return output.has_value(); });
  }

  // Integer products leave 32-bit sums, which a Cast and a Mul by the scales make floats again. The
  // scales, and a bias that is added to the sums or after them, may be computed at run time from
  // the scales with which the factors were quantised.
  bool fuse_rescale(std::size_t next, const DraftNode& user) {
    if (after_residual_ || !integer_) {
      return false;
    }
    const bool shifts = weighted_ && (user.is("Add") || user.is("Sub"));
    const bool scales = user.is("Mul") || (user.is("Div") && required(user, 0) == output());
    if (shifts || scales) {
      if (!fuse_derived(user, shifts)) {
        return false;
      }
    } else if (!user.is("Cast") || !is_wide_float(draft_.value(result(user)).type)) {
      return false;
    }
    take(next);
    draft_.fused.add((shifts ? "fused: biases into " : "folded: rescaling of integer sums into ") +
                     family());
    return true;
  }

  // Reads the scale or bias of an integer product, where the output stage can compute it.
  bool fuse_derived(const DraftNode& user, bool shifts) {
    if (user.inputs.size() != 2 || draft_.shape(result(user)) != draft_.shape(output())) {
      return false;
    }
    const ValueId derived = required(user, required(user, 0) == output() ? 1 : 0);
    std::set<ValueId> seen;
    std::set<ValueId> numbers;
    if (derived == output() || !is_placed(derived) || !derive(derived, seen, numbers)) {
      return false;
    }
    if (shifts && (draft_.elements(derived) > 1 || channels_ == 1)) {
      add_bias(std::nullopt);
    }
    for (const ValueId number : numbers) {
      draft_.fuse_input(index_, number);
    }
    return true;
  }

  // Whether a value is computed, by steps of no more than one element a channel, from constants,
  // scales that the product's factors came with, and single `numbers` that exist when it runs.
  bool derive(ValueId id, std::set<ValueId>& seen, std::set<ValueId>& numbers) const {
    if (draft_.is_constant(id) || !seen.insert(id).second) {
      return true;
    }
    if (draft_.elements(id) > channels_ || seen.size() > kMostDerived) {
      return false;
    }
    const auto producer = draft_.producer(id);
    const DraftNode* node = producer.has_value() ? &draft_.node(*producer) : nullptr;
    if (node != nullptr && node->is("DynamicQuantizeLinear") && quantises_factor(*node)) {
      return true;
    }
    if (node != nullptr && node->domain.empty() && !node->inputs.empty() &&
        node->fused_inputs.empty()) {
      const OperatorRow* row = find_operator(node->domain, node->op_type);
      if (row != nullptr &&
          (row->work == OperatorClass::kVector || row->work == OperatorClass::kView)) {
        return std::all_of(node->inputs.begin(), node->inputs.end(), [&](const auto& operand) {
          return !operand.has_value() || derive(*operand, seen, numbers);
        });
      }
    }
    if (draft_.elements(id) != 1 || (producer.has_value() && *producer > index_)) {
      return false;
    }
    const auto& known = draft_.node(index_).fused_inputs;
    if (std::find(known.begin(), known.end(), id) == known.end()) {
      numbers.insert(id);
    }
    return true;
  }

  // Whether what the node quantises is a factor of this product, moved about or not.
  bool quantises_factor(const Node& quantizer) const {
    const auto is_from = [&](std::size_t place) {
      auto at = input(draft_.node(index_), place);
      for (int depth = 0; at.has_value() && depth < kDeepestViews; ++depth) {
        if (at == quantizer.outputs.at(0)) {
          return true;
        }
        const auto producer = draft_.producer(*at);
        const std::vector<ValueId> moved =
            producer.has_value() ? moved_inputs(draft_.node(*producer)) : std::vector<ValueId>{};
        at = moved.size() == 1 ? std::optional(moved.front()) : std::nullopt;
      }
      return false;
    };
    return is_from(row_.operands.left) || is_from(row_.operands.right);
  }

  // Only into the producer that comes last: the other operand must exist when this op runs.
  bool fuse_residual(std::size_t next, const DraftNode& user) {
    const auto places = addends(user);
    if (!row_.convolution || after_residual_ || !places.has_value()) {
      return false;
    }
    const auto [first, second] = *places;
    const ValueId other = required(user, required(user, first) == output() ? second : first);
    const auto producer = draft_.producer(other);
    if (draft_.is_constant(other) || other == output() ||
        draft_.shape(other) != draft_.shape(output()) ||
        (producer.has_value() && *producer > index_)) {
      return false;
    }
    take(next);
    draft_.fuse_input(index_, other);
    after_residual_ = true;
    draft_.fused.add("fused: residual additions into " + family());
    return true;
  }

  bool fuse_activation(std::size_t next, const DraftNode& user) {
    if (!is_activation(user) || required(user, 0) != output()) {
      return false;
    }
    const std::string type = user.op_type;
    if (type == "PRelu") {
      const ValueId slope = required(user, 1);
      if (!draft_.is_constant(slope)) {
        return false;
      }
      if (!draft_.is_scalar(slope)) {
        draft_.node(index_).fused_constants.push_back(slope);
      }
    }
    take(next);
    done_ = true;
    draft_.fused.add("fused: " + type + " into " + family());
    return true;
  }

  Draft& draft_;
  std::size_t index_;
  const GridRow& row_;
  std::string host_;
  bool integer_ = false;
  bool weighted_ = false;
  bool biased_ = false;
  bool after_residual_ = false;
  bool done_ = false;
  std::int64_t channels_ = 1;
  std::size_t channel_axis_ = 1;  // counted from the end: 1 is the last
};

// A product leaves and enters the grid in any order of its elements: the transfers of its operands
// are strided. So a Transpose between two ops, one of which is a product that alone sees it, is a
// view.
bool reads_in_place(const Draft& draft, ValueId id, int depth = kDeepestViews) {
  if (depth == 0 || draft.is_output(id) || draft.users(id).empty()) {
    return false;
  }
  const auto& users = draft.users(id);
  return std::all_of(users.begin(), users.end(), [&](std::size_t user) {
    const DraftNode& node = draft.node(user);
    return is_view_or_transpose(node) ? reads_in_place(draft, result(node), depth - 1)
                                      : find_row(node) != nullptr;
  });
}

// Activations go with a batch normalisation that has no convolution before it (DenseNet).
void fuse_into_normalization(Draft& draft, std::size_t index) {
  const auto next = draft.sole_user(result(draft.node(index)));
  if (next.has_value() && is_activation(draft.node(*next)) &&
      draft.node(*next).inputs.size() == 1) {
    const std::string type = draft.node(*next).op_type;
    draft.take_output(index, result(draft.node(*next)));
    draft.fused.add("fused: " + type + " into batch normalisations");
  }
}

// Zero points take nothing, and scales that only output stages read are written for nobody.
void drop_scales(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    const DraftNode& node = draft.node(i);
    if (node.alive && is_integer_product(node) && node.inputs.size() > 2) {
      draft.set_inputs(i, {node.inputs[0], node.inputs[1]});
    }
  }
  draft.drop_dead();
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    for (std::size_t k = 1;
         node.alive && node.is("DynamicQuantizeLinear") && k < node.outputs.size(); ++k) {
      const auto scale = node.outputs[k];
      if (scale.has_value() && draft.users(*scale).empty() && !draft.is_output(*scale)) {
        node.outputs[k].reset();
      }
    }
  }
}

}  // namespace

std::optional<GridOperands> grid_operands(const Node& node) {
  const GridRow* row = find_row(node);
  return row == nullptr ? std::nullopt : std::optional(row->operands);
}

bool is_convolution(const Node& node) {
  const GridRow* row = find_row(node);
  return row != nullptr && row->convolution;
}

void fuse_grid(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    if (!draft.node(i).alive) {
      continue;
    }
    if (const GridRow* row = find_row(draft.node(i))) {
      Host(draft, i, *row).run();
    } else if (draft.node(i).is("BatchNormalization")) {
      fuse_into_normalization(draft, i);
    }
  }
  drop_scales(draft);
  ProductViews products(draft);
  for (const DraftNode& node : draft.nodes()) {
    products.visit(node);
  }
  for (std::size_t i = draft.nodes().size(); i-- > 0;) {
    DraftNode& node = draft.node(i);
    if (node.alive && node.is("Transpose") &&
        (reads_in_place(draft, result(node)) || products.has_sole_reader(required(node, 0)))) {
      node.op_type = "Reshape";
      draft.fused.add("folded: transposes into the transfers of products");
    }
  }
}

}  // namespace memplace::onnx
