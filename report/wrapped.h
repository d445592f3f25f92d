// SPDX-License-Identifier: Apache-2.0
// Sentences for a narrow place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace memplace {

// The words of `text` on lines of at most `width` columns; a longer word has a line of its own.
// At least one line.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

}  // namespace memplace
