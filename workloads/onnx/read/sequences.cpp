// SPDX-License-Identifier: Apache-2.0
// Sequences whose length and positions are constant are followed while reading, and vanish.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/read/graph_order.h"
#include "workloads/onnx/read/model_builder.h"

namespace memplace::onnx {
namespace {

// One node on sequences.
class SequenceNode {
 public:
  SequenceNode(const pb::NodeProto& proto, Scope& scope, ModelBuilder& model)
      : proto_(proto), scope_(scope), model_(model) {}

  bool run() {
    const std::string& op = proto_.op_type();
    if (op == "SequenceEmpty") {
      bind_sequence({});
    } else if (op == "SequenceConstruct") {
      bind_sequence(plain_inputs());
    } else if (op == "SequenceInsert") {
      std::vector<ValueId> items = sequence(0);
      if (proto_.input_size() < 2 || is_sequence(1) || !scope_.find_input(proto_, 1) ||
          static_cast<std::int64_t>(items.size()) > kMostUnrolledNodes) {
        fail("it has no tensor to insert");
      }
      const std::size_t at = position(2, items.size(), items.size() + 1);
      items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), *scope_.find_input(proto_, 1));
      bind_sequence(std::move(items));
    } else if (op == "SequenceErase") {
      std::vector<ValueId> items = sequence(0);
      if (items.empty()) {
        fail("its sequence is empty");
      }
      const std::size_t at = position(1, items.size() - 1, items.size());
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
      bind_sequence(std::move(items));
    } else if (op == "SequenceAt") {
      const std::vector<ValueId>& items = sequence(0);
      const std::size_t at = position(1, items.size(), items.size());
      if (at >= items.size()) {
        fail("its position is missing");
      }
      scope_.bind(proto_, 0, items[at]);
    } else if (op == "SequenceLength") {
      const auto size = static_cast<std::int64_t>(sequence(0).size());
      scope_.bind(proto_, 0, model_.add_constant(output_name(), {}, {size}));
    } else if (op == "ConcatFromSequence") {
      const std::vector<ValueId> items = sequence(0);
      const std::int64_t axis = integer_attribute("axis", 0);
      const std::string name = output_name();
      if (items.empty()) {
        fail("its sequence is empty");
      }
      scope_.bind(proto_, 0,
                  integer_attribute("new_axis", 0) != 0
                      ? model_.stack(items, axis, name, label_of(proto_))
                      : model_.make_node("Concat", name, items, {{"axis", axis}}));
    } else if (op == "SplitToSequence") {
      split();
    } else if ((op == "Optional" || op == "OptionalGetElement" || op == "Identity") &&
               proto_.input_size() == 1 && (op != "Identity" || is_sequence(0))) {
      // The element itself stands for an optional that has one.
      const auto id = scope_.find_input(proto_, 0);
      if (!id) {
        fail("its input is not defined");
      }
      scope_.bind(proto_, 0, *id);
    } else if (op == "OptionalHasElement") {
      const bool has = proto_.input_size() > 0 && !proto_.input(0).empty();
      scope_.bind(proto_, 0,
                  model_.add_constant(output_name(), {}, {has ? 1 : 0}, ElementType::kBool));
    } else if (op == "Optional" || op == "OptionalGetElement" || op == "SequenceMap") {
      fail("the operator is supported only where it folds away");
    } else {
      return false;
    }
    return true;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    model_.fail(fmt::format("{}: {}", label_of(proto_), what));
  }
  [[noreturn]] void fail_constant(const std::string& what) const {
    model_.fail_constant(fmt::format("{}: {}", label_of(proto_), what));
  }
  std::string output_name() const { return scope_.prefix + proto_.output(0); }
  bool is_sequence(int input) const {
    return model_.items_of(scope_.find_input(proto_, input)) != nullptr;
  }

  const std::vector<ValueId>& sequence(int input) const {
    const std::vector<ValueId>* items = model_.items_of(scope_.find_input(proto_, input));
    if (items == nullptr) {
      fail_constant("the length of its sequence is not known");
    }
    return *items;
  }

