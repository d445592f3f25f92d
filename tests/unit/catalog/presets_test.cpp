// SPDX-License-Identifier: Apache-2.0
// Options that belong together, by one name.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/search/strategy.h"

namespace memplace::test {
namespace {

using Texts = std::vector<std::string>;

StrategyInfo row() {
  StrategyInfo info;
  info.name = "mine";
  info.presets = {{"quick", "little of everything", {"a=1", "ab=2"}}, {"slow", "a lot", {"a=9"}}};
  return info;
}

std::string error_of(const StrategyInfo& info, const std::string& preset) {
  try {
    with_preset(info, preset, {});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a preset gives the options that are not given", "[presets]") {
  const StrategyInfo info = row();
  CHECK(with_preset(info, "", Texts{"c=3"}) == Texts{"c=3"});
  CHECK(with_preset(info, "quick", {}) == Texts{"a=1", "ab=2"});
  CHECK(with_preset(info, "quick", Texts{"a=5", "c=3"}) == Texts{"ab=2", "a=5", "c=3"});
  CHECK(with_preset(info, "slow", Texts{"ab=5"}) == Texts{"a=9", "ab=5"});
}

TEST_CASE("an unknown preset is named with what there is", "[presets]") {
  CHECK(error_of(row(), "quik") ==
        "strategy mine: unknown preset \"quik\"; known: quick, slow (did you mean \"quick\"?)");
  CHECK(error_of(strategies().find("random"), "quick") ==
        "strategy random: unknown preset \"quick\"; it has no presets");
}

TEST_CASE("every preset of every strategy is of options that it has", "[presets]") {
  std::size_t presets = 0;
  for (const StrategyInfo& info : strategies()) {
    for (const Preset& preset : info.presets) {
      CAPTURE(info.name, preset.name);
      CHECK_FALSE(preset.summary.empty());
      const Options options("strategy " + info.name, info.options,
                            with_preset(info, preset.name, {}));
      CHECK(options.resolved() != Options("", info.options, {}).resolved());
      ++presets;
    }
  }
  CHECK(presets >= 2);
}

}  // namespace memplace::test
