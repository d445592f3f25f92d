// SPDX-License-Identifier: Apache-2.0
#include "report/address_table.h"

#include "report/table.h"

namespace memplace {

std::string to_csv(const Addresses& addresses, const Graph& graph, const Chip& chip) {
  Table table;
  table.add_column("tensor", Table::Column::kName);
  table.add_column("memory", Table::Column::kName);
  for (const char* title : {"offset", "bytes", "begin", "end"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const Address& address : addresses.tensors) {
    table.add_row({graph.tensor(address.tensor).name, chip.memories[address.memory].name,
                   std::to_string(address.offset.count()), std::to_string(address.bytes.count()),
                   std::to_string(address.steps.begin), std::to_string(address.steps.end)});
  }
  return table.csv();
}

}  // namespace memplace
