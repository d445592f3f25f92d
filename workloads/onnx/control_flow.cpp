// SPDX-License-Identifier: Apache-2.0
// Functions, and control flow whose course is known, become plain nodes.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/importer.h"

namespace memplace::onnx {
namespace {

const pb::AttributeProto* attribute_of(const pb::NodeProto& proto, std::string_view name) {
  for (const pb::AttributeProto& attribute : proto.attribute()) {
    if (attribute.name() == name) {
      return &attribute;
    }
  }
  return nullptr;
}

const pb::GraphProto& graph_attribute(const pb::NodeProto& proto, std::string_view name) {
  const pb::AttributeProto* attribute = attribute_of(proto, name);
  if (attribute == nullptr || !attribute->has_g()) {
    throw Malformed{fmt::format("{}: attribute \"{}\" is missing", label_of(proto), name)};
  }
  return attribute->g();
}

std::int64_t list_entry(const pb::NodeProto& proto, std::string_view name, int i) {
  const pb::AttributeProto* attribute = attribute_of(proto, name);
  return attribute != nullptr && i < attribute->ints_size() ? attribute->ints(i) : 0;
}

std::string name_of(const pb::NodeProto& proto) {
  return !proto.name().empty()     ? proto.name()
         : proto.output_size() > 0 ? proto.output(0)
                                   : proto.op_type();
}

}  // namespace

void Importer::bind(const pb::NodeProto& proto, int output, ValueId value, Scope& scope) const {
  if (output < proto.output_size() && !proto.output(output).empty()) {
    scope.names[proto.output(output)] = value;
  }
}

// Of a tensor of one element; none where it is not constant.
std::optional<std::int64_t> Importer::constant_integer(std::optional<ValueId> id) const {
  if (!id || !model_.values[*id].data) {
    return std::nullopt;
  }
  const auto* data = std::get_if<std::vector<std::int64_t>>(&*model_.values[*id].data);
  return data != nullptr && data->size() == 1 ? std::optional(data->front()) : std::nullopt;
}

void Importer::run_function(const pb::FunctionProto& function, const pb::NodeProto& proto,
                            Scope& scope) {
  const std::string label = label_of(proto);
  if (scope.depth >= kDeepestInlining) {
    fail(fmt::format("{}: functions and control flow nest more than {} deep", label,
                     kDeepestInlining));
  }
  if (proto.input_size() > function.input_size() || proto.output_size() > function.output_size()) {
    fail(fmt::format("{}: it has {} inputs and {} outputs, its function {} and {}", label,
                     proto.input_size(), proto.output_size(), function.input_size(),
                     function.output_size()));
  }
  // Default values came with a later version of the format.
  Attributes arguments;
  for (int i = 0; i < function.unknown_fields().field_count(); ++i) {
    const auto& field = function.unknown_fields().field(i);
    pb::AttributeProto attribute;
    if (field.number() == 11 &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED &&
        attribute.ParseFromString(field.length_delimited())) {
      arguments[attribute.name()] = attribute;
    }
  }
  for (auto& [name, attribute] : attributes_of(proto, scope)) {
    arguments[name] = attribute;
  }
  Scope inner;
  inner.prefix = fmt::format("{}{}/", scope.prefix, name_of(proto));
  inner.opsets = &function_opsets_.at(&function);
  inner.arguments = &arguments;
  inner.depth = scope.depth + 1;
  std::vector<std::string> inputs(function.input().begin(), function.input().end());
  for (int i = 0; i < function.input_size(); ++i) {
    const bool given = i < proto.input_size() && !proto.input(i).empty();
    const auto id = given ? find(scope, proto.input(i)) : std::nullopt;
    if (id) {
      inner.names[function.input(i)] = *id;
    } else {
      inner.left_out.insert(function.input(i));
    }
  }
  const std::vector<std::string> outputs(function.output().begin(), function.output().end());
  run_nodes(function.node(), inputs, outputs, inner);
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto id = find(inner, function.output(i));
    if (!id) {
      fail(fmt::format("{}: output {} of its function is an input left out", label, i));
    }
    bind(proto, i, *id, scope);
  }
}

bool Importer::run_control_flow(const pb::NodeProto& proto, Scope& scope) {
  if (proto.op_type() == "If") {
    run_if(proto, scope);
  } else if (proto.op_type() == "Loop") {
    run_loop(proto, scope);
  } else if (proto.op_type() == "Scan") {
    run_scan(proto, scope);
  } else {
    return false;
  }
  return true;
}

