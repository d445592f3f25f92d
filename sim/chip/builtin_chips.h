// SPDX-License-Identifier: Apache-2.0
// The files of configs/chips, compiled in, so that the program works from any directory.
#pragma once

#include <span>
#include <string_view>

namespace memplace {

struct BuiltinChip {
  std::string_view name;
  std::string_view path;  // from the repository's root, for messages
  std::string_view text;
};

// Generated at build time by cmake/embed_chips.cmake, in the order sim/CMakeLists.txt lists them.
std::span<const BuiltinChip> builtin_chips();

}  // namespace memplace
