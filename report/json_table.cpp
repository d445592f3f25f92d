// SPDX-License-Identifier: Apache-2.0
#include "report/json_table.h"

#include <utility>
#include <vector>

#include "report/table.h"

namespace memplace {

std::string json_rows_to_csv(const Json& rows) {
  if (rows.empty()) {
    return "";
  }
  Table table;
  for (const auto& [key, value] : rows.front().items()) {
    table.add_column(key, Table::Column::kName);
  }
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const Json& value : row) {
      cells.push_back(value.is_null()     ? ""
                      : value.is_string() ? value.get<std::string>()
                                          : one_line(value));
    }
    table.add_row(std::move(cells));
  }
  return table.csv();
}

}  // namespace memplace
