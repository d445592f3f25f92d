// SPDX-License-Identifier: Apache-2.0
// Options of a strategy: a table says what there is, and one function reads what the user gave.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace memplace {

using OptionValue = std::variant<std::int64_t, double, std::string>;

// A row of an option table. The default's type is the option's type. Numbers lie in [least, most];
// a string is one of `choices` or, where it has a `check`, any that this lets pass.
struct OptionInfo {
  std::string name;
  std::string summary;
  OptionValue default_value;
  double least = 0;
  double most = 0;
  std::vector<std::string> choices;
  // Throws Error that says what is wrong with the text and what is allowed. Only for strings
  // without `choices`; it is for the table's author to see that the default passes.
  std::function<void(const std::string& text)> check = nullptr;
};

// Complete option values of one strategy.
class Options {
 public:
  // Defaults overlaid with `given`, each "name=value". `owner` ("strategy annealing") begins every
  // message. Throws Error for an unknown name (with the nearest), one given twice, or a value of
  // the wrong type or out of range (with what is allowed).
  Options(std::string_view owner, std::span<const OptionInfo> table,
          std::span<const std::string> given);

  // Of the type of the option. Throws InternalError where the table has no such option.
  const OptionValue& value(std::string_view name) const;

  // In the table's order, as text that reads back: for run.yaml.
  std::vector<std::pair<std::string, std::string>> resolved() const;

 private:
  std::vector<std::string> order_;
  std::map<std::string, OptionValue, std::less<>> values_;
};

}  // namespace memplace
