// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/options.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

const std::vector<OptionInfo> kTable{
    {"cycles", "how many", std::int64_t{3}, 1, 100, {}},
    {"rate", "how fast", 0.25, 0, 1, {}},
    {"start", "where", std::string("native"), 0, 0, {"native", "best"}},
};

std::string message_of(const std::vector<std::string>& given,
                       const std::vector<OptionInfo>& table = kTable) {
  try {
    const Options options("strategy toy", table, given);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("options: defaults, and what is given over them", "[options]") {
  const Options defaults("strategy toy", kTable, {});
  CHECK(defaults.value("cycles") == OptionValue(std::int64_t{3}));
  CHECK(defaults.value("rate") == OptionValue(0.25));
  CHECK(defaults.value("start") == OptionValue("native"));

  const std::vector<std::string> given{"start=best", "cycles=100", "rate=1e-3"};
  const Options options("strategy toy", kTable, given);
  CHECK(options.value("cycles") == OptionValue(std::int64_t{100}));
  CHECK(options.value("rate") == OptionValue(0.001));
  CHECK(options.value("start") == OptionValue("best"));
}

TEST_CASE("options: an integer is a number too", "[options]") {
  const std::vector<std::string> given{"rate=1"};
  CHECK(Options("strategy toy", kTable, given).value("rate") == OptionValue(1.0));
}

TEST_CASE("options: resolved values are in the table's order and read back", "[options]") {
  const std::vector<std::string> given{"rate=0.1", "cycles=7"};
  const Options options("strategy toy", kTable, given);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"cycles", "7"}, {"rate", "0.1"}, {"start", "native"}};
  REQUIRE(options.resolved() == expected);

  std::vector<std::string> again;
  for (const auto& [name, value] : options.resolved()) {
    again.push_back(fmt::format("{}={}", name, value));
  }
  CHECK(Options("strategy toy", kTable, again).resolved() == expected);
}

TEST_CASE("options: each mistake is one message", "[options]") {
  CHECK(message_of({"cycels=3"}) ==
        "strategy toy: unknown option \"cycels\"; known: cycles, rate, start (did you mean "
        "\"cycles\"?)");
  CHECK(message_of({"x=3"}, {}) == "strategy toy: unknown option \"x\"; it has no options");
  CHECK(message_of({"cycles"}) == "strategy toy: got option \"cycles\", expected NAME=VALUE");
  CHECK(message_of({"=3"}) == "strategy toy: got option \"=3\", expected NAME=VALUE");
  CHECK(message_of({"rate=1", "rate=1"}) == "strategy toy: option \"rate\" is given twice");
  for (const std::string text : {"", "2.5", "0", "101", "3 ", "+3", "99999999999999999999"}) {
    CHECK(message_of({"cycles=" + text}) ==
          fmt::format(
              "strategy toy: option \"cycles\": got \"{}\", expected an integer from 1 to 100",
              text));
  }
  for (const std::string text : {"", "fast", "-0.1", "1.1", "nan", "inf", "1e999", "0.5x"}) {
    CHECK(message_of({"rate=" + text}) ==
          fmt::format("strategy toy: option \"rate\": got \"{}\", expected a number from 0 to 1",
                      text));
  }
  CHECK(message_of({"start=natve"}) ==
        "strategy toy: option \"start\": unknown value \"natve\"; known: native, best (did you "
        "mean \"native\"?)");
}

TEST_CASE("options: a text is what its check lets pass", "[options]") {
  OptionInfo info;
  info.name = "word";
  info.default_value = std::string("short");
  info.check = [](const std::string& text) {
    if (text.size() > 5) {
      throw Error(fmt::format("got \"{}\", expected at most 5 letters", text));
    }
  };
  const std::vector<OptionInfo> table{info};
  const std::vector<std::string> given{"word=a=b"};
  CHECK(Options("strategy toy", table, {}).value("word") == OptionValue("short"));
  CHECK(Options("strategy toy", table, given).value("word") == OptionValue("a=b"));
  CHECK(message_of({"word="}, table) == "no error");
  CHECK(message_of({"word=longer"}, table) ==
        "strategy toy: option \"word\": got \"longer\", expected at most 5 letters");
}

TEST_CASE("options: asking for what the table does not have is a bug", "[options]") {
  const Options options("strategy toy", kTable, {});
  CHECK_THROWS_AS(options.value("missing"), InternalError);
}

}  // namespace memplace
