// SPDX-License-Identifier: Apache-2.0
#include "report/json_table.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "report/numbers.h"
#include "report/origin.h"
#include "report/table.h"

namespace memplace {
namespace {

// As JSON writes it, but for large numbers, which stand whole and not as powers of ten.
std::string cell_text(const Json& value) {
  constexpr double kLarge = 1e15;
  if (value.is_number_float() && std::abs(value.get<double>()) >= kLarge) {
    return significant(value.get<double>());
  }
  if (value.is_array()) {
    return names_text(value.get<std::vector<std::string>>());
  }
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : one_line(value);
}

}  // namespace

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
      cells.push_back(cell_text(value));
    }
    table.add_row(std::move(cells));
  }
  return table.csv();
}

}  // namespace memplace
