// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/inliner.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::onnx {
namespace {

constexpr int kDeepestInlining = 64;

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

// What came with a later version of the format than the library knows.
template <class Proto>
std::vector<std::string> later_fields(const Proto& proto, int number) {
  std::vector<std::string> result;
  for (int i = 0; i < proto.unknown_fields().field_count(); ++i) {
    const auto& field = proto.unknown_fields().field(i);
    if (field.number() == number &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
      result.push_back(field.length_delimited());
    }
  }
  return result;
}

// "DOMAIN:NAME:OVERLOAD", which functions are found by; `number` is the overload's field.
template <class Proto>
std::string function_key(const Proto& proto, const std::string& name, int number) {
  const std::vector<std::string> overloads = later_fields(proto, number);
  return fmt::format("{}:{}:{}", domain_of(proto.domain()), name,
                     overloads.empty() ? "" : overloads.back());
}

std::string name_of(const pb::NodeProto& proto) {
  return !proto.name().empty()     ? proto.name()
         : proto.output_size() > 0 ? proto.output(0)
                                   : proto.op_type();
}

}  // namespace

Inliner::Inliner(const pb::ModelProto& proto, ModelBuilder& model, RunNodes run_nodes)
    : proto_(proto), model_(model), run_nodes_(std::move(run_nodes)) {}

void Inliner::collect_functions() {
  for (const pb::FunctionProto& function : proto_.functions()) {
    check_nodes(function.node());
    const std::string key = function_key(function, function.name(), 13);
    if (!functions_.emplace(key, &function).second) {
      throw Malformed{fmt::format("function \"{}\" is defined twice", printable(function.name()))};
    }
    function_opsets_[&function] = opsets_of(function.opset_import());
  }
}

void Inliner::count(const pb::NodeProto& proto, const Scope& scope) {
  InlinedCounts& counts = model_.counts;
  if (counts.loops > 0 && ++counts.unrolled > kMostUnrolledNodes) {
    model_.fail_constant(fmt::format("{}: its loop unrolls to more than {} nodes", label_of(proto),
                                     kMostUnrolledNodes));
  }
  if (scope.depth > 0 && ++counts.inlined > kMostInlinedNodes) {
    model_.fail_constant(fmt::format("{}: functions and control flow inline to more than {} nodes",
                                     label_of(proto), kMostInlinedNodes));
  }
}

void Inliner::count_trip(const std::string& label) {
  if (++model_.counts.unrolled > kMostUnrolledNodes) {
    model_.fail_constant(
        fmt::format("{}: it unrolls to more than {} nodes", label, kMostUnrolledNodes));
  }
}

bool Inliner::run(const pb::NodeProto& proto, Scope& scope) {
  const auto function = functions_.find(function_key(proto, proto.op_type(), 8));
  if (function != functions_.end()) {
    run_function(*function->second, proto, scope);
    return true;
  }
  if (!domain_of(proto.domain()).empty()) {
    return false;
  }
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

void Inliner::run_function(const pb::FunctionProto& function, const pb::NodeProto& proto,
                           Scope& scope) {
  const std::string label = label_of(proto);
  if (scope.depth >= kDeepestInlining) {
    model_.fail(fmt::format("{}: functions and control flow nest more than {} deep", label,
                            kDeepestInlining));
  }
  if (proto.input_size() > function.input_size() || proto.output_size() > function.output_size()) {
    model_.fail(fmt::format("{}: it has {} inputs and {} outputs, its function {} and {}", label,
                            proto.input_size(), proto.output_size(), function.input_size(),
                            function.output_size()));
  }
  Attributes arguments;
  for (const std::string& default_value : later_fields(function, 11)) {
    pb::AttributeProto attribute;
    if (attribute.ParseFromString(default_value)) {
      arguments[attribute.name()] = attribute;
    }
  }
  for (auto& [name, attribute] : scope.attributes_of(proto)) {
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
    const auto id = given ? scope.find(proto.input(i)) : std::nullopt;
    if (id) {
      inner.names[function.input(i)] = *id;
    } else {
      inner.left_out.insert(function.input(i));
    }
  }
  const std::vector<std::string> outputs(function.output().begin(), function.output().end());
  run_nodes_(function.node(), inputs, outputs, inner);
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto id = inner.find(function.output(i));
    if (!id) {
      model_.fail(fmt::format("{}: output {} of its function is an input left out", label, i));
    }
    scope.bind(proto, i, *id);
  }
}

