// SPDX-License-Identifier: Apache-2.0
// Rows of JSON objects as a table of CSV.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace memplace {

// An array of what `convert` makes of each row.
template <class Row, class Convert>
Json rows_to_json(const std::vector<Row>& rows, const Convert& convert) {
  Json array = Json::array();
  for (const Row& row : rows) {
    array.push_back(convert(row));
  }
  return array;
}

// A column for each key of the first object; all objects have the same keys. Values that are no
// strings stand as JSON writes them, large numbers whole, lists of strings joined by ";". Empty for
// no rows.
std::string json_rows_to_csv(const Json& rows);

}  // namespace memplace
