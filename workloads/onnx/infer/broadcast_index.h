// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "workloads/graph/types.h"

namespace memplace::onnx {

// Where element i of a broadcast result lies in one of its operands, both in row-major order.
class BroadcastIndex {
 public:
  // `from` broadcasts to `to`.
  BroadcastIndex(const Shape& from, const Shape& to) : sizes_(to), strides_(to.size(), 0) {
    std::int64_t stride = 1;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const std::int64_t dim = from[from.size() - 1 - i];
      strides_[to.size() - 1 - i] = dim == 1 ? 0 : stride;
      stride *= dim;
    }
  }

  std::size_t operator()(std::size_t i) const {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t result = 0;
    for (std::size_t axis = sizes_.size(); axis-- > 0;) {
      result += rest % sizes_[axis] * strides_[axis];
      rest /= sizes_[axis];
    }
    return static_cast<std::size_t>(result);
  }

 private:
  Shape sizes_;
  std::vector<std::int64_t> strides_;
};

}  // namespace memplace::onnx
