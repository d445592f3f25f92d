// SPDX-License-Identifier: Apache-2.0
#include "report/address_table.h"

#include <string>
#include <utility>
#include <vector>

#include "report/origin.h"
#include "report/table.h"

namespace memplace {
namespace {

// A tensor's name; of a copy with the memory, as in "fc.weights>llc", and marked until no tensor of
// the network is called so.
std::string id_of(const Problem& problem, const Address& address, bool copy) {
  std::string id = problem.graph().tensor(address.tensor).name;
  if (copy) {
    id += '>' + problem.chip().memories[address.memory].name;
    while (problem.graph().find_tensor(id).has_value()) {
      id += '\'';
    }
  }
  return id;
}

}  // namespace

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
  const Address* before = nullptr;
  for (const Address& address : addresses.tensors) {
    const bool copy = before != nullptr && before->tensor == address.tensor;
    before = &address;
    std::vector<std::string> row{
        id_of(problem, address, copy),         problem.chip().memories[address.memory].name,
        std::to_string(address.steps.begin),   std::to_string(address.steps.end),
        std::to_string(address.bytes.count()), std::to_string(address.offset.count())};
    if (from_file) {
      row.push_back(names_text(problem.graph().origin(address.tensor)));
    }
    table.add_row(std::move(row));
  }
  return table.csv();
}

}  // namespace memplace
