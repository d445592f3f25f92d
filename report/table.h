// SPDX-License-Identifier: Apache-2.0
// Tables as text: aligned for people, or comma-separated for other programs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace memplace {

// `text` in at most `width` characters, its middle replaced by "..".
std::string shortened(std::string_view text, std::size_t width);

// How many columns of a terminal the text takes: its UTF-8 code points, each counted once.
std::size_t display_width(std::string_view text);

// A line of text results: what it says of `key`.
std::string key_line(std::string_view key, std::string_view value);

// The line under a table that shows some of its rows: how many are left, and the option for all.
// Empty where none is left.
std::string more_rows(std::size_t shown, std::size_t all, std::string_view option);

// Lines of cells under titles. A column of names stands left and may be shortened; a column of
// numbers stands right and never is.
class Table {
 public:
  enum class Column { kName, kNumber };

  void add_column(std::string title, Column kind);
  // One cell a column.
  void add_row(std::vector<std::string> cells);

  // Titles, then rows, each line beginning with `indent`; names are printable, and shortened
  // evenly, but not below eight characters, where a line would exceed `width`.
  std::string text(std::optional<std::size_t> width, std::string_view indent = "") const;

  const std::vector<std::string>& titles() const { return titles_; }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

  // The same in cells of base/csv.h; lines end in \n.
  std::string csv() const;

 private:
  std::vector<std::string> titles_;
  std::vector<Column> kinds_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace memplace
