// SPDX-License-Identifier: Apache-2.0
// Sequences whose length and positions are constant are followed while reading, and vanish.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/importer.h"

namespace memplace::onnx {
namespace {

std::int64_t integer_attribute(const pb::NodeProto& proto, std::string_view name,
                               std::int64_t otherwise) {
  for (const pb::AttributeProto& attribute : proto.attribute()) {
    if (attribute.name() == name) {
      return attribute.i();
    }
  }
  return otherwise;
}

}  // namespace

const std::vector<ValueId>& Importer::sequence_of(const pb::NodeProto& proto, int input,
                                                  const Scope& scope) const {
  const auto id = input < proto.input_size() ? find(scope, proto.input(input)) : std::nullopt;
  const auto found =
      id ? sequences_.find(static_cast<std::uint32_t>(id->index())) : sequences_.end();
  if (found == sequences_.end()) {
    fail_constant(fmt::format("{}: the length of its sequence is not known", label_of(proto)));
  }
  return found->second;
}

void Importer::bind_sequence(const pb::NodeProto& proto, std::vector<ValueId> items, Scope& scope) {
  if (proto.output_size() != 1) {
    fail(fmt::format("{}: it has {} outputs, expected 1", label_of(proto), proto.output_size()));
  }
  Value value;
  value.name = scope.prefix + proto.output(0);
  const ValueId id = add_value(std::move(value));
  sequences_[static_cast<std::uint32_t>(id.index())] = std::move(items);
  bind(proto, 0, id, scope);
}

// The position in input `input`, counted from the end where negative; `otherwise` where left out.
std::size_t Importer::position_in(const pb::NodeProto& proto, int input, const Scope& scope,
                                  std::size_t otherwise, std::size_t end) const {
  if (input >= proto.input_size() || proto.input(input).empty()) {
    return otherwise;
  }
  const auto position = constant_integer(find(scope, proto.input(input)));
  if (!position) {
    fail_constant(fmt::format("{}: its position is not constant", label_of(proto)));
  }
  const auto size = static_cast<std::int64_t>(end);
  if (*position < -size || *position >= size) {
    fail(fmt::format("{}: position {} is outside a sequence of {}", label_of(proto), *position,
                     size));
  }
  return static_cast<std::size_t>(*position < 0 ? *position + size : *position);
}

void Importer::split_to_sequence(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  const auto inputs = inputs_of(proto, scope);
  if (inputs.empty() || !inputs[0] || !model_.values[*inputs[0]].shape) {
    fail_constant(fmt::format("{}: the shape of its input is not known", label));
  }
  const Shape shape = *model_.values[*inputs[0]].shape;
  const std::size_t axis = normal_axis(integer_attribute(proto, "axis", 0), shape.size());
  const std::int64_t size = shape[axis];
  const bool drop_axis = inputs.size() < 2 && integer_attribute(proto, "keepdims", 1) == 0;
  std::vector<std::int64_t> sizes;
  if (inputs.size() < 2 || !model_.values[*inputs[1]].shape ||
      model_.values[*inputs[1]].shape->empty()) {
    const auto part = inputs.size() < 2 ? 1 : constant_integer(inputs[1]);
    if (!part) {
      fail_constant(fmt::format("{}: its part size is not constant", label));
    }
    if (*part < 1 || size / *part > kMostUnrolledNodes) {
      fail(fmt::format("{}: {} does not split into parts of {}", label, size, *part));
    }
    for (std::int64_t begin = 0; begin < size; begin += *part) {
      sizes.push_back(std::min(*part, size - begin));
    }
  } else {
    const Value& parts = model_.values[*inputs[1]];
    const auto* data = parts.data ? std::get_if<std::vector<std::int64_t>>(&*parts.data) : nullptr;
    if (data == nullptr) {
      fail_constant(fmt::format("{}: its part sizes are not constant", label));
    }
    sizes = *data;
  }
  std::vector<ValueId> items;
  const std::string name = scope.prefix + proto.output(0);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 0 || sizes[i] > size - begin || ++inlined_ > kMostInlinedNodes) {
      fail(fmt::format("{}: its parts do not fit axis {} of {}", label, axis, to_string(shape)));
    }
    const auto constant = [&](std::string_view what, std::int64_t value) {
      const bool scalar = what == "index";
      return add_constant(fmt::format("{}/{}_{}", name, what, i), scalar ? Shape{} : Shape{1},
                          std::vector<std::int64_t>{value}, ElementType::kInt64);
    };
    const std::string part = fmt::format("{}/{}", name, i);
    if (drop_axis) {
      items.push_back(make_node("Gather", part, {*inputs[0], constant("index", begin)},
                                {{"axis", static_cast<std::int64_t>(axis)}}));
    } else {
      const ValueId start = constant("start", begin);
      const ValueId end = constant("end", begin + sizes[i]);
      const ValueId axes = constant("axis", static_cast<std::int64_t>(axis));
      items.push_back(make_node("Slice", part, {*inputs[0], start, end, axes}, {}));
    }
    begin += sizes[i];
  }
  bind_sequence(proto, std::move(items), scope);
}

