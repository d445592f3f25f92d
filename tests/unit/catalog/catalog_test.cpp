// SPDX-License-Identifier: Apache-2.0
// Tables of strategies, and what searches hand to each other.
#include "optimizer/search/catalog.h"

#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/search/knowledge.h"
#include "optimizer/strategies/portfolio.h"
#include "optimizer/strategies/random.h"
#include "optimizer/strategies/tabu.h"

namespace memplace::test {
namespace {

std::string members_error(const StrategyInfo& portfolio, const std::string& members) {
  try {
    const Options options("it", portfolio.options, std::vector<std::string>{"members=" + members});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a portfolio employs what its catalog has", "[catalog]") {
  Catalog catalog;
  catalog.add(PortfolioStrategy::info("portfolio", "", PortfolioRule(), catalog));
  catalog.add(RandomStrategy::info());
  const StrategyInfo& portfolio = catalog.find("portfolio");
  CHECK(members_error(portfolio, "tabu+random") ==
        "it: option \"members\": unknown member \"tabu\"; known: random");
  catalog.add(TabuStrategy::info());
  CHECK(members_error(catalog.find("portfolio"), "tabu+random") == "no error");
  CHECK(catalog.learning().empty());
  CHECK_THROWS_AS(catalog.find("annealing"), Error);
}

TEST_CASE("knowledge is found by its type", "[catalog]") {
  Knowledge knowledge;
  CHECK(knowledge.find<int>() == nullptr);
  knowledge.put(std::make_shared<int>(3));
  knowledge.put(std::make_shared<const std::string>("learnt"));
  const Knowledge copy = knowledge;
  *knowledge.find<int>() = 4;
  CHECK(*copy.find<int>() == 4);  // what is handed over is shared
  CHECK(copy.find<const int>() == nullptr);
  CHECK(*copy.find<const std::string>() == "learnt");
  knowledge.put(std::make_shared<int>(5));
  CHECK(*knowledge.find<int>() == 5);
  CHECK(*copy.find<int>() == 4);
  knowledge.drop<int>();
  CHECK(knowledge.find<int>() == nullptr);
  CHECK(knowledge.find<const std::string>() != nullptr);
}

}  // namespace memplace::test
