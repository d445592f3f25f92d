// SPDX-License-Identifier: Apache-2.0
// The passes before fusion: refuse what has no cost, fold what is constant, and drop nodes that do
// nothing.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {
namespace {

bool is_foldable(const Draft& draft, const DraftNode& node) {
  // The result of constants is constant, unless it is drawn at random.
  if (is_random(node) || node.domain == kOwnDomain) {
    return false;
  }
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  // These need no more of their inputs than shapes, and reading knows the shape of every result.
  if (row != nullptr && row->work == OperatorClass::kFold) {
    return true;
  }
  // What grows is computed, not stored.
  std::int64_t grows = 0;
  for (const auto& output : node.outputs) {
    grows += output.has_value() ? draft.elements(*output) : 0;
  }
  for (const auto& operand : node.inputs) {
    if (operand.has_value()) {
      if (!draft.is_constant(*operand)) {
        return false;
      }
      grows -= draft.elements(*operand);
    }
  }
  return !node.inputs.empty() && grows <= 0;
}

// The type that an element is costed as: a cast between two of equal cost does nothing.
bool same_cost(ElementType a, ElementType b) {
  const auto one_byte = [](ElementType type) {
    return type == ElementType::kInt8 || type == ElementType::kBool;
  };
  return a == b || (is_wide_float(a) && is_wide_float(b)) || (one_byte(a) && one_byte(b));
}

bool keeps_order(const Draft& draft, const Node& node) {
  const Shape& in = draft.shape(required(node, 0));
  std::vector<std::int64_t> backwards;
  for (std::size_t axis = in.size(); axis-- > 0;) {
    backwards.push_back(static_cast<std::int64_t>(axis));
  }
  std::int64_t last = -1;
  for (const std::int64_t axis : ints_attribute(node, "perm", backwards)) {
    if (axis < 0 || axis >= static_cast<std::int64_t>(in.size())) {
      throw Error(fmt::format("{}: axis {} of perm is outside a shape of {} dimensions",
                              label(node), axis, in.size()));
    }
    if (in[static_cast<std::size_t>(axis)] != 1) {
      if (axis < last) {
        return false;
      }
      last = axis;
    }
  }
  return true;
}

// A Slice of all elements in their order.
bool slices_nothing(const Draft& draft, const Node& node) {
  const auto steps = input(node, 4);
  if (!steps.has_value()) {
    return true;
  }
  const auto& data = draft.value(*steps).data;
  const auto* known = data.has_value() ? std::get_if<std::vector<std::int64_t>>(&*data) : nullptr;
  return known != nullptr &&
         std::all_of(known->begin(), known->end(), [](std::int64_t step) { return step == 1; });
}

constexpr std::array<std::string_view, 6> kMovers{"Expand", "Tile",     "Resize",
                                                  "Pad",    "Upsample", "CenterCropPad"};

constexpr std::array<std::string_view, 5> kVariadic{"Concat", "Sum", "Max", "Min", "Mean"};

// The value whose bytes the node's result is under another name, with the same shape.
std::optional<ValueId> copied_as_is(const Draft& draft, const DraftNode& node) {
  if (!node.domain.empty()) {
    return std::nullopt;
  }
  if (is_one_of(node, kVariadic)) {
    std::optional<ValueId> only;
    for (const auto& in : node.inputs) {
      const bool empty = in.has_value() && node.op_type == "Concat" && draft.elements(*in) == 0;
      if (in.has_value() && !empty) {
        if (only.has_value()) {
          return std::nullopt;
        }
        only = in;
      }
    }
    return only;
  }
  const auto in = input(node, 0);
  if (!in.has_value() || draft.shape(*in) != draft.shape(result(node))) {
    return std::nullopt;
  }
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  const bool view = row != nullptr && row->work == OperatorClass::kView;
  const bool cast = (node.is("Cast") || node.is("CastLike")) &&
                    same_cost(draft.value(*in).type, draft.value(result(node)).type);
  const bool whole = is_one_of(node, kMovers) || (node.is("Slice") && slices_nothing(draft, node));
  return view || cast || whole || (node.is("Split") && node.outputs.size() == 1) ||
                 (node.is("Transpose") && keeps_order(draft, node))
             ? in
             : std::nullopt;
}

// Whether all that the node's results hold is among these constants.
bool moves_only(const Node& node, const std::set<ValueId>& constants) {
  const std::vector<ValueId> moved = moved_inputs(node);
  return !moved.empty() && std::all_of(moved.begin(), moved.end(),
                                       [&](ValueId id) { return constants.contains(id); });
}

// How many nodes have the operator of this one, the first of them.
std::string nodes_like(const Draft& draft, const DraftNode& node) {
  const auto count =
      std::count_if(draft.nodes().begin(), draft.nodes().end(), [&](const DraftNode& other) {
        return other.op_type == node.op_type && other.domain == node.domain;
      });
  return count == 1 ? "1 node" : fmt::format("{} nodes, the first of them", count);
}

}  // namespace

