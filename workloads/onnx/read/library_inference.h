// SPDX-License-Identifier: Apache-2.0
// The library's own shape inference, one node at a time. Includes the library.
#pragma once

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/read/proto.h"

namespace memplace::onnx {

// Whether the library has a schema of the operator.
bool library_knows(const Node& node);

// Sets what the library finds, for operators that it knows; `attributes` are those of the node.
// Throws Undetermined with its message where it finds nothing.
void infer_by_library(Inference& inference,
                      const std::map<std::string, pb::AttributeProto, std::less<>>& attributes);

}  // namespace memplace::onnx
