// SPDX-License-Identifier: Apache-2.0
// The library's classes, under a name that does not clash with ours. Only for sources of this
// folder: no other header includes it but those that say so.
#pragma once

#include <onnx/onnx_pb.h>

namespace memplace::onnx {

namespace pb = ::onnx;

}  // namespace memplace::onnx