// Operators without a row, or refused, are errors that name the first node and count them all.
void check_operators(Draft& draft, const ConvertOptions& options) {
  for (const DraftNode& node : draft.nodes()) {
    if (node.domain == kOwnDomain) {
      continue;
    }
    const OperatorRow* row = find_operator(node.domain, node.op_type);
    const std::string where =
        node.domain.empty() ? "" : fmt::format(" of domain \"{}\"", printable(node.domain));
    if (row == nullptr && options.allow_unknown) {
      const std::string taken = fmt::format("operator {}{} is not known, costed as elementwise",
                                            printable(node.op_type), where);
      draft.remarks.add("warning: " + taken);
      draft.warnings.push_back(taken);
      continue;
    }
    if (row == nullptr) {
      throw Error(fmt::format(
          "operator {}{} is not known: {} \"{}\"; --allow-unknown costs it as an elementwise one",
          printable(node.op_type), where, nodes_like(draft, node), printable(node.name)));
    }
    if (row->work == OperatorClass::kRefused) {
      throw Error(fmt::format("operator {}{} is refused, {}: {} \"{}\"", node.op_type, where,
                              row->reason, nodes_like(draft, node), printable(node.name)));
    }
    if (row->work == OperatorClass::kInlined) {
      throw Error(fmt::format("{}: control flow that depends on data is refused", label(node)));
    }
  }
}

void fold_constants(Draft& draft) {
  std::set<ValueId> dequantised;  // constants that the file stores narrower than they are declared
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    if (!is_foldable(draft, node)) {
      continue;
    }
    for (const auto& output : node.outputs) {
      if (!output.has_value()) {
        continue;
      }
      Value& folded = draft.value(*output);
      folded.is_constant = true;
      const auto first = input(node, 0);
      if (first.has_value() && rearranges(node.op_type)) {
        folded.source = *first;
      }
      if (is_wide_float(folded.type) && first.has_value() &&
          (is_quantizer(node, "DequantizeLinear") || moves_only(node, dequantised))) {
        folded.type = draft.value(*first).type;
        dequantised.insert(*output);
      }
    }
    draft.kill(i);
    draft.fused.add("folded: nodes whose result is constant");
  }
}

void drop_copies_of_nothing(Draft& draft) {
  if (const std::int64_t dead = draft.drop_dead(); dead > 0) {
    draft.remarks.add("left out: nodes whose result nobody reads", dead);
  }
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    DraftNode& node = draft.node(i);
    if (!node.alive) {
      continue;
    }
    if (node.is("Transpose") && keeps_order(draft, node)) {
      node.op_type = "Reshape";
    }
    if (const auto source = copied_as_is(draft, node)) {
      const ValueId view = result(node);
      draft.kill(i);
      draft.replace(view, *source);
      draft.fused.add("folded: nodes that change nothing (Identity, Dropout, casts, ...)");
    }
  }
}

}  // namespace memplace::onnx
