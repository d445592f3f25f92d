// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/convert/convert.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/draft.h"
#include "workloads/onnx/convert/emit.h"

namespace memplace::onnx {
namespace {

// Passes and planning rely on a shape for every value that a node reads or writes, or that leaves
// the model.
void check_shapes(const Model& model) {
  for (const Node& node : model.nodes) {
    for (const auto* list : {&node.inputs, &node.outputs}) {
      for (const auto& id : *list) {
        if (id.has_value() && !model.values[*id].shape.has_value()) {
          throw Error(fmt::format("{}: the shape of \"{}\" is not known", label(node),
                                  printable(model.values[*id].name)));
        }
      }
    }
  }
  for (const ValueId id : model.outputs) {
    if (!model.values[id].shape.has_value()) {
      throw Error(
          fmt::format("the shape of output \"{}\" is not known", printable(model.values[id].name)));
    }
  }
}

// What makes nothing is no op, and what it makes is read by none: an empty past, say.
void drop_empty(Draft& draft) {
  for (std::size_t i = 0; i < draft.nodes().size(); ++i) {
    const DraftNode& node = draft.node(i);
    const bool makes = std::any_of(node.outputs.begin(), node.outputs.end(), [&](const auto& id) {
      return id.has_value() && draft.elements(*id) > 0;
    });
    if (node.alive && !makes && node.domain != kOwnDomain) {
      draft.kill(i);
      draft.remarks.add("left out: nodes whose results hold nothing");
    }
  }
}

}  // namespace

Graph convert(const Model& model, const ConvertOptions& options, std::vector<std::string>& notes) {
  check_shapes(model);
  Draft draft(model);
  check_operators(draft, options);
  fold_constants(draft);
  drop_empty(draft);
  fold_quantization(draft);
  drop_copies_of_nothing(draft);
  sink_transposes(draft);
  fuse_patterns(draft);
  fuse_attention(draft);
  fuse_grid(draft);
  Graph graph = emit(draft, options);
  for (const Tally* tally : {&draft.fused, &draft.remarks}) {
    const std::vector<std::string> lines = tally->lines();
    notes.insert(notes.end(), lines.begin(), lines.end());
  }
  return graph;
}

std::string summarize(const Model& model, const Graph& graph,
                      const std::vector<std::string>& notes) {
  const GraphTotals totals = graph.totals();
  std::size_t views = 0;
  for (const OpId id : graph.ops()) {
    if (graph.op(id).is_view()) {
      ++views;
    }
  }
  std::string text = fmt::format(
      "{}: {} nodes became {} ops\n"
      "  multiply-accumulates: {}\n  parameters: {}\n  weight bytes: {}\n  activation bytes: {}\n",
      graph.name(), model.nodes.size(), graph.ops().size(), totals.macs, totals.parameters,
      totals.weight_bytes.count(), totals.activation_bytes.count());
  if (views > 0) {
    text += fmt::format("  views: {}\n", views);
  }
  for (const std::string& note : notes) {
    text += "  " + note + "\n";
  }
  return text;
}

}  // namespace memplace::onnx