std::vector<ValueId> Inliner::run_subgraph(const pb::GraphProto& graph, const Scope& around,
                                           const std::vector<ValueId>& inputs,
                                           const std::string& prefix) {
  Scope scope;
  scope.parent = &around;
  scope.prefix = prefix;
  scope.opsets = around.opsets;
  scope.arguments = around.arguments;
  scope.depth = around.depth + 1;
  model_.add_initializers(graph, scope);
  for (int i = 0; i < graph.input_size(); ++i) {
    scope.names[graph.input(i).name()] = inputs.at(static_cast<std::size_t>(i));
  }
  scope.store_types(graph.value_info());
  scope.store_types(graph.output());
  const std::vector<std::string> outputs = names_of(graph.output());
  run_nodes_(graph.node(), given_names(graph), outputs, scope);
  std::vector<ValueId> result;
  result.reserve(outputs.size());
  for (const std::string& name : outputs) {
    result.push_back(scope.find(name).value());
  }
  return result;
}

void Inliner::run_if(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  const auto inputs = model_.inputs_of(proto, scope);
  const auto condition = inputs.size() == 1 ? model_.constant_integer(inputs[0]) : std::nullopt;
  if (!condition) {
    model_.fail_constant(fmt::format("{}: its condition is not constant", label));
  }
  const std::string branch = *condition != 0 ? "then_branch" : "else_branch";
  const pb::GraphProto& graph = graph_attribute(proto, branch);
  if (graph.input_size() != 0 || graph.output_size() != proto.output_size()) {
    model_.fail(fmt::format("{}: its {} has {} inputs and {} outputs, expected 0 and {}", label,
                            branch, graph.input_size(), graph.output_size(), proto.output_size()));
  }
  const auto results =
      run_subgraph(graph, scope, {}, fmt::format("{}{}/{}/", scope.prefix, name_of(proto), branch));
  for (int i = 0; i < proto.output_size(); ++i) {
    scope.bind(proto, i, results[static_cast<std::size_t>(i)]);
  }
  model_.note(fmt::format("{}: its {} is always taken", label, branch));
}

void Inliner::finish_loop(const pb::NodeProto& proto, Scope& scope, std::int64_t trips,
                          const std::vector<ValueId>& carried,
                          const std::vector<std::vector<ValueId>>& collected,
                          const std::vector<std::int64_t>& axes) {
  const std::string label = label_of(proto);
  --model_.counts.loops;
  model_.note(fmt::format("{}: unrolled {} times", label, trips));
  for (int i = 0; i < proto.output_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    if (index < carried.size()) {
      scope.bind(proto, i, carried[index]);
    } else if (index - carried.size() >= collected.size()) {
      model_.fail(
          fmt::format("{}: its body has no output for \"{}\"", label, printable(proto.output(i))));
    } else if (!proto.output(i).empty()) {
      const std::size_t place = index - carried.size();
      scope.bind(proto, i,
                 model_.stack(collected[place], axes.empty() ? 0 : axes[place],
                              scope.prefix + proto.output(i), label));
    }
  }
}

void Inliner::run_loop(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  const pb::GraphProto& body = graph_attribute(proto, "body");
  std::vector<std::optional<ValueId>> inputs = model_.inputs_of(proto, scope, true);
  inputs.resize(std::max<std::size_t>(inputs.size(), 2));
  const std::size_t carried_count = inputs.size() - 2;
  const auto body_outputs = static_cast<std::size_t>(body.output_size());
  if (static_cast<std::size_t>(body.input_size()) != carried_count + 2 ||
      body_outputs < carried_count + 1) {
    model_.fail(fmt::format("{}: its body has {} inputs and {} outputs for {} carried values",
                            label, body.input_size(), body_outputs, carried_count));
  }
  const auto trips = model_.constant_integer(inputs[0]);
  if (inputs[0] && !trips) {
    model_.fail_constant(fmt::format("{}: its trip count is not constant", label));
  }
  auto condition = inputs[1] ? model_.constant_integer(inputs[1]) : std::optional<std::int64_t>(1);
  std::vector<ValueId> carried;
  for (std::size_t i = 2; i < inputs.size(); ++i) {
    if (!inputs[i]) {
      model_.fail(fmt::format("{}: carried value {} is left out", label, i - 2));
    }
    carried.push_back(*inputs[i]);
  }
  std::vector<std::vector<ValueId>> collected(body_outputs - 1 - carried_count);
  const std::string name = scope.prefix + name_of(proto);
  ++model_.counts.loops;
  std::int64_t trip = 0;
  for (; !trips || trip < *trips; ++trip) {
    if (!condition) {
      model_.fail_constant(fmt::format("{}: its condition is not constant", label));
    }
    if (*condition == 0) {
      break;
    }
    count_trip(label);
    const std::string prefix = fmt::format("{}/{}/", name, trip);
    std::vector<ValueId> arguments{
        model_.add_constant(prefix + "iteration", {}, {trip}),
        model_.add_constant(prefix + "condition", {}, {1}, ElementType::kBool)};
    arguments.insert(arguments.end(), carried.begin(), carried.end());
    const std::vector<ValueId> results = run_subgraph(body, scope, arguments, prefix);
    condition = model_.constant_integer(results[0]);
    std::copy_n(results.begin() + 1, carried_count, carried.begin());
    for (std::size_t i = 0; i < collected.size(); ++i) {
      collected[i].push_back(results[1 + carried_count + i]);
    }
  }
  finish_loop(proto, scope, trip, carried, collected, {});
}

