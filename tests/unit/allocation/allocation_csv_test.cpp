// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/allocation_csv.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace memplace {
namespace {

AllocationTable parse(const std::string& text) { return parse_allocation_csv(text, "in.csv"); }

std::string message(const std::string& text) {
  try {
    parse(text);
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

TEST_CASE("mistakes in a table are named with their place", "[allocation]") {
  const std::string head = "id,lower,upper,size\n";
  CHECK(message("") == "in.csv:1:1: is empty, expected a header row such as id,lower,upper,size");
  CHECK(message("id,lower,uper,size\n") ==
        "in.csv:1:1: no column \"upper\"; found: id,lower,uper,size (is it \"uper\"?)");
  CHECK(message("id,lower,size,id,upper\n") == "in.csv:1:15: column \"id\" is given twice");
  CHECK(message("id,lower,buffer,upper,size\n") == "in.csv:1:10: column \"buffer\" is given twice");
  CHECK(message("id,lower,upper,size,offset\n") ==
        "in.csv:1:21: column \"offset\" is what is to be found; fixed offsets are not supported");
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
  CHECK(message("id,lower,upper,size,gaps\na,0,3,4,1-2\n") ==
        "in.csv:2:9: gaps: are not supported, expected an empty field");
  CHECK(message(head + "a,0,3,1152921504606846976\nb,0,3,1\n") ==
        "in.csv: buffer \"b\": with it all buffers have more than 1152921504606846976 bytes");
}

}  // namespace
}  // namespace memplace