std::vector<ValueId> Importer::run_subgraph(const pb::GraphProto& graph, const Scope& around,
                                            const std::vector<ValueId>& inputs,
                                            const std::string& prefix) {
  Scope scope;
  scope.parent = &around;
  scope.prefix = prefix;
  scope.opsets = around.opsets;
  scope.arguments = around.arguments;
  scope.depth = around.depth + 1;
  add_initializers(graph, scope);
  std::vector<std::string> given;
  for (const auto& [name, id] : scope.names) {
    given.push_back(name);
  }
  for (int i = 0; i < graph.input_size(); ++i) {
    given.push_back(graph.input(i).name());
    scope.names[graph.input(i).name()] = inputs.at(static_cast<std::size_t>(i));
  }
  for (const auto& each : graph.value_info()) {
    scope.stored[each.name()] = &each.type();
  }
  std::vector<std::string> outputs;
  for (const auto& each : graph.output()) {
    outputs.push_back(each.name());
    scope.stored[each.name()] = &each.type();
  }
  run_nodes(graph.node(), given, outputs, scope);
  std::vector<ValueId> result;
  result.reserve(outputs.size());
  for (const std::string& name : outputs) {
    result.push_back(find(scope, name).value());
  }
  return result;
}

void Importer::run_if(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  const auto inputs = inputs_of(proto, scope);
  const auto condition = inputs.size() == 1 ? constant_integer(inputs[0]) : std::nullopt;
  if (!condition) {
    fail_constant(fmt::format("{}: its condition is not constant", label));
  }
  const std::string branch = *condition != 0 ? "then_branch" : "else_branch";
  const pb::GraphProto& graph = graph_attribute(proto, branch);
  if (graph.input_size() != 0 || graph.output_size() != proto.output_size()) {
    fail(fmt::format("{}: its {} has {} inputs and {} outputs, expected 0 and {}", label, branch,
                     graph.input_size(), graph.output_size(), proto.output_size()));
  }
  const auto results =
      run_subgraph(graph, scope, {}, fmt::format("{}{}/{}/", scope.prefix, name_of(proto), branch));
  for (int i = 0; i < proto.output_size(); ++i) {
    bind(proto, i, results[static_cast<std::size_t>(i)], scope);
  }
  note(fmt::format("{}: its {} is always taken", label, branch));
}

// The parts, joined along a new axis.
ValueId Importer::stack(const std::vector<ValueId>& parts, std::int64_t axis,
                        const std::string& name, const std::string& label) {
  if (parts.empty()) {
    fail(fmt::format("{}: it never runs, and the shape of what it collects in \"{}\" is not known",
                     label, printable(name)));
  }
  const ValueId axes =
      add_constant(name + "/axes", {1}, std::vector<std::int64_t>{axis}, ElementType::kInt64);
  std::vector<ValueId> rows;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    rows.push_back(make_node("Unsqueeze", fmt::format("{}/row_{}", name, i), {parts[i], axes}, {}));
  }
  return rows.size() == 1 ? rows[0] : make_node("Concat", name, rows, {{"axis", axis}});
}

void Importer::run_loop(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  const pb::GraphProto& body = graph_attribute(proto, "body");
  std::vector<std::optional<ValueId>> inputs = inputs_of(proto, scope, true);
  inputs.resize(std::max<std::size_t>(inputs.size(), 2));
  const std::size_t carried_count = inputs.size() - 2;
  const auto body_outputs = static_cast<std::size_t>(body.output_size());
  if (static_cast<std::size_t>(body.input_size()) != carried_count + 2 ||
      body_outputs < carried_count + 1) {
    fail(fmt::format("{}: its body has {} inputs and {} outputs for {} carried values", label,
                     body.input_size(), body_outputs, carried_count));
  }
  const auto trips = constant_integer(inputs[0]);
  if (inputs[0] && !trips) {
    fail_constant(fmt::format("{}: its trip count is not constant", label));
  }
  auto condition = inputs[1] ? constant_integer(inputs[1]) : std::optional<std::int64_t>(1);
  std::vector<ValueId> carried;
  for (std::size_t i = 2; i < inputs.size(); ++i) {
    if (!inputs[i]) {
      fail(fmt::format("{}: carried value {} is left out", label, i - 2));
    }
    carried.push_back(*inputs[i]);
  }
  std::vector<std::vector<ValueId>> collected(body_outputs - 1 - carried_count);
  const std::string name = scope.prefix + name_of(proto);
  ++unrolling_;
  std::int64_t trip = 0;
  for (; !trips || trip < *trips; ++trip) {
    if (!condition) {
      fail_constant(fmt::format("{}: its condition is not constant", label));
    }
    if (*condition == 0) {
      break;
    }
    if (++unrolled_ > kMostUnrolledNodes) {
      fail_constant(fmt::format("{}: it unrolls to more than {} nodes", label, kMostUnrolledNodes));
    }
    const std::string prefix = fmt::format("{}/{}/", name, trip);
    std::vector<ValueId> arguments{
        add_constant(prefix + "iteration", {}, std::vector<std::int64_t>{trip},
                     ElementType::kInt64),
        add_constant(prefix + "condition", {}, std::vector<std::int64_t>{1}, ElementType::kBool)};
    arguments.insert(arguments.end(), carried.begin(), carried.end());
    const std::vector<ValueId> results = run_subgraph(body, scope, arguments, prefix);
    condition = constant_integer(results[0]);
    std::copy_n(results.begin() + 1, carried_count, carried.begin());
    for (std::size_t i = 0; i < collected.size(); ++i) {
      collected[i].push_back(results[1 + carried_count + i]);
    }
  }
  --unrolling_;
  note(fmt::format("{}: unrolled {} times", label, trip));
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (index < carried_count) {
      bind(proto, i, carried[index], scope);
    } else if (index - carried_count >= collected.size()) {
      fail(fmt::format("{}: its body has no output for \"{}\"", label, printable(proto.output(i))));
    } else if (!proto.output(i).empty()) {
      bind(proto, i,
           stack(collected[index - carried_count], 0, scope.prefix + proto.output(i), label),
           scope);
    }
  }
}

