// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/allocation_csv.h"

#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

using Name = std::optional<std::string>;

AllocationTable parse(const std::string& text, const Name& memory = std::nullopt) {
  return parse_allocation_csv(text, "in.csv", memory);
}

std::string message(const std::string& text, const Name& memory = std::nullopt) {
  try {
    parse(text, memory);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a table is read and written with its offsets", "[allocation]") {
  const AllocationTable table = parse("id,lower,upper,size\nb1,0,3,4\nb2,-3,9,0\n");
  CHECK(table.problem.buffers ==
        std::vector<AllocationBuffer>{{"b1", 0, 3, 4_B, 1, std::nullopt},
                                      {"b2", -3, 9, 0_B, 1, std::nullopt}});
  CHECK(write_allocation_csv(table, {{8_B, 0_B}}) ==
        "id,lower,upper,size,offset\nb1,0,3,4,8\nb2,-3,9,0,0\n");
}

TEST_CASE("columns come in any order, unknown ones are kept, lines end as in DOS", "[allocation]") {
  const AllocationTable table = parse(
      "size,name,hint,upper,alignment,lower,id\r\n4,a conv,16,3,8,0,b1\r\n5,,,4,1,1,b2\r\n\r\n");
  CHECK(table.problem.buffers == std::vector<AllocationBuffer>{{"b1", 0, 3, 4_B, 8, 16_B},
                                                               {"b2", 1, 4, 5_B, 1, std::nullopt}});
  CHECK(
      write_allocation_csv(table, {{16_B, 0_B}}) ==
      "size,name,hint,upper,alignment,lower,id,offset\n4,a conv,16,3,8,0,b1,16\n5,,,4,1,1,b2,0\n");
}

TEST_CASE("the older names of columns are known", "[allocation]") {
  // The last step of `end` belongs to the lifetime.
  CHECK(parse("buffer,start,end,size\n7,2,5,4").problem.buffers ==
        std::vector<AllocationBuffer>{{"7", 2, 6, 4_B, 1, std::nullopt}});
  CHECK(parse("buffer_id,begin,upper,size,gaps\n7,2,5,4,").problem.buffers.front().upper == 5);
}

// RFC 4180: what a table of tensors writes for names with commas, quotes and ends of lines.
TEST_CASE("a field in quotes may hold anything", "[allocation]") {
  const AllocationTable table = parse(
      "id,lower,upper,size,note\r\n\"a,b\",0,3,4,\"\"\r\n\"say "
      "\"\"c\"\"\",0,3,4,\"two\nlines\"\nd\"e,0,3,4,x\n");
  REQUIRE(table.problem.buffers.size() == 3);
  CHECK(table.problem.buffers[0].id == "a,b");
  CHECK(table.problem.buffers[1].id == "say \"c\"");
  CHECK(table.problem.buffers[2].id == "d\"e");
  CHECK(write_allocation_csv(table, {{0_B, 4_B, 8_B}}) ==
        "id,lower,upper,size,note,offset\n\"a,b\",0,3,4,,0\n"
        "\"say \"\"c\"\"\",0,3,4,two\\nlines,4\n\"d\"\"e\",0,3,4,x,8\n");
  // Lines are counted through a field of two.
  CHECK(message("id,lower,upper,size\n\"a\nb\",0,3,4\nc,0,3,x\n") ==
        "in.csv:4:7: size: got \"x\", expected a whole number from 0 to 1152921504606846976");
  for (const std::string row : {"\"a,0,3,4", "\"a\"b,0,3,4"}) {
    CHECK(message("id,lower,upper,size\n" + row + "\n") ==
          "in.csv:2:1: expected a closing quote, then a comma or the end of the line");
  }
}

const std::string kTwoMemories =
    "id,memory,lower,upper,size,offset\n"
    "a,sram,0,3,4,8\n"
    "a,dram,0,3,4,\n"
    "b,sram,2,9,4,0\n";

TEST_CASE("the rows of one memory may have offsets", "[allocation]") {
  const AllocationTable sram = parse(kTwoMemories, "sram");
  CHECK(sram.problem.buffers == std::vector<AllocationBuffer>{{"a", 0, 3, 4_B, 1, std::nullopt},
                                                              {"b", 2, 9, 4_B, 1, std::nullopt}});
  REQUIRE(sram.given.has_value());
  CHECK(*sram.given == Allocation{{8_B, 0_B}});
  // The column is written once.
  CHECK(write_allocation_csv(sram, {{4_B, 0_B}}) ==
        "id,memory,lower,upper,size,offset\na,sram,0,3,4,4\nb,sram,2,9,4,0\n");

  const AllocationTable dram = parse(kTwoMemories, "dram");
  CHECK(dram.rows.size() == 1);
  CHECK_FALSE(dram.given.has_value());
  // Without a name a file is what it always was: one memory, other columns kept.
  CHECK(parse("id,memory,lower,upper,size\na,m,0,3,4\nb,n,0,3,4\n").rows.size() == 2);
}

TEST_CASE("offsets are fixed, but where a memory has them all", "[allocation]") {
  const std::string rows = "id,memory,lower,upper,size,offset\na,m,0,3,4,8\nb,m,0,3,4,\n";
  for (const auto& memory : {std::optional<std::string>(), std::optional<std::string>("m")}) {
    const AllocationTable table = parse_allocation_csv(rows, "in.csv", memory);
    CHECK(!table.given.has_value());
    CHECK(table.problem.buffers[0].fixed == Bytes(8));
    CHECK(!table.problem.buffers[1].fixed.has_value());
    CHECK(write_allocation_csv(table, {{Bytes(8), Bytes(0)}}) ==
          "id,memory,lower,upper,size,offset\na,m,0,3,4,8\nb,m,0,3,4,0\n");
  }
}

TEST_CASE("gaps are as the benchmarks have them", "[allocation]") {
  const auto gaps = [](const std::string& end, const std::string& text) {
    return parse("id,lower," + end + ",size,gaps\na,-4,9,4," + text + "\n").problem.buffers[0].gaps;
  };
  CHECK(gaps("upper", "3-5 7-8") == std::vector<TimeInterval>{{3, 5}, {7, 8}});
  CHECK(gaps("upper", "7-8  3-5") == std::vector<TimeInterval>{{3, 5}, {7, 8}});
  CHECK(gaps("upper", "-3--1") == std::vector<TimeInterval>{{-3, -1}});
  CHECK(gaps("end", "3-5") == std::vector<TimeInterval>{{3, 6}});
  CHECK(gaps("upper", "").empty());
}

TEST_CASE("mistakes of a memory and its offsets are named", "[allocation]") {
  CHECK(message(kTwoMemories, "srm") ==
        "in.csv: unknown memory \"srm\"; known: dram, sram (did you mean \"sram\"?)");
  CHECK(message("id,lower,upper,size\na,0,3,4\n", "sram") ==
        "in.csv:1:1: no column \"memory\"; found: id,lower,upper,size");
  CHECK(message("id,memory,lower,upper,size,offset\na,m,0,3,4,-8\n", "m") ==
        "in.csv:2:11: offset: got \"-8\", expected a whole number from 0 to 1152921504606846976");
}

// What a table may hold is bounded before its memory is asked for.
TEST_CASE("tables have at most 1,000 columns, and rows as many fields", "[allocation]") {
  const auto columns = [](int more) {
    std::string header = "id,lower,upper,size";
    for (int i = 0; i < more; ++i) {
      header += fmt::format(",c{}", i);
    }
    return header + "\n";
  };
  CHECK(message(columns(996)).empty());
  // c996 is one too many. Before it are 19 characters and, with their commas, 10 names of 3, 90 of
  // 4 and 896 of 5, which are 4,889, and its comma.
  CHECK(message(columns(1'000'000)) == "in.csv:1:4891: expected at most 1000 columns");
  CHECK(message("id,lower,upper,size\na,0,3,4" + std::string(1'000'000, ',')) ==
        "in.csv:2:9: got 1000004 fields, expected 4 as in the header");
  CHECK(message("id,lower,upper,size\na,0,3,4" + std::string(1'000'000, '\n')).empty());
}

TEST_CASE("mistakes in a table are named with their place", "[allocation]") {
  const std::string head = "id,lower,upper,size\n";
  CHECK(message("") == "in.csv:1:1: is empty, expected a header row such as id,lower,upper,size");
  CHECK(message("id,lower,uper,size\n") ==
        "in.csv:1:1: no column \"upper\"; found: id,lower,uper,size (is it \"uper\"?)");
  CHECK(message("id,lower,size,id,upper\n") == "in.csv:1:15: column \"id\" is given twice");
  CHECK(message("id,lower,buffer,upper,size\n") == "in.csv:1:10: column \"buffer\" is given twice");
  CHECK(message(head + "a,0,3\n") == "in.csv:2:5: got 3 fields, expected 4 as in the header");
  CHECK(message(head + "a,0,3,4,5\n") == "in.csv:2:9: got 5 fields, expected 4 as in the header");
  CHECK(message(head + "a,0,3,4\n\nb,0,3,4\n") ==
        "in.csv:3:1: got 1 fields, expected 4 as in the header");
  CHECK(message(head + ",0,3,4\n") == "in.csv:2:1: id: is empty");
  CHECK(message(head + "a,0,3,4.5\n") ==
        "in.csv:2:7: size: got \"4.5\", expected a whole number from 0 to 1152921504606846976");
  CHECK(message(head + "a,0,3, 4\n") ==
        "in.csv:2:7: size: got \" 4\", expected a whole number from 0 to 1152921504606846976");
  CHECK(message(head + "a,x,3,4\n") ==
        "in.csv:2:3: lower: got \"x\", expected a whole number from -2305843009213693952 to "
        "2305843009213693952");
  CHECK(message(head + "a,3,3,4\n") ==
        "in.csv:2:5: upper: got 3, expected more than 3, the lower end of the lifetime");
  CHECK(message("id,lower,end,size\na,3,2,4\n") ==
        "in.csv:2:5: end: got 2, expected at least 3, the lower end of the lifetime");
  CHECK(message(head + "a,0,3,4\na,0,3,4\n") == "in.csv:3:1: id \"a\" is that of line 2");
  CHECK(message("id,lower,upper,size,alignment\na,0,3,4,0\n") ==
        "in.csv:2:9: alignment: got \"0\", expected a whole number from 1 to 1099511627776");
  CHECK(message("id,lower,upper,size,hint\na,0,3,4,-1\n") ==
        "in.csv:2:9: hint: got \"-1\", expected a whole number from 0 to 1152921504606846976");
  CHECK(message("id,lower,upper,size,gaps\na,0,3,4,1-2@0:3\n") ==
        "in.csv:2:9: gaps: \"1-2@0:3\" is of a part of the buffer (\"@\"), which is not supported");
  CHECK(message("id,lower,upper,size,gaps\na,0,3,4,1+2\n") ==
        "in.csv:2:9: gaps: got \"1+2\", expected two times such as 3-5, with blanks between gaps");
  CHECK(message("id,lower,upper,size,gaps\na,0,3,4,1-4\n") ==
        "in.csv: buffer \"a\": has a gap [1, 4), expected gaps that are not empty, in order and "
        "within [0, 3)");
  CHECK(message(head + "a,0,3,1152921504606846976\nb,0,3,1\n") ==
        "in.csv: buffer \"b\": with it all buffers have more than 1152921504606846976 bytes");
}

TEST_CASE("a table of a spreadsheet is read as one with commas", "[allocation]") {
  const std::string plain = "id,lower,upper,size\nb1,0,3,4\n\"b,2\",3,9,4\n";
  const AllocationTable expected = parse_allocation_csv(plain, "in.csv");
  for (const char separator : {';', '\t'}) {
    const std::string s(1, separator);
    const std::string text = "\xEF\xBB\xBFid" + s + "lower" + s + "upper" + s + "size\r\nb1" + s +
                             "0" + s + "3" + s + "4\r\n\"b,2\"" + s + "3" + s + "9" + s + "4\r\n";
    const AllocationTable table = parse_allocation_csv(text, "in.csv");
    CHECK(table.problem.buffers == expected.problem.buffers);
    CHECK(table.header == expected.header);
    CHECK(table.rows == expected.rows);
  }
}

}  // namespace
}  // namespace memplace
