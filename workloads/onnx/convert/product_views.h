// SPDX-License-Identifier: Apache-2.0
// Which values are results of products, looked at through views.
#pragma once

#include "base/strong_id.h"
#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {

// Told of the nodes in order, it knows of each value whether it is what a matrix product or
// convolution writes, be it through views and transposes of which each alone reads what is before
// it. A walk up from every value would take time by the square of a chain's length.
class ProductViews {
 public:
  explicit ProductViews(const Draft& draft) : draft_(draft), is_product_(draft.value_count(), 0) {}

  void visit(const DraftNode& node);

  // Whether the value is such a one, and only one node reads it.
  bool has_sole_reader(ValueId id) const {
    return is_product_[id] != 0 && draft_.sole_user(id).has_value();
  }

 private:
  const Draft& draft_;
  IdVector<ValueId, char> is_product_;
};

// Whether a node's result is its input in another form: a view, or a transpose.
bool is_view_or_transpose(const Node& node);

}  // namespace memplace::onnx
