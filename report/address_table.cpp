// SPDX-License-Identifier: Apache-2.0
#include "report/address_table.h"

#include "report/table.h"

namespace memplace {

std::string to_csv(const Addresses& addresses, const Problem& problem) {
  Table table;
  table.add_column("id", Table::Column::kName);
  table.add_column("memory", Table::Column::kName);
  for (const char* title : {"lower", "upper", "size", "offset"}) {
    table.add_column(title, Table::Column::kNumber);
  }
  for (const Address& address : addresses.tensors) {
    table.add_row({problem.graph().tensor(address.tensor).name,
                   problem.chip().memories[address.memory].name,
                   std::to_string(address.steps.begin), std::to_string(address.steps.end),
                   std::to_string(address.bytes.count()), std::to_string(address.offset.count())});
  }
  return table.csv();
}

}  // namespace memplace
