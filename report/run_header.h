// SPDX-License-Identifier: Apache-2.0
// The head of every output: what ran, with defaults filled in, so that it can be run again.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "sim/chip/chip.h"

namespace memplace {

struct RunHeader {
  std::string version;  // of memplace
  std::string command;  // simulate, optimize, describe
  Json config;          // every setting that the results depend on, by option name
  // The same for people: what the settings mean, as (key, value) lines.
  std::vector<std::pair<std::string, std::string>> facts;
  std::string again;  // a command line for a POSIX shell that gives the same results
  std::vector<std::string> warnings = {};  // of networks: what an import took for granted
};

// Adds those that it does not have yet.
void add_warnings(RunHeader& header, std::span<const std::string> warnings);

// {streams, engines_per_stream, inferences}.
Json to_json(const Mode& mode);

// An object with memplace_version, command, config, again and, where there are some, warnings, for
// results to be added to.
Json begin_json(const RunHeader& header);

// The same for people: the command, its facts and how to run it again, a line each.
std::string text_head(const RunHeader& header);

// Words as a POSIX shell reads them, quoted where needed.
std::string shell_command(std::span<const std::string> words);

}  // namespace memplace
