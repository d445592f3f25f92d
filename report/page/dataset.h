// SPDX-License-Identifier: Apache-2.0
// A table of the page: what figures draw, and what their readers may copy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace memplace {

// How the page words a column: latency_ps is "latency", in ps.
struct Field {
  std::string name;
  std::string label;
  std::string unit;  // ps, bytes, bytes_per_s, macs_per_s, per_s, pj, mm2, ratio or empty
};
Field field_of(std::string_view name);

class Dataset {
 public:
  Dataset() = default;
  explicit Dataset(const std::vector<std::string>& columns);
  explicit Dataset(std::vector<Field> fields);

  // One value a column: a string, a number, true, false or null.
  void add_row(std::vector<Json> values);

  bool empty() const { return rows_.empty(); }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<std::vector<Json>>& rows() const { return rows_; }

  // {"fields": [{name, label, unit}], "rows": [[...]]}.
  Json json() const;

 private:
  std::vector<Field> fields_;
  std::vector<std::vector<Json>> rows_;
};

}  // namespace memplace
