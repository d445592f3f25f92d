// SPDX-License-Identifier: Apache-2.0
// Cells of CSV, as RFC 4180 has them, safe to open in a spreadsheet. docs/guide/output.md, "CSV"
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace memplace {

// `text` as a cell: printable (base/error.h), quoted where it has to be, and where a spreadsheet
// would run it as a formula (it begins with = + - or @ and is neither a number nor a lone -) with a
// ' in front, as what begins with such a ' has too.
std::string csv_cell(std::string_view text);

// The text of a cell that csv_cell() wrote, without its quotes: takes away the ' that it put there.
std::string_view csv_text(std::string_view cell);

struct CsvField {
  std::string text;        // without quotes
  std::size_t column = 1;  // of its first byte
  // False where a quote that begins the field is not the last of it too.
  bool closed = true;
};

// The fields of a record without its end: the first `most` and one more, so that the caller sees
// where there are too many. A quote that is not closed goes on to the end.
std::vector<CsvField> csv_fields(std::string_view record,
                                 std::size_t most = static_cast<std::size_t>(-2),
                                 char separator = ',');

// A record as it stands, without its end, and the line that it begins in.
struct CsvRecord {
  std::string_view text;
  std::size_t line = 1;
};

// The first `most` records of a file and one more, without empty ones at its end. The end of a line
// ends a record, unless it is in quotes, which begin with a field.
std::vector<CsvRecord> csv_records(std::string_view text, std::size_t most, char separator = ',');

// What separates the fields of a record outside of quotes: the first comma, semicolon or tab; a
// comma where there is none.
char csv_separator(std::string_view record);

}  // namespace memplace
