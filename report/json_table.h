// SPDX-License-Identifier: Apache-2.0
// Rows of JSON objects as a table of CSV.
#pragma once

#include <string>

#include "base/json.h"

namespace memplace {

// A column for each key of the first object; all objects have the same keys. Values that are no
// strings stand as JSON writes them. Empty for no rows.
std::string json_rows_to_csv(const Json& rows);

}  // namespace memplace
