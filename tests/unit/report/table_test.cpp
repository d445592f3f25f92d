// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <cstdint>

#include <catch2/catch.hpp>

#include "report/json_table.h"

namespace memplace {
namespace {

Table small() {
  Table table;
  table.add_column("name", Table::Column::kName);
  table.add_column("n", Table::Column::kNumber);
  return table;
}

}  // namespace

TEST_CASE("columns are aligned by kind", "[report]") {
  Table table = small();
  table.add_row({"a", "1"});
  table.add_row({"longer", "100"});
  CHECK(table.text(std::nullopt, "  ") ==
        "  name      n\n"
        "  a         1\n"
        "  longer  100\n");
}

TEST_CASE("names are shortened to the width, numbers never", "[report]") {
  Table table = small();
  table.add_row({"layer1.0.downsample.weights", "12345"});
  // 27 + 2 + 5 = 34 columns; at 20, 13 are left for the name: 5 of its head, "..", 6 of its tail.
  CHECK(table.text(20) ==
        "name               n\n"
        "layer..eights  12345\n");
  // A name keeps eight characters, however narrow the terminal: 3 + 2 + 3.
  CHECK(table.text(5) ==
        "name          n\n"
        "lay..hts  12345\n");
  CHECK(table.text(34).find("layer1.0.downsample.weights  12345") != std::string::npos);
}

TEST_CASE("UTF-8 is counted and cut by characters", "[report]") {
  CHECK(display_width("größe") == 5);
  CHECK(shortened("größenordnung", 9) == "grö..nung");
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "..d");
}

TEST_CASE("rows of JSON stand in CSV with large numbers whole", "[report]") {
  const Json rows = Json::array({{{"name", "a"}, {"count", std::int64_t{1} << 62}, {"cost", 4e15}},
                                 {{"name", nullptr}, {"count", 12}, {"cost", 1.25}}});
  CHECK(json_rows_to_csv(rows) ==
        "name,count,cost\na,4611686018427387904,4000000000000000\n,12,1.25\n");
}

TEST_CASE("CSV quotes what needs it", "[report]") {
  Table table = small();
  table.add_row({"a,b", "1"});
  table.add_row({"say \"x\"", ""});
  CHECK(table.csv() == "name,n\n\"a,b\",1\n\"say \"\"x\"\"\",\n");
}

}  // namespace memplace
