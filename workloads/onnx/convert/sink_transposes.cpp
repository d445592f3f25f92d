// SPDX-License-Identifier: Apache-2.0
// Exporters from frameworks that keep channels last turn images before and after every convolution.
// Transposes move down past what does not care for the order of axes until they meet their inverse,
// a product, or nothing at all.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {
namespace {

using Order = std::vector<std::int64_t>;

constexpr std::array<std::string_view, 31> kPointwise{
    "Abs",     "Add",      "Cast",        "Clip",      "Concat",    "Div",        "Elu",  "Erf",
    "Exp",     "Gelu",     "HardSigmoid", "HardSwish", "LeakyRelu", "Log",        "Max",  "Min",
    "Mish",    "Mul",      "Neg",         "PRelu",     "Pow",       "Reciprocal", "Relu", "Selu",
    "Sigmoid", "Softplus", "Softsign",    "Sqrt",      "Sub",       "Sum",        "Tanh"};

bool is_pointwise(const DraftNode& node) {
  return node.domain.empty() && node.outputs.size() == 1 && is_one_of(node, kPointwise);
}

bool is_reduction(const DraftNode& node) {
  return node.domain.empty() && node.outputs.size() == 1 && node.op_type.rfind("Reduce", 0) == 0;
}

bool is_transpose(const DraftNode& node) { return node.alive && node.is("Transpose"); }

// An order of as many axes as the input has; none where the attribute is none.
std::optional<Order> order_of(const Draft& draft, const DraftNode& node) {
  const auto rank = static_cast<std::int64_t>(draft.shape(required(node, 0)).size());
  Order backwards;
  for (std::int64_t axis = rank; axis-- > 0;) {
    backwards.push_back(axis);
  }
  const Order order = ints_attribute(node, "perm", backwards);
  Order sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    if (sorted.size() != static_cast<std::size_t>(rank) ||
        sorted[static_cast<std::size_t>(axis)] != axis) {
      return std::nullopt;
    }
  }
  return order;
}

std::size_t at(const Order& order, std::size_t i) { return static_cast<std::size_t>(order[i]); }

// `shape`, which a transpose of this order made, as it was before.
Shape before(const Shape& shape, const Order& order) {
  Shape result(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    result[at(order, i)] = shape[i];
  }
  return result;
}

class Sinking {
 public:
  explicit Sinking(Draft& draft) : draft_(draft) {}

  void run() {
    for (std::size_t i = 0; i < draft_.nodes().size(); ++i) {
      if (is_transpose(draft_.node(i))) {
        compose(i);
      }
    }
    for (std::size_t i = 0; i < draft_.nodes().size(); ++i) {
      if (!draft_.node(i).alive) {
        continue;
      }
      if (is_pointwise(draft_.node(i))) {
        sink(i);
      } else if (is_reduction(draft_.node(i))) {
        reduce(i);
      }
    }
    draft_.drop_dead();
    if (moved_ > 0) {
      draft_.fused.add("moved: transposes past elementwise nodes", moved_);
    }
    if (met_ > 0) {
      draft_.fused.add("folded: transposes into transposes", met_);
    }
  }

 private:
  // A transpose of a transpose is one of the first one's input, or nothing.
  void compose(std::size_t index) {
    const auto above = draft_.producer(required(draft_.node(index), 0));
    if (!above.has_value() || !is_transpose(draft_.node(*above))) {
      return;
    }
    const auto first = order_of(draft_, draft_.node(*above));
    const auto second = order_of(draft_, draft_.node(index));
    if (!first.has_value() || !second.has_value()) {
      return;
    }
    Order both;
    for (std::size_t i = 0; i < second->size(); ++i) {
      both.push_back((*first)[at(*second, i)]);
    }
    const ValueId from = required(draft_.node(*above), 0);
    const ValueId to = result(draft_.node(index));
    ++met_;
    if (std::is_sorted(both.begin(), both.end()) && !draft_.is_output(to)) {
      draft_.kill(index);
      draft_.replace(to, from);
      return;
    }
    draft_.set_inputs(index, {from});
    draft_.node(index).attributes["perm"] = both;
  }

  // The transpose that makes a value, as its node and order.
  struct Found {
    std::size_t node = 0;
    Order order;
  };
  std::optional<Found> transposed(ValueId id) const {
    const auto producer = draft_.producer(id);
    if (!producer.has_value() || !is_transpose(draft_.node(*producer))) {
      return std::nullopt;
    }
    auto order = order_of(draft_, draft_.node(*producer));
    return order.has_value() ? std::optional(Found{*producer, std::move(*order)}) : std::nullopt;
  }

