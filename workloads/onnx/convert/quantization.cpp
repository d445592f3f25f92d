// SPDX-License-Identifier: Apache-2.0
// Where a model goes from floats to quantised data and back, and what of it is work.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {
namespace {

constexpr std::array<std::string_view, 8> kCopies{
    "Transpose", "Slice", "Split", "Gather", "Expand", "Tile", "DepthToSpace", "SpaceToDepth"};

bool is_view(const Node& node) {
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  return row != nullptr && row->work == OperatorClass::kView;
}

bool is_float_cast(const Draft& draft, const Node& node) {
  return node.is("Cast") && is_wide_float(draft.value(required(node, 0)).type) &&
         is_wide_float(draft.value(result(node)).type);
}

// Whether the result may be the same bytes as its first input under another name.
bool renames(const Node& node) { return is_view(node) || node.is("Transpose") || node.is("Cast"); }

// Of two types of quantised data, the one whose elements hold those of both.
ElementType wider(ElementType a, ElementType b) { return bits_of(a) < bits_of(b) ? b : a; }

// Data between a QuantizeLinear and a DequantizeLinear has the quantised type, and neither is work:
// the op that makes the data writes it so. What a model quantises at its door comes in quantised.
// What is also wanted as floats is kept as floats, which its quantised readers quantise as they
// read; only where both forms leave the network, or a form enters as it leaves, is there an op.
class Quantization {
 public:
  explicit Quantization(Draft& draft) : draft_(draft) {
    for (const DraftNode& node : draft.nodes()) {
      const bool moves = node.alive && !node.outputs.empty() && node.outputs[0].has_value() &&
                         !moved_inputs(node).empty() &&
                         (!node.is("Cast") || is_float_cast(draft, node));
      moves_.push_back(moves);
      renames_.push_back(moves && renames(node));
    }
  }

  void run() {
    look_ahead();
    std::int64_t folded = 0;
    for (std::size_t i = 0; i < draft_.nodes().size(); ++i) {
      const DraftNode& node = draft_.node(i);
      if (!node.alive) {
        continue;
      }
      const bool quantizes = is_quantizer(node, "QuantizeLinear");
      if (quantizes || is_quantizer(node, "DequantizeLinear")) {
        folded += (quantizes ? fold_quantize(i) : fold_dequantize(i)) ? 1 : 0;
      } else if (moves_[i]) {
        move(i);
      }
    }
    if (folded > 0) {
      draft_.fused.add("folded: QuantizeLinear and DequantizeLinear into their neighbours", folded);
    }
  }

 private:
  // Finds, from the last node back, the values that every reader wants quantised, past nodes that
  // only move elements, and those that leave the network under this name or another.
  void look_ahead() {
    for (std::size_t i = draft_.nodes().size(); i-- > 0;) {
      if (!draft_.node(i).alive) {
        continue;
      }
      for (const auto& output : draft_.node(i).outputs) {
        if (output.has_value()) {
          look_ahead(*output);
        }
      }
    }
    for (const ValueId id : draft_.inputs()) {
      look_ahead(id);
    }
    for (const auto& [id, type] : wanted_) {
      draft_.value(id).type = type;
    }
  }

  void look_ahead(ValueId id) {
    bool leaves = draft_.is_output(id);
    bool quantised = !leaves && !draft_.users(id).empty() && !draft_.is_constant(id) &&
                     is_wide_float(draft_.value(id).type);
    ElementType type = ElementType::kUndefined;
    for (const std::size_t user : draft_.users(id)) {
      const DraftNode& node = draft_.node(user);
      const bool moves = moves_[user] && (node.is("Concat") || required(node, 0) == id);
      if (moves && renames_[user] && leaving_.contains(result(node))) {
        leaves = true;
      }
      if (moves) {
        for (const auto& output : node.outputs) {
          const auto wanted = output.has_value() ? wanted_.find(*output) : wanted_.end();
          quantised = quantised && wanted != wanted_.end();
          type = quantised ? wider(type, wanted->second) : type;
        }
      } else if (is_quantizer(node, "QuantizeLinear") && required(node, 0) == id) {
        const ElementType to = draft_.value(result(node)).type;
        type = wider(type, is_wide_float(to) ? ElementType::kInt8 : to);
      } else {
        quantised = false;
      }
    }
    if (leaves) {
      leaving_.insert(id);
    }
    if (quantised) {
      wanted_[id] = type;
    }
  }

  void fold(std::size_t index) {
    const ValueId from = required(draft_.node(index), 0);
    const ValueId to = result(draft_.node(index));
    draft_.kill(index);
    draft_.replace(to, from);
    if (leaving_.contains(to)) {
      leaving_.insert(stored(from));
    }
  }

  // The value whose bytes this one is under another name.
  ValueId stored(ValueId id) const {
    auto producer = draft_.producer(id);
    while (producer.has_value() && is_view(draft_.node(*producer))) {
      id = required(draft_.node(*producer), 0);
      producer = draft_.producer(id);
    }
    return id;
  }

  bool fold_quantize(std::size_t index) {
    const DraftNode& node = draft_.node(index);
    const ValueId from = stored(required(node, 0));
    if (is_wide_float(draft_.value(from).type) && leaving_.contains(result(node))) {
      return false;
    }
    fold(index);
    return true;
  }

  bool fold_dequantize(std::size_t index) {
    DraftNode& node = draft_.node(index);
    const ValueId from = required(node, 0);
    const ValueId to = result(node);
    if (draft_.value(from).type == ElementType::kInt32 && !draft_.is_constant(from)) {
      // Sums of an integer product: its output stage makes floats of them, as of a Cast.
      draft_.set_inputs(index, {from});
      node.op_type = "Cast";
      node.domain.clear();
      node.attributes.clear();
      return false;
    }
    const ValueId bytes = stored(from);
    if (leaving_.contains(to) && !is_wide_float(draft_.value(bytes).type)) {
      if (!draft_.producer(bytes).has_value() || leaving_.contains(bytes)) {
        return false;
      }
      draft_.value(bytes).type = draft_.value(to).type;
    }
    fold(index);
    return true;
  }

  // What moves quantised data writes it as it was, unless it leaves as floats.
  void move(std::size_t index) {
    const DraftNode& node = draft_.node(index);
    const std::vector<ValueId> moved = moved_inputs(node);
    const ElementType type = draft_.value(moved.front()).type;
    const bool same = std::all_of(moved.begin(), moved.end(),
                                  [&](ValueId id) { return draft_.value(id).type == type; });
    for (const auto& output : node.outputs) {
      if (output.has_value() && same && is_wide_float(draft_.value(*output).type) &&
          !leaving_.contains(*output)) {
        draft_.value(*output).type = type;
      }
    }
  }

  Draft& draft_;
  std::vector<bool> moves_;    // by node, as the model declares its types
  std::vector<bool> renames_;  // of those, what may move nothing
  std::map<ValueId, ElementType> wanted_;
  std::set<ValueId> leaving_;
};

}  // namespace

bool is_quantizer(const Node& node, std::string_view type) {
  if (node.op_type != type) {
    return false;
  }
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  return row != nullptr && row->work == OperatorClass::kQuantize;
}

std::vector<ValueId> moved_inputs(const Node& node) {
  if (node.is("Concat")) {
    return given_inputs(node);
  }
  const bool copies = node.domain.empty() && is_one_of(node, kCopies);
  return is_view(node) || copies || node.is("Cast") ? std::vector{required(node, 0)}
                                                    : std::vector<ValueId>();
}

void fold_quantization(Draft& draft) { Quantization(draft).run(); }

}  // namespace memplace::onnx
