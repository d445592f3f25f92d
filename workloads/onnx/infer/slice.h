// SPDX-License-Identifier: Apache-2.0
// What a Slice takes of each axis.
#pragma once

#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {

struct AxisSlice {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;  // elements taken
};

// One for each axis of input 0. Starts, ends and axes are attributes before opset 10.
std::vector<AxisSlice> axis_slices(const Inference& node);

}  // namespace memplace::onnx