  // The position in input `input`, counted from the end where negative; `otherwise` where left out.
  std::size_t position(int input, std::size_t otherwise, std::size_t end) const {
    if (input >= proto_.input_size() || proto_.input(input).empty()) {
      return otherwise;
    }
    const auto given = model_.constant_integer(scope_.find_input(proto_, input));
    if (!given) {
      fail_constant("its position is not constant");
    }
    const auto size = static_cast<std::int64_t>(end);
    if (*given < -size || *given >= size) {
      fail(fmt::format("position {} is outside a sequence of {}", *given, size));
    }
    return static_cast<std::size_t>(*given < 0 ? *given + size : *given);
  }

  std::int64_t integer_attribute(std::string_view name, std::int64_t otherwise) const {
    const pb::AttributeProto* attribute = attribute_of(proto_, name);
    return attribute == nullptr ? otherwise : attribute->i();
  }

  std::vector<ValueId> plain_inputs() const {
    std::vector<ValueId> ids;
    for (int i = 0; i < proto_.input_size(); ++i) {
      const auto id = scope_.find_input(proto_, i);
      if (!id || is_sequence(i)) {
        fail(fmt::format("its input {} is no tensor", i));
      }
      ids.push_back(*id);
    }
    return ids;
  }

  void bind_sequence(std::vector<ValueId> items) {
    if (proto_.output_size() != 1) {
      fail(fmt::format("it has {} outputs, expected 1", proto_.output_size()));
    }
    scope_.bind(proto_, 0, model_.add_sequence(output_name(), std::move(items)));
  }

  void split() {
    const auto inputs = model_.inputs_of(proto_, scope_);
    if (inputs.empty() || !inputs[0] || !model_.value(*inputs[0]).shape) {
      fail_constant("the shape of its input is not known");
    }
    const Shape shape = *model_.value(*inputs[0]).shape;
    const std::size_t axis = normal_axis(integer_attribute("axis", 0), shape.size());
    const std::int64_t size = shape[axis];
    const bool drop_axis = inputs.size() < 2 && integer_attribute("keepdims", 1) == 0;
    std::vector<std::int64_t> sizes;
    if (inputs.size() < 2 || !model_.value(*inputs[1]).shape ||
        model_.value(*inputs[1]).shape->empty()) {
      const auto part = inputs.size() < 2 ? 1 : model_.constant_integer(inputs[1]);
      if (!part) {
        fail_constant("its part size is not constant");
      }
      if (*part < 1 || size / *part > kMostUnrolledNodes) {
        fail(fmt::format("{} does not split into parts of {}", size, *part));
      }
      for (std::int64_t begin = 0; begin < size; begin += *part) {
        sizes.push_back(std::min(*part, size - begin));
      }
    } else {
      const Value& parts = model_.value(*inputs[1]);
      const auto* data =
          parts.data ? std::get_if<std::vector<std::int64_t>>(&*parts.data) : nullptr;
      if (data == nullptr) {
        fail_constant("its part sizes are not constant");
      }
      sizes = *data;
    }
    std::vector<ValueId> items;
    const std::string name = output_name();
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (sizes[i] < 0 || sizes[i] > size - begin || ++model_.counts.inlined > kMostInlinedNodes) {
        fail(fmt::format("its parts do not fit axis {} of {}", axis, to_string(shape)));
      }
      const auto constant = [&](std::string_view what, std::int64_t value) {
        const bool scalar = what == "index";
        return model_.add_constant(fmt::format("{}/{}_{}", name, what, i),
                                   scalar ? Shape{} : Shape{1}, {value});
      };
      const std::string part = fmt::format("{}/{}", name, i);
      if (drop_axis) {
        items.push_back(model_.make_node("Gather", part, {*inputs[0], constant("index", begin)},
                                         {{"axis", static_cast<std::int64_t>(axis)}}));
      } else {
        const ValueId start = constant("start", begin);
        const ValueId end = constant("end", begin + sizes[i]);
        const ValueId axes = constant("axis", static_cast<std::int64_t>(axis));
        items.push_back(model_.make_node("Slice", part, {*inputs[0], start, end, axes}, {}));
      }
      begin += sizes[i];
    }
    bind_sequence(std::move(items));
  }

  const pb::NodeProto& proto_;
  Scope& scope_;
  ModelBuilder& model_;
};

}  // namespace

bool run_sequence(const pb::NodeProto& proto, Scope& scope, ModelBuilder& model) {
  return SequenceNode(proto, scope, model).run();
}

}  // namespace memplace::onnx
