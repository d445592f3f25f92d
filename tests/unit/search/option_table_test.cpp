// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/option_table.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "tests/support/error_of.h"

namespace memplace {
namespace {

enum class Colour { kRed, kBlue };

struct Engine {
  double power = 0.5;
};

struct Toy {
  std::size_t wheels = 4;
  double speed = 1.5;
  Colour colour = Colour::kBlue;
  bool loud = false;
  std::string name = "a";
  Engine engine;
};

OptionTable<Toy> toy_options(const Toy& defaults = {}) {
  OptionTable<Engine> engine(defaults.engine);
  engine.number("power", "how strong", 0, 1, &Engine::power);
  OptionTable<Toy> options(defaults);
  options.number("wheels", "how many", 1, 8, &Toy::wheels)
      .number("speed", "how fast", 0, 10, [](Toy& toy) -> double& { return toy.speed; })
      .choice("colour", "which",
              NamedValues<Colour>{{"red", Colour::kRed}, {"blue", Colour::kBlue}}, &Toy::colour)
      .choice("loud", "whether", NamedValues<bool>{{"on", true}, {"off", false}}, &Toy::loud)
      .part(engine, &Toy::engine)
      .text(
          "name", "what it is called",
          [](const std::string& text) {
            if (text.empty()) {
              throw Error("got no name");
            }
          },
          &Toy::name)
      .foreign({{"other", "somebody else's", 2.5, 0, 9, {}}});
  return options;
}

Toy read(const std::vector<std::string>& given, const Toy& defaults = {}) {
  const OptionTable<Toy> options = toy_options(defaults);
  return options.read(Options("toy", options.infos(), given));
}

}  // namespace

TEST_CASE("option tables: defaults are what the members are", "[options]") {
  const Options options("toy", toy_options().infos(), {});
  CHECK(options.resolved() == std::vector<std::pair<std::string, std::string>>{{"wheels", "4"},
                                                                               {"speed", "1.5"},
                                                                               {"colour", "blue"},
                                                                               {"loud", "off"},
                                                                               {"power", "0.5"},
                                                                               {"name", "a"},
                                                                               {"other", "2.5"}});
  Toy fast;
  fast.speed = 9;
  fast.colour = Colour::kRed;
  fast.engine.power = 1;
  const Toy same = read({}, fast);
  CHECK(same.speed == 9);
  CHECK(same.colour == Colour::kRed);
  CHECK(same.engine.power == 1);
}

TEST_CASE("option tables: what is given sets its member alone", "[options]") {
  CHECK(read({"wheels=3"}).wheels == 3);
  CHECK(read({"speed=2"}).speed == 2);
  CHECK(read({"colour=red"}).colour == Colour::kRed);
  CHECK(read({"loud=on"}).loud);
  CHECK(read({"power=0.25"}).engine.power == 0.25);
  CHECK(read({"name=b"}).name == "b");
  CHECK(read({"other=3"}).speed == 1.5);
  CHECK(read({"name=b"}).wheels == 4);
}

TEST_CASE("option tables: types and ranges follow from members and rows", "[options]") {
  const auto message_of = [](const std::string& given) { return error_of([&] { read({given}); }); };
  CHECK(message_of("wheels=2.5") ==
        "toy: option \"wheels\": got \"2.5\", expected an integer from 1 to 8");
  CHECK(message_of("speed=11") ==
        "toy: option \"speed\": got \"11\", expected a number from 0 to 10");
  CHECK(message_of("colour=green") ==
        "toy: option \"colour\": unknown value \"green\"; known: red, blue");
  CHECK(message_of("name=") == "toy: option \"name\": got no name");
}

TEST_CASE("option tables: a default that has no name is a bug", "[options]") {
  OptionTable<Toy> options;
  CHECK_THROWS_AS(
      options.choice("colour", "which", NamedValues<Colour>{{"red", Colour::kRed}}, &Toy::colour),
      InternalError);
}

}  // namespace memplace