void Importer::run_scan(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  if (version_of(proto, "", scope) < 9) {
    fail(fmt::format("{}: Scan of opset 8 is not supported, expected 9 or newer", label));
  }
  const pb::GraphProto& body = graph_attribute(proto, "body");
  const std::vector<std::optional<ValueId>> inputs = inputs_of(proto, scope, true);
  const pb::AttributeProto* count = attribute_of(proto, "num_scan_inputs");
  const std::int64_t scanned = count == nullptr ? 0 : count->i();
  const auto total = static_cast<std::int64_t>(inputs.size());
  if (scanned < 1 || scanned > total || body.input_size() != total ||
      body.output_size() < total - scanned ||
      std::count(inputs.begin(), inputs.end(), std::nullopt) != 0) {
    fail(fmt::format("{}: {} scanned of {} inputs do not fit a body of {} inputs and {} outputs",
                     label, scanned, total, body.input_size(), body.output_size()));
  }
  const auto carried_count = static_cast<std::size_t>(total - scanned);
  std::vector<std::int64_t> axes;
  std::optional<std::int64_t> length;
  for (int i = 0; i < scanned; ++i) {
    const ValueId id = *inputs[carried_count + static_cast<std::size_t>(i)];
    const std::optional<Shape>& shape = model_.values[id].shape;
    if (!shape) {
      fail_constant(fmt::format("{}: the shape of its input \"{}\" is not known", label,
                                printable(model_.values[id].name)));
    }
    axes.push_back(static_cast<std::int64_t>(
        normal_axis(list_entry(proto, "scan_input_axes", i), shape->size())));
    const std::int64_t size = (*shape)[static_cast<std::size_t>(axes.back())];
    if (length && *length != size) {
      fail(fmt::format("{}: its scanned inputs have lengths {} and {}", label, *length, size));
    }
    length = size;
  }
  std::vector<ValueId> carried;
  for (std::size_t i = 0; i < carried_count; ++i) {
    carried.push_back(*inputs[i]);
  }
  const std::string name = scope.prefix + name_of(proto);
  std::vector<std::vector<ValueId>> collected(static_cast<std::size_t>(body.output_size()) -
                                              carried_count);
  ++unrolling_;
  for (std::int64_t step = 0; step < *length; ++step) {
    if (++unrolled_ > kMostUnrolledNodes) {
      fail_constant(fmt::format("{}: it unrolls to more than {} nodes", label, kMostUnrolledNodes));
    }
    const std::string prefix = fmt::format("{}/{}/", name, step);
    std::vector<ValueId> arguments = carried;
    for (int i = 0; i < scanned; ++i) {
      const bool backward = list_entry(proto, "scan_input_directions", i) != 0;
      const ValueId index = add_constant(
          fmt::format("{}index_{}", prefix, i), {},
          std::vector<std::int64_t>{backward ? *length - 1 - step : step}, ElementType::kInt64);
      arguments.push_back(make_node("Gather", fmt::format("{}slice_{}", prefix, i),
                                    {*inputs[carried_count + static_cast<std::size_t>(i)], index},
                                    {{"axis", axes[static_cast<std::size_t>(i)]}}));
    }
    const std::vector<ValueId> results = run_subgraph(body, scope, arguments, prefix);
    std::copy_n(results.begin(), carried_count, carried.begin());
    for (std::size_t i = 0; i < collected.size(); ++i) {
      collected[i].push_back(results[carried_count + i]);
    }
  }
  --unrolling_;
  note(fmt::format("{}: unrolled {} times", label, *length));
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (index < carried_count) {
      bind(proto, i, carried[index], scope);
    } else if (index - carried_count >= collected.size()) {
      fail(fmt::format("{}: its body has no output for \"{}\"", label, printable(proto.output(i))));
    } else if (!proto.output(i).empty()) {
      std::vector<ValueId>& parts = collected[index - carried_count];
      const int output = i - static_cast<int>(carried_count);
      if (list_entry(proto, "scan_output_directions", output) != 0) {
        std::reverse(parts.begin(), parts.end());
      }
      bind(proto, i,
           stack(parts, list_entry(proto, "scan_output_axes", output),
                 scope.prefix + proto.output(i), label),
           scope);
    }
  }
}

}  // namespace memplace::onnx
