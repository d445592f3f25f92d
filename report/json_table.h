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

// The same as a table of CSV, which has its head also where there are no rows.
template <class Row, class Convert>
std::string rows_to_csv(const std::vector<Row>& rows, const Convert& convert);

// A column for each key of the first object; all objects have the same keys. Values that are no
// strings stand as JSON writes them, large numbers whole, lists of strings joined by ";". Empty for
// no rows.
std::string json_rows_to_csv(const Json& rows);

template <class Row, class Convert>
std::string rows_to_csv(const std::vector<Row>& rows, const Convert& convert) {
  if (!rows.empty()) {
    return json_rows_to_csv(rows_to_json(rows, convert));
  }
  const std::string example = json_rows_to_csv(Json::array({convert(Row{})}));
  return example.substr(0, example.find('\n') + 1);
}

}  // namespace memplace
