// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/convert/product_views.h"

namespace memplace::onnx {

void ProductViews::visit(const DraftNode& node) {
  if (!node.alive) {
    return;
  }
  const auto from = input(node, 0);
  const bool is_product =
      grid_operands(node).has_value() ||
      (is_view_or_transpose(node) && from.has_value() && has_sole_reader(*from));
  for (const auto& output : node.outputs) {
    if (output.has_value()) {
      is_product_[*output] = is_product ? 1 : 0;
    }
  }
}

bool is_view_or_transpose(const Node& node) {
  const OperatorRow* row = find_operator(node.domain, node.op_type);
  return node.is("Transpose") || (row != nullptr && row->work == OperatorClass::kView);
}

}  // namespace memplace::onnx
