// SPDX-License-Identifier: Apache-2.0
// What tests of commands ask of nearly every run.
#pragma once

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/json.h"
#include "tests/unit/cli/cli_run.h"

namespace memplace {

// The result as JSON of a command that has to succeed.
inline Json json_of(std::vector<std::string> args) {
  args.insert(args.end(), {"--format", "json"});
  const Outcome outcome = run_cli(args);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return Json::parse(outcome.out);
}

// The message to a user who made a mistake.
inline std::string message_of(const std::vector<std::string>& args) {
  const Outcome outcome = run_cli(args);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  return outcome.err;
}

}  // namespace memplace
