// SPDX-License-Identifier: Apache-2.0
// The files of cli/completions, compiled in.
#pragma once

#include <optional>
#include <string_view>

namespace memplace {

std::optional<std::string_view> completion_script(std::string_view shell);

}  // namespace memplace
