// SPDX-License-Identifier: Apache-2.0
// From planned ops over values to a Graph over tensors.
#pragma once

#include <vector>

#include "workloads/graph/graph.h"
#include "workloads/onnx/convert/draft.h"

namespace memplace::onnx {

// Builds the network of a draft after fusion. Remarks go to the draft's tallies.
Graph emit(Draft& draft, const ConvertOptions& options);

}  // namespace memplace::onnx
