// SPDX-License-Identifier: Apache-2.0
// Ops that our export wrote because ONNX has no operator for them: they carry all their numbers.
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"
#include "workloads/onnx/model/exported_op.h"

namespace memplace::onnx {
namespace {

template <class Enum>
Enum enum_of(const Node& node, std::string_view text, int count) {
  for (int i = 0; i < count; ++i) {
    if (name_of(static_cast<Enum>(i)) == text) {
      return static_cast<Enum>(i);
    }
  }
  fail(node, fmt::format("\"{}\" is no name that an export writes", printable(text)));
}

std::vector<DType> types_of(const Node& node, std::string_view attribute, std::size_t count) {
  std::vector<DType> types;
  std::string word;
  for (const char c : string_attribute(node, attribute, "") + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      types.push_back(enum_of<DType>(node, word, kDTypeCount));
      word.clear();
    }
  }
  if (types.size() != count) {
    fail(node,
         fmt::format("attribute \"{}\" has {} types, expected {}", attribute, types.size(), count));
  }
  return types;
}

std::vector<std::int64_t> counted(const Node& node, std::string_view attribute, std::size_t count) {
  std::vector<std::int64_t> list = ints_attribute(node, attribute, {});
  if (list.size() != count) {
    fail(node, fmt::format("attribute \"{}\" has {} numbers, expected {}", attribute, list.size(),
                           count));
  }
  for (const std::int64_t number : list) {
    if (number < 0) {
      fail(node, fmt::format("attribute \"{}\" holds {}", attribute, number));
    }
  }
  return list;
}

Work work_of(const Node& node) {
  const std::string kind = string_attribute(node, kWorkAttribute, "");
  if (kind == kNoWork) {
    return NoWork{};
  }
  if (kind == kGridWork) {
    const auto n = counted(node, kSizesAttribute, 5);
    return GridWork{n[0], n[1], n[2], n[3], n[4]};
  }
  return VectorWork{enum_of<VectorKind>(node, kind, kVectorKindCount),
                    counted(node, kSizesAttribute, 1)[0]};
}

}  // namespace

void plan_exported(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  if (node.op_type != kExportedOp) {
    fail(node, fmt::format("the only operator of domain \"{}\" is {}", kOwnDomain, kExportedOp));
  }
  PlannedOp op = start(node);
  op.kind = string_attribute(node, kKindAttribute, "op");
  op.work = work_of(node);
  ExactSizes exact;
  const auto weights =
      counted(node, kWeightsAttribute, node.attributes.contains(kWeightsAttribute) ? 3 : 0);
  std::vector<ValueId> read = given_inputs(node);
  if (!weights.empty()) {
    if (read.empty() || !draft.is_constant(read.back())) {
      fail(node, "its last input is not the constant that its weights are");
    }
    op.weights = read.back();
    read.pop_back();
    exact.weights = weights[0];
    exact.parameters = weights[1];
    exact.weights_read = weights[2];
    exact.weights_type = types_of(node, kWeightsTypeAttribute, 1)[0];
  }
  exact.reads = counted(node, kReadsAttribute, read.size());
  exact.inputs = counted(node, kInputBytesAttribute, read.size());
  exact.input_types = types_of(node, kInputTypesAttribute, read.size());
  exact.outputs = counted(node, kOutputBytesAttribute, op.outputs.size());
  exact.output_types = types_of(node, kOutputTypesAttribute, op.outputs.size());
  op.inputs.insert(op.inputs.begin(), read.begin(), read.end());
  if (node.attributes.contains(kWindowAttribute)) {
    const auto n = counted(node, kWindowAttribute, 6);
    op.window = Window{n[0], n[1], n[2], n[3], n[4], n[5]};
  }
  op.exact = std::move(exact);
  ops.push_back(std::move(op));
}

}  // namespace memplace::onnx
