// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "base/quantity_text.h"
#include "report/describe.h"
#include "report/json_table.h"
#include "report/numbers.h"
#include "report/origin.h"
#include "report/table.h"
#include "sim/placement/decisions.h"

namespace memplace {
namespace {

Bytes input_bytes(const Op& op) {
  Bytes sum;
  for (const Operand& input : op.inputs) {
    sum += input.bytes;
  }
  return sum;
}

Bytes output_bytes(const Graph& graph, const Op& op) {
  Bytes sum;
  for (const TensorId output : op.outputs) {
    sum += graph.tensor(output).bytes;
  }
  return sum;
}

Bytes weight_bytes(const Graph& graph, const Op& op) {
  return op.weights ? graph.tensor(op.weights->tensor).bytes : Bytes(0);
}

std::int64_t vector_elements(const Op& op) {
  const auto* vector = std::get_if<VectorWork>(&op.work);
  return vector == nullptr ? 0 : vector->elements;
}

// grid, view, or the kind of vector work.
std::string work_name(const Op& op) {
  if (const auto* vector = std::get_if<VectorWork>(&op.work)) {
    return std::string(name_of(vector->kind));
  }
  return op.is_view() ? "view" : "grid";
}

std::string output_shape(const Graph& graph, const Op& op) {
  return op.outputs.empty() ? ""
                            : fmt::format("{}", fmt::join(graph.tensor(op.outputs[0]).shape, "x"));
}

Json ops_json(const Graph& graph) {
  Json rows = Json::array();
  for (const OpId id : graph.ops()) {
    const Op& op = graph.op(id);
    Json row{{"name", op.name},
             {"kind", op.kind},
             {"work", work_name(op)},
             {"macs", op.macs()},
             {"vector_elements", vector_elements(op)},
             {"output_shape", output_shape(graph, op)},
             {"weights", op.weights ? graph.tensor(op.weights->tensor).name : ""},
             {"weight_bytes", weight_bytes(graph, op)},
             {"input_bytes", input_bytes(op)},
             {"output_bytes", output_bytes(graph, op)}};
    add_origin(row, reported_origin(graph, id));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::string summary_of(const Graph& graph) {
  const GraphTotals totals = graph.totals();
  const std::string macs = counted(totals.macs);
  return fmt::format("{}, {}{}MAC, {} parameters, {} weights",
                     plural(static_cast<std::int64_t>(graph.ops().size()), "op"), macs,
                     std::isdigit(static_cast<unsigned char>(macs.back())) != 0 ? " " : "",
                     counted(totals.parameters), rounded(totals.weight_bytes));
}

Json describe_json(const RunHeader& header, const Graph& graph) {
  const GraphTotals totals = graph.totals();
  Json json = begin_json(header);
  json["workload"] = graph.name();
  json["totals"] = {{"ops", graph.ops().size()},
                    {"tensors", graph.tensors().size()},
                    {"decisions", Decisions(graph).size()},
                    {"macs", totals.macs},
                    {"parameters", totals.parameters},
                    {"weight_bytes", totals.weight_bytes},
                    {"activation_bytes", totals.activation_bytes}};
  json["ops"] = ops_json(graph);
  return json;
}

std::string describe_csv(const Graph& graph) { return json_rows_to_csv(ops_json(graph)); }

std::string describe_text(const RunHeader& header, const Graph& graph,
                          std::optional<std::size_t> width, std::optional<std::size_t> ops) {
  std::vector<std::size_t> order(graph.ops().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (ops && *ops < order.size()) {
    const auto work = [&](std::size_t i) {
      const Op& op = graph.op(OpId(i));
      return std::pair(op.macs(), vector_elements(op));
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return work(a) > work(b); });
    order.resize(*ops);
  }
  Table table;
  for (const std::string_view title : {"op", "kind", "work", "output"}) {
    table.add_column(std::string(title), Table::Column::kName);
  }
  for (const std::string_view title : {"MACs", "weights", "in", "out"}) {
    table.add_column(std::string(title), Table::Column::kNumber);
  }
  for (const std::size_t i : order) {
    const Op& op = graph.op(OpId(i));
    table.add_row({op.name, op.kind, work_name(op), output_shape(graph, op), counted(op.macs()),
                   rounded(weight_bytes(graph, op)), rounded(input_bytes(op)),
                   rounded(output_bytes(graph, op))});
  }
  const GraphTotals totals = graph.totals();
  std::string text = text_head(header) + '\n';
  text += fmt::format("{:<16}{}\n", "ops", graph.ops().size());
  text += fmt::format("{:<16}{}, {} of them decided on by a mapping\n", "tensors",
                      graph.tensors().size(), Decisions(graph).size());
  text += fmt::format("{:<16}{}\n", "MACs", counted(totals.macs));
  text += fmt::format("{:<16}{}\n", "parameters", counted(totals.parameters));
  text += fmt::format("{:<16}{}\n", "weights", rounded(totals.weight_bytes));
  text += fmt::format("{:<16}{}\n", "activations", rounded(totals.activation_bytes));
  text += order.size() == graph.ops().size() ? "\nOps\n"
                                             : fmt::format("\nOps ({} with the most work of {})\n",
                                                           order.size(), graph.ops().size());
  text += table.text(width, "  ");
  if (order.size() < graph.ops().size()) {
    text += fmt::format("  ... {} more (--ops all)\n", graph.ops().size() - order.size());
  }
  return text;
}

}  // namespace memplace