bool Importer::run_sequence(const pb::NodeProto& proto, Scope& scope) {
  const std::string& op = proto.op_type();
  const auto is_sequence = [&](int input) {
    const auto id = input < proto.input_size() ? find(scope, proto.input(input)) : std::nullopt;
    return id && sequences_.contains(static_cast<std::uint32_t>(id->index()));
  };
  const auto plain_inputs = [&](int first) {
    std::vector<ValueId> ids;
    for (int i = first; i < proto.input_size(); ++i) {
      const auto id = find(scope, proto.input(i));
      if (!id || is_sequence(i)) {
        fail(fmt::format("{}: its input {} is no tensor", label_of(proto), i));
      }
      ids.push_back(*id);
    }
    return ids;
  };
  if (op == "SequenceEmpty") {
    bind_sequence(proto, {}, scope);
  } else if (op == "SequenceConstruct") {
    bind_sequence(proto, plain_inputs(0), scope);
  } else if (op == "SequenceInsert") {
    std::vector<ValueId> items = sequence_of(proto, 0, scope);
    if (proto.input_size() < 2 || is_sequence(1) || !find(scope, proto.input(1)) ||
        static_cast<std::int64_t>(items.size()) > kMostUnrolledNodes) {
      fail(fmt::format("{}: it has no tensor to insert", label_of(proto)));
    }
    const std::size_t at = position_in(proto, 2, scope, items.size(), items.size() + 1);
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), *find(scope, proto.input(1)));
    bind_sequence(proto, std::move(items), scope);
  } else if (op == "SequenceErase") {
    std::vector<ValueId> items = sequence_of(proto, 0, scope);
    if (items.empty()) {
      fail(fmt::format("{}: its sequence is empty", label_of(proto)));
    }
    const std::size_t at = position_in(proto, 1, scope, items.size() - 1, items.size());
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
    bind_sequence(proto, std::move(items), scope);
  } else if (op == "SequenceAt") {
    const std::vector<ValueId>& items = sequence_of(proto, 0, scope);
    const std::size_t at = position_in(proto, 1, scope, items.size(), items.size());
    if (at >= items.size()) {
      fail(fmt::format("{}: its position is missing", label_of(proto)));
    }
    bind(proto, 0, items[at], scope);
  } else if (op == "SequenceLength") {
    const auto size = static_cast<std::int64_t>(sequence_of(proto, 0, scope).size());
    bind(proto, 0,
         add_constant(scope.prefix + proto.output(0), {}, std::vector<std::int64_t>{size},
                      ElementType::kInt64),
         scope);
  } else if (op == "ConcatFromSequence") {
    const std::vector<ValueId> items = sequence_of(proto, 0, scope);
    const std::int64_t axis = integer_attribute(proto, "axis", 0);
    const std::string name = scope.prefix + proto.output(0);
    if (items.empty()) {
      fail(fmt::format("{}: its sequence is empty", label_of(proto)));
    }
    bind(proto, 0,
         integer_attribute(proto, "new_axis", 0) != 0
             ? stack(items, axis, name, label_of(proto))
             : make_node("Concat", name, items, {{"axis", axis}}),
         scope);
  } else if (op == "SplitToSequence") {
    split_to_sequence(proto, scope);
  } else if ((op == "Optional" || op == "OptionalGetElement" || op == "Identity") &&
             proto.input_size() == 1 && (op != "Identity" || is_sequence(0))) {
    // The element itself stands for an optional that has one.
    const auto id = find(scope, proto.input(0));
    if (!id) {
      fail(fmt::format("{}: its input is not defined", label_of(proto)));
    }
    bind(proto, 0, *id, scope);
  } else if (op == "OptionalHasElement") {
    const bool has = proto.input_size() > 0 && !proto.input(0).empty();
    bind(proto, 0,
         add_constant(scope.prefix + proto.output(0), {}, std::vector<std::int64_t>{has ? 1 : 0},
                      ElementType::kBool),
         scope);
  } else if (op == "Optional" || op == "OptionalGetElement" || op == "SequenceMap") {
    fail(fmt::format("{}: the operator is supported only where it folds away", label_of(proto)));
  } else {
    return false;
  }
  return true;
}

}  // namespace memplace::onnx
