// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/options.h"

#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/number_text.h"
#include "base/prefix.h"

namespace memplace {
namespace {

template <class T>
T parse_in_range(const OptionInfo& info, std::string_view text, std::string_view kind) {
  const std::optional<T> value = parse_number<T>(text);
  // Written so that NaN, which is in no range, fails.
  const bool in_range = value.has_value() && static_cast<double>(*value) >= info.least &&
                        static_cast<double>(*value) <= info.most;
  if (!in_range) {
    throw Error(fmt::format("option \"{}\": got \"{}\", expected {} from {} to {}", info.name, text,
                            kind, info.least, info.most));
  }
  return *value;
}

OptionValue parse_value(const OptionInfo& info, std::string_view text) {
  if (std::holds_alternative<std::int64_t>(info.default_value)) {
    return parse_in_range<std::int64_t>(info, text, "an integer");
  }
  if (std::holds_alternative<double>(info.default_value)) {
    return parse_in_range<double>(info, text, "a number");
  }
  if (info.check) {
    std::string checked(text);
    try {
      info.check(checked);
    } catch (const Error& error) {
      throw Error(fmt::format("option \"{}\": {}", info.name, error.what()));
    }
    return checked;
  }
  for (const std::string& choice : info.choices) {
    if (choice == text) {
      return choice;
    }
  }
  throw Error(fmt::format("option \"{}\": {}", info.name,
                          unknown_name_message("value", text, info.choices)));
}

const OptionInfo& find_option(std::span<const OptionInfo> table, std::string_view name) {
  std::vector<std::string> names;
  for (const OptionInfo& info : table) {
    if (info.name == name) {
      return info;
    }
    names.push_back(info.name);
  }
  if (names.empty()) {
    throw Error(fmt::format("unknown option \"{}\"; it has no options", name));
  }
  throw Error(unknown_name_message("option", name, names));
}

std::string text_of(const OptionValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

}  // namespace

Options::Options(std::string_view owner, std::span<const OptionInfo> table,
                 std::span<const std::string> given) {
  for (const OptionInfo& info : table) {
    order_.push_back(info.name);
    values_.emplace(info.name, info.default_value);
  }
  std::vector<std::string_view> seen;
  for (const std::string_view assignment : given) {
    try {
      const std::size_t equals = assignment.find('=');
      if (equals == std::string_view::npos || equals == 0) {
        throw Error(fmt::format("got option \"{}\", expected NAME=VALUE", assignment));
      }
      const std::string_view name = assignment.substr(0, equals);
      const OptionInfo& info = find_option(table, name);
      for (const std::string_view other : seen) {
        if (other == name) {
          throw Error(fmt::format("option \"{}\" is given twice", name));
        }
      }
      seen.push_back(name);
      values_.find(name)->second = parse_value(info, assignment.substr(equals + 1));
    } catch (const Error& error) {
      throw Error(with_prefix(owner, error.what()));
    }
  }
}

const OptionValue& Options::value(std::string_view name) const {
  const auto found = values_.find(name);
  MEMPLACE_ASSERT(found != values_.end(), std::string(name));
  return found->second;
}

std::vector<std::pair<std::string, std::string>> Options::resolved() const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& name : order_) {
    result.emplace_back(name, text_of(values_.find(name)->second));
  }
  return result;
}

}  // namespace memplace