  // The last of the transposes that make the operands, where all have one order.
  std::optional<Found> common(const DraftNode& node) const {
    std::optional<Found> last;
    for (const auto& operand : node.inputs) {
      if (!operand.has_value() || draft_.is_constant(*operand)) {
        continue;
      }
      const auto found = transposed(*operand);
      if (!found.has_value() || (last.has_value() && last->order != found->order)) {
        return std::nullopt;
      }
      if (!last.has_value() || found->node > last->node) {
        last = found;
      }
    }
    return last;
  }

  // A constant as it broadcasts before the transpose.
  ValueId turned(ValueId constant, const Order& order) {
    Shape shape = draft_.shape(constant);
    shape.insert(shape.begin(), order.size() - shape.size(), 1);
    Value value = draft_.value(constant);
    value.shape = before(shape, order);
    value.data.reset();
    value.source = constant;
    return draft_.add_value(std::move(value));
  }

  // Swaps a node with the transpose before it, whose place it takes.
  void sink(std::size_t index) {
    const auto last = common(draft_.node(index));
    const ValueId out = result(draft_.node(index));
    if (!last.has_value() || draft_.shape(out).size() != last->order.size() ||
        draft_.sole_user(result(draft_.node(last->node))) != index) {
      return;
    }
    DraftNode node = draft_.node(index);
    DraftNode transpose = draft_.node(last->node);
    if (node.is("Concat")) {
      const auto rank = static_cast<std::int64_t>(last->order.size());
      const std::int64_t axis = int_attribute(node, "axis", 1);
      const std::int64_t place = axis < 0 ? axis + rank : axis;
      if (place < 0 || place >= rank) {
        return;
      }
      node.attributes["axis"] = last->order[static_cast<std::size_t>(place)];
    }
    for (auto& operand : node.inputs) {
      if (!operand.has_value()) {
        continue;
      }
      if (!draft_.is_constant(*operand)) {
        operand = required(draft_.node(*draft_.producer(*operand)), 0);
      } else if (draft_.elements(*operand) != 1) {
        if (node.is("Concat") || draft_.shape(*operand).size() > last->order.size()) {
          return;
        }
        operand = turned(*operand, last->order);
      }
    }
    Value value = draft_.value(out);
    value.name += "_before";
    value.shape = before(draft_.shape(out), last->order);
    const ValueId turned_out = draft_.add_value(std::move(value), out);
    node.outputs = {turned_out};
    transpose.inputs = {turned_out};
    transpose.outputs = {out};
    draft_.kill(index);
    draft_.assign(last->node, std::move(node));
    draft_.assign(index, std::move(transpose));
    ++moved_;
    const std::set<std::size_t> users = draft_.users(out);
    for (const std::size_t user : users) {
      if (is_transpose(draft_.node(user))) {
        compose(user);
      }
    }
  }

  // A reduction that keeps no axis reads what was there before, if the rest stays in order.
  void reduce(std::size_t index) {
    DraftNode& node = draft_.node(index);
    const auto found = transposed(required(node, 0));
    const auto axes = reduced_axes(node, found.has_value() ? found->order.size() : 0);
    if (!found.has_value() || !axes.has_value() || int_attribute(node, "keepdims", 1) != 0) {
      return;
    }
    std::vector<bool> gone(found->order.size(), false);
    Order new_axes;
    for (const std::size_t axis : *axes) {
      gone[axis] = true;
      new_axes.push_back(found->order[axis]);
    }
    Order rest;
    for (std::size_t i = 0; i < gone.size(); ++i) {
      if (!gone[i]) {
        rest.push_back(found->order[i]);
      }
    }
    if (!std::is_sorted(rest.begin(), rest.end())) {
      return;
    }
    draft_.set_inputs(index, {required(draft_.node(found->node), 0)});
    node.attributes["axes"] = new_axes;
    ++moved_;
  }

  std::optional<std::vector<std::size_t>> reduced_axes(const DraftNode& node,
                                                       std::size_t rank) const {
    Order axes = ints_attribute(node, "axes", {});
    if (const auto given = input(node, 1)) {
      const auto& data = draft_.value(*given).data;
      const auto* known = data.has_value() ? std::get_if<Order>(&*data) : nullptr;
      if (known == nullptr) {
        return std::nullopt;
      }
      axes = *known;
    }
    std::vector<std::size_t> result;
    for (const std::int64_t axis : axes) {
      const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
      if (place < 0 || place >= static_cast<std::int64_t>(rank)) {
        return std::nullopt;
      }
      result.push_back(static_cast<std::size_t>(place));
    }
    return result.empty() ? std::nullopt : std::optional(result);
  }

  Draft& draft_;
  std::int64_t moved_ = 0;
  std::int64_t met_ = 0;
};

}  // namespace

void sink_transposes(Draft& draft) { Sinking(draft).run(); }

}  // namespace memplace::onnx
