// SPDX-License-Identifier: Apache-2.0
// Any workload a user can name.
#pragma once

#include <string>

#include "workloads/graph/graph.h"

namespace memplace {

// `spec` is a built-in network (workloads/builtin/builtins.h) with weights and activations of
// `dtype`, or the path of a graph file ending in .yaml or .yml, whose tensors have types of their
// own. Throws Error for everything else.
Graph load_workload(const std::string& spec, DType dtype);

}  // namespace memplace
