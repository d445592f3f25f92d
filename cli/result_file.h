// SPDX-License-Identifier: Apache-2.0
// Files that a command wrote with --format json.
#pragma once

#include <string>

#include "base/json.h"

namespace memplace {

// `content` of the file `path`. Throws Error where it is no JSON.
Json parse_result(const std::string& path, const std::string& content);

}  // namespace memplace
