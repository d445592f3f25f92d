// SPDX-License-Identifier: Apache-2.0
#include "report/address_table.h"

#include <string>
#include <utility>
#include <vector>

#include "report/origin.h"
#include "report/table.h"

namespace memplace {

std::string to_csv(const Addresses& addresses, const Problem& problem) {
  Table table;
  table.add_column("id", Table::Column::kName);
  table.add_column("memory", Table::Column::kName);
  for (const char* title : {"lower", "upper", "size", "offset"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  const bool from_file = problem.graph().came_from_file();
  if (from_file) {
    table.add_column("origin", Table::Column::kName);
  }
  for (const Address& address : addresses.tensors) {
    std::vector<std::string> row{
        problem.graph().tensor(address.tensor).name, problem.chip().memories[address.memory].name,
        std::to_string(address.steps.begin),         std::to_string(address.steps.end),
        std::to_string(address.bytes.count()),       std::to_string(address.offset.count())};
    if (from_file) {
      row.push_back(names_text(problem.graph().origin(address.tensor)));
    }
    table.add_row(std::move(row));
  }
  return table.csv();
}

}  // namespace memplace
