// SPDX-License-Identifier: Apache-2.0
#include "report/page/dataset.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace memplace {
namespace {

struct Suffix {
  std::string_view text;
  std::string_view unit;
};

// Longer ones before those that they end in.
constexpr std::array<Suffix, 8> kSuffixes{{{"_bytes_per_second", "bytes_per_s"},
                                           {"_macs_per_second", "macs_per_s"},
                                           {"_per_s", "per_s"},
                                           {"_bytes", "bytes"},
                                           {"_ps", "ps"},
                                           {"_pj", "pj"},
                                           {"_mm2", "mm2"},
                                           {"_share", "ratio"}}};

}  // namespace

Field field_of(std::string_view name) {
  Field field{std::string(name), std::string(name), ""};
  const auto suffix = std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& known) {
    return name.ends_with(known.text) && name.size() > known.text.size();
  });
  if (suffix != kSuffixes.end()) {
    field.label.resize(name.size() - suffix->text.size());
    field.unit = suffix->unit;
  } else if (name == "bytes") {
    field.unit = "bytes";
  } else if (name == "utilisation" || name == "epsilon" || name == "gap") {
    field.unit = "ratio";
  }
  std::replace(field.label.begin(), field.label.end(), '_', ' ');
  return field;
}

Dataset::Dataset(const std::vector<std::string>& columns) {
  fields_.reserve(columns.size());
  for (const std::string& column : columns) {
    fields_.push_back(field_of(column));
  }
}

Dataset::Dataset(std::vector<Field> fields) : fields_(std::move(fields)) {}

void Dataset::add_row(std::vector<Json> values) {
  MEMPLACE_ASSERT(values.size() == fields_.size(), std::to_string(values.size()));
  rows_.push_back(std::move(values));
}

Json Dataset::json() const {
  Json fields = Json::array();
  for (const Field& field : fields_) {
    fields.push_back({{"name", field.name}, {"label", field.label}, {"unit", field.unit}});
  }
  Json rows = Json::array();
  for (const std::vector<Json>& row : rows_) {
    Json cells = Json::array();
    for (const Json& value : row) {
      cells.push_back(value);
    }
    rows.push_back(std::move(cells));
  }
  return {{"fields", std::move(fields)}, {"rows", std::move(rows)}};
}

}  // namespace memplace
