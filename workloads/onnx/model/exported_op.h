// SPDX-License-Identifier: Apache-2.0
// The one operator of ours in exported files: an op that no operator of the standard stands for.
// Its inputs are the op's inputs, then its weights where the attribute `weights` is there.
#pragma once

#include <string_view>

namespace memplace::onnx {

inline constexpr std::string_view kExportedOp = "Op";

// Texts: the op's kind; its work ("none", "grid" or the name of a VectorKind); and types, separated
// by spaces.
inline constexpr std::string_view kKindAttribute = "kind";
inline constexpr std::string_view kWorkAttribute = "work";
inline constexpr std::string_view kInputTypesAttribute = "input_types";
inline constexpr std::string_view kOutputTypesAttribute = "output_types";
inline constexpr std::string_view kWeightsTypeAttribute = "weights_type";
// Integers: batch, positions, out_channels, in_channels, kernel; or elements.
inline constexpr std::string_view kSizesAttribute = "sizes";
// Bytes read of each input; bytes of each input and of each output in memory.
inline constexpr std::string_view kReadsAttribute = "reads";
inline constexpr std::string_view kInputBytesAttribute = "input_bytes";
inline constexpr std::string_view kOutputBytesAttribute = "output_bytes";
// Bytes in memory, parameters, bytes read.
inline constexpr std::string_view kWeightsAttribute = "weights";
// The fields of Window in their order.
inline constexpr std::string_view kWindowAttribute = "window";

inline constexpr std::string_view kNoWork = "none";
inline constexpr std::string_view kGridWork = "grid";

}  // namespace memplace::onnx
