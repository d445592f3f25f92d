// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

// What a reader of CSV finds in the first field of a line.
std::string read_back(const std::string& text) {
  return std::string(csv_text(csv_fields(csv_cell(text) + ",1").front().text));
}

TEST_CASE("cells are quoted where they have to be", "[base]") {
  CHECK(csv_cell("conv1.out") == "conv1.out");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("a\"b") == "\"a\"\"b\"");
  CHECK(csv_cell("").empty());
}

TEST_CASE("what a spreadsheet would run is marked, numbers are not", "[base]") {
  CHECK(csv_cell("=1+1") == "'=1+1");
  CHECK(csv_cell("+cmd") == "'+cmd");
  CHECK(csv_cell("-2+3") == "'-2+3");
  CHECK(csv_cell("@sum(a1)") == "'@sum(a1)");
  CHECK(csv_cell("=a,b") == "\"'=a,b\"");
  // Blanks in front do not stop them.
  CHECK(csv_cell("\t=1") == "\\x09=1");
  CHECK(csv_cell("\r=1") == "\\x0d=1");
  for (const char* const plain : {"-5", "+5", "-1.5e3", "-", "a=b", "1-2", "'a", "''"}) {
    CHECK(csv_cell(plain) == plain);
  }
}

TEST_CASE("a cell read back is the text it was made of", "[base]") {
  for (const char* const text : {"=1", "'=1", "''=1", "'a", "@x,\"y\"", "-a", "-5", "a", "", "'"}) {
    CAPTURE(text);
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("control characters in cells are shown", "[base]") {
  CHECK(csv_cell("a\nb") == "a\\nb");
  CHECK(csv_cell("a\u202eb") == "a\\u202eb");
}

TEST_CASE("fields have their text and their column", "[base]") {
  const std::vector<CsvField> fields = csv_fields("a,\"b,\"\"c\",,d\"e");
  std::vector<std::string> texts;
  std::vector<std::size_t> columns;
  for (const CsvField& field : fields) {
    texts.push_back(field.text);
    columns.push_back(field.column);
  }
  // a is byte 1; the quoted field bytes 3 to 9; the empty one would be byte 11.
  CHECK(texts == std::vector<std::string>{"a", "b,\"c", "", "d\"e"});
  CHECK(columns == std::vector<std::size_t>{1, 3, 11, 12});
  CHECK(csv_fields("").size() == 1);
  CHECK(csv_fields("a,").size() == 2);
}

}  // namespace
}  // namespace memplace