void Inliner::run_scan(const pb::NodeProto& proto, Scope& scope) {
  const std::string label = label_of(proto);
  if (scope.version_of(proto, "") < 9) {
    model_.fail(fmt::format("{}: Scan of opset 8 is not supported, expected 9 or newer", label));
  }
  const pb::GraphProto& body = graph_attribute(proto, "body");
  const std::vector<std::optional<ValueId>> inputs = model_.inputs_of(proto, scope, true);
  const pb::AttributeProto* count = attribute_of(proto, "num_scan_inputs");
  const std::int64_t scanned = count == nullptr ? 0 : count->i();
  const auto total = static_cast<std::int64_t>(inputs.size());
  if (scanned < 1 || scanned > total || body.input_size() != total ||
      body.output_size() < total - scanned ||
      std::count(inputs.begin(), inputs.end(), std::nullopt) != 0) {
    model_.fail(
        fmt::format("{}: {} scanned of {} inputs do not fit a body of {} inputs and {} outputs",
                    label, scanned, total, body.input_size(), body.output_size()));
  }
  const auto carried_count = static_cast<std::size_t>(total - scanned);
  std::vector<std::int64_t> axes;
  std::optional<std::int64_t> length;
  for (int i = 0; i < scanned; ++i) {
    const ValueId id = *inputs[carried_count + static_cast<std::size_t>(i)];
    const std::optional<Shape>& shape = model_.value(id).shape;
    if (!shape) {
      model_.fail_constant(fmt::format("{}: the shape of its input \"{}\" is not known", label,
                                       printable(model_.value(id).name)));
    }
    axes.push_back(static_cast<std::int64_t>(
        normal_axis(list_entry(proto, "scan_input_axes", i), shape->size())));
    const std::int64_t size = (*shape)[static_cast<std::size_t>(axes.back())];
    if (length && *length != size) {
      model_.fail(
          fmt::format("{}: its scanned inputs have lengths {} and {}", label, *length, size));
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
  ++model_.counts.loops;
  for (std::int64_t step = 0; step < *length; ++step) {
    count_trip(label);
    const std::string prefix = fmt::format("{}/{}/", name, step);
    std::vector<ValueId> arguments = carried;
    for (int i = 0; i < scanned; ++i) {
      const bool backward = list_entry(proto, "scan_input_directions", i) != 0;
      const ValueId index = model_.add_constant(fmt::format("{}index_{}", prefix, i), {},
                                                {backward ? *length - 1 - step : step});
      arguments.push_back(
          model_.make_node("Gather", fmt::format("{}slice_{}", prefix, i),
                           {*inputs[carried_count + static_cast<std::size_t>(i)], index},
                           {{"axis", axes[static_cast<std::size_t>(i)]}}));
    }
    const std::vector<ValueId> results = run_subgraph(body, scope, arguments, prefix);
    std::copy_n(results.begin(), carried_count, carried.begin());
    for (std::size_t i = 0; i < collected.size(); ++i) {
      collected[i].push_back(results[carried_count + i]);
    }
  }
  std::vector<std::int64_t> output_axes;
  for (std::size_t i = 0; i < collected.size(); ++i) {
    output_axes.push_back(list_entry(proto, "scan_output_axes", static_cast<int>(i)));
    if (list_entry(proto, "scan_output_directions", static_cast<int>(i)) != 0) {
      std::reverse(collected[i].begin(), collected[i].end());
    }
  }
  finish_loop(proto, scope, *length, carried, collected, output_axes);
}

}  // namespace memplace::onnx
