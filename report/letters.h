// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace memplace {

// What tensors are called in drawings, in turn.
inline constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

}  // namespace memplace
