// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

const std::vector<std::string> kStrategies{"egrl", "ea", "pg", "greedy-dp", "annealing", "random"};

TEST_CASE("the nearest name is the one with the fewest slips", "[base]") {
  CHECK(nearest_name("egrl2", kStrategies) == "egrl");           // one more
  CHECK(nearest_name("randm", kStrategies) == "random");         // one fewer
  CHECK(nearest_name("greedy_dp", kStrategies) == "greedy-dp");  // one other
  CHECK(nearest_name("annaeling", kStrategies) == "annealing");  // two swapped
  CHECK(nearest_name("graedydp", kStrategies) == "greedy-dp");   // one swap, one fewer
  CHECK(nearest_name("egrl", kStrategies) == "egrl");
}

// A swap of neighbours is one slip: "ab" to "ba" is nearer than the two slips to "cd".
TEST_CASE("of two names the nearer wins and the first of equals", "[base]") {
  const std::vector<std::string> names{"abxy", "baxyz", "abcd"};
  CHECK(nearest_name("baxy", names) == "abxy");
  const std::vector<std::string> equals{"latency1", "latency2"};
  CHECK(nearest_name("latency", equals) == "latency1");
}

TEST_CASE("no name is suggested where none is near", "[base]") {
  CHECK(nearest_name("tabu-search", kStrategies).empty());
  CHECK(nearest_name("", kStrategies).empty());
  CHECK(nearest_name("xy", kStrategies).empty());  // two slips make any two letters
  CHECK(nearest_name("egrl", std::vector<std::string>{}).empty());
}

TEST_CASE("an unknown name's message lists what is known", "[base]") {
  CHECK(unknown_name_message("strategy", "egrl2", kStrategies) ==
        "unknown strategy \"egrl2\"; known: egrl, ea, pg, greedy-dp, annealing, random (did you "
        "mean \"egrl\"?)");
  CHECK(unknown_name_message("strategy", "tabu-search", kStrategies) ==
        "unknown strategy \"tabu-search\"; known: egrl, ea, pg, greedy-dp, annealing, random");
  CHECK(unknown_name_message("key", "a", std::vector<std::string>{}) ==
        "unknown key \"a\"; none is known here");
}

TEST_CASE("quoted text stays one line and of limited length", "[base]") {
  CHECK(memplace::quoted("68 GBps") == "\"68 GBps\"");
  CHECK(memplace::quoted("a\nb\x1b[2J\x7f") == "\"a\\nb\\x1b[2J\\x7f\"");
  CHECK(memplace::quoted(std::string(80, 'x')) == "\"" + std::string(80, 'x') + "\"");
  CHECK(memplace::quoted(std::string(81, 'x')) ==
        "\"" + std::string(80, 'x') + "...\" (81 characters)");
  // The two bytes of the last letter are bytes 79 and 80: not cut in half.
  CHECK(memplace::quoted(std::string(79, 'x') + "\u00e4") ==
        "\"" + std::string(79, 'x') + "...\" (81 characters)");
  CHECK(printable("\u00e4") == "\u00e4");
}

// U+0085 and U+009B are control characters of C1 (the latter begins a terminal's sequence), U+202E
// and U+2066 turn the direction of what follows, U+200F and U+061C are marks of direction, and
// U+2028 ends a line.
TEST_CASE("characters that act or hide are shown as escapes", "[base]") {
  CHECK(printable("a\u0085b\u009b2J") == "a\\u0085b\\u009b2J");
  CHECK(printable("\u202efdp.exe") == "\\u202efdp.exe");
  CHECK(printable("\u200e\u200f\u061c\u2028\u2066\u2069") ==
        "\\u200e\\u200f\\u061c\\u2028\\u2066\\u2069");
  // Neighbours of theirs are letters, blanks and signs.
  const std::string fine = "\u00a0\u00e4\u061b\u200d\u2010\u2027\u202f\u2065\u206a\U0001f600";
  CHECK(printable(fine) == fine);
}

TEST_CASE("bytes that are no UTF-8 are shown as escapes", "[base]") {
  CHECK(printable("a\xff"
                  "b") == "a\\xffb");
  CHECK(printable("\xc3") == "\\xc3");                    // cut off
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // overlong
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
}

TEST_CASE("of several lines ends and tabs stay", "[base]") {
  CHECK(printable_lines("a\tb\nc\r\x1b[2J\n") == "a\tb\nc\\x0d\\x1b[2J\n");
}

TEST_CASE("a broken promise names condition, place and values", "[base]") {
  const int two = 2;
  MEMPLACE_ASSERT(two == 2, "not evaluated into a message");
  std::string message;
  int line = 0;
  try {
    line = __LINE__ + 1;
    MEMPLACE_ASSERT(two == 3, "two=" + std::to_string(two));
  } catch (const InternalError& error) {
    message = error.what();
  }
  CHECK(message == "error_test.cpp:" + std::to_string(line) + ": broken: two == 3 (two=2)");
}

}  // namespace
}  // namespace memplace
