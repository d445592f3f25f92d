// SPDX-License-Identifier: Apache-2.0
// Fuses into convolutions and matrix products what their output stage does on the way out: bias,
// scale, batch normalisation, residual, activation.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "workloads/onnx/draft.h"

namespace memplace::onnx {
namespace {

constexpr int kDeepestViews = 16;  // a chain of views that is looked through

struct GridRow {
  std::string_view domain;
  std::string_view name;
  bool convolution = false;
  GridOperands operands;
};

constexpr std::array<GridRow, 19> kRows{{
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
  const auto is_one_of = [&](const auto& names) {
    return std::find(names.begin(), names.end(), node.op_type) != names.end();
  };
  return (node.domain.empty() && is_one_of(kActivations)) ||
         (node.domain == "com.microsoft" && is_one_of(kQuantisedActivations));
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

// Fuses into one node all that follows it, until something else must run.
class Host {
 public:
  Host(Draft& draft, std::size_t index, const GridRow& row)
      : draft_(draft), index_(index), row_(row), host_(draft.node(index).name) {
    const Node& node = draft.node(index);
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
    if (draft_.elements(constant) == 1) {
      return constant;
    }
    // One element a channel, in the channels' place: counted from the last axis.
    const Shape& shape = draft_.shape(constant);
    const bool placed =
        channel_axis_ <= shape.size() && shape[shape.size() - channel_axis_] == channels_;
    return placed && draft_.elements(constant) == channels_ ? std::optional(constant)
                                                            : std::nullopt;
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

  // Integer products leave 32-bit sums, which a Cast and a Mul by the scales make floats again.
  bool fuse_rescale(std::size_t next, const DraftNode& user) {
    const std::string& type = draft_.node(index_).op_type;
    if (after_residual_ || (type != "MatMulInteger" && type != "ConvInteger")) {
      return false;
    }
    if (user.is("Mul") && user.inputs.size() == 2) {
      const ValueId scale = required(user, required(user, 0) == output() ? 1 : 0);
      if (draft_.elements(scale) != 1 && draft_.elements(scale) != channels_) {
        return false;
      }
    } else if (!user.is("Cast")) {
      return false;
    }
    take(next);
    draft_.fused.add("folded: rescaling of integer sums into " + family());
    return true;
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
    const OperatorRow* row = find_operator(node.domain, node.op_type);
    if (node.is("Transpose") || (row != nullptr && row->work == OperatorClass::kView)) {
      return reads_in_place(draft, result(node), depth - 1);
    }
    return find_row(node) != nullptr;
  });
}

bool writes_in_place(const Draft& draft, ValueId id) {
  while (draft.sole_user(id).has_value()) {
    const auto producer = draft.producer(id);
    if (!producer.has_value()) {
      return false;
    }
    const DraftNode& node = draft.node(*producer);
    if (find_row(node) != nullptr) {
      return true;
    }
    const OperatorRow* row = find_operator(node.domain, node.op_type);
    if (!node.is("Transpose") && (row == nullptr || row->work != OperatorClass::kView)) {
      return false;
    }
    id = required(node, 0);
  }
  return false;
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
  draft.drop_dead();
  for (std::size_t i = draft.nodes().size(); i-- > 0;) {
    DraftNode& node = draft.node(i);
    if (node.alive && node.is("Transpose") &&
        (reads_in_place(draft, result(node)) || writes_in_place(draft, required(node, 0)))) {
      node.op_type = "Reshape";
      draft.fused.add("folded: transposes into the transfers of products");
    }
  }
}

}  // namespace memplace::onnx
