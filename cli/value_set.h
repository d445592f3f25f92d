// SPDX-License-Identifier: Apache-2.0
// What may stand as the value of an argument. It is said once, where the argument is declared, and
// read by whoever parses, helps, completes or writes the manual.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memplace {

struct NamedValue {
  std::string name;     // one that ends in '=', ':' or ',' goes on
  std::string meaning;  // one line, or empty
};

// The values that a command line gave so far, by the long name of their argument.
using GivenValues = std::map<std::string, std::vector<std::string>>;

struct ValueSet {
  enum class Files { kNone, kFiles, kDirectories };

  std::vector<NamedValue> names;
  // Of names that have none: what it takes long to look up is looked up for those that are shown.
  std::function<std::string(const std::string& name)> meaning = nullptr;
  bool closed = false;  // nothing else is a value; the first is the default
  Files files = Files::kNone;
  std::vector<std::string> endings;  // of the files, as in ".yaml"; empty: any
  // More names, which depend on what was given or on how the value begins.
  std::function<std::vector<NamedValue>(const GivenValues& given, std::string_view begun)> more =
      nullptr;
};

ValueSet one_of(std::span<const std::string> names);
ValueSet any_of(std::span<const std::string> names);  // and others
ValueSet files_ending(std::vector<std::string> endings);
ValueSet any_file();
ValueSet directory();

ValueSet workloads();           // built-in ones with their parameters, .yaml and .onnx files
ValueSet chips();               // built-in ones, .yaml files
ValueSet workloads_or_chips();  // both
ValueSet mappings();            // heuristic:NAME, all:MEMORY, .yaml files
ValueSet placements();          // the same where tensors may be fetched
ValueSet compared_sides();      // placements, chip:NAME, results
ValueSet pinned_memories();     // GLOB=MEMORY
ValueSet chip_parameters();     // PATH=VALUE, of the chip given
ValueSet strategy_names();
ValueSet strategy_presets();  // of the strategy given
ValueSet strategy_options();  // NAME=VALUE, of the strategy given

// "text, json or csv".
std::string listed(std::span<const NamedValue> names);

}  // namespace memplace
