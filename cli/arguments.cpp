// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace memplace {
namespace {

// "--output" of "-o,--output".
std::string long_name(const std::string& name) {
  const std::size_t comma = name.find(',');
  return comma == std::string::npos ? name : name.substr(comma + 1);
}

std::optional<std::int64_t> parse_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stop != end) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

Arguments::Arguments(CLI::App& app) : app_(app) { app_.allow_extras(); }

void Arguments::add(const std::string& key, const std::string& cli_name, const std::string& type,
                    const std::string& help, bool single) {
  Argument& argument = arguments_[key];
  argument.single = single;
  argument.option = app_.add_option(cli_name, argument.values, help);
  argument.option->type_name(type)->allow_extra_args(false)->multi_option_policy(
      CLI::MultiOptionPolicy::TakeAll);
}

void Arguments::add_positional(const std::string& name, const std::string& help) {
  add(name, name, "", help, true);
  arguments_[name].option->expected(1);
}

void Arguments::add_positionals(const std::string& name, const std::string& help) {
  add(name, name, "", help, false);
  arguments_[name].option->expected(-1);
}

void Arguments::add_value(const std::string& name, const std::string& type,
                          const std::string& help) {
  add(long_name(name), name, type, help, true);
  option_names_.push_back(long_name(name));
}

void Arguments::add_list(const std::string& name, const std::string& type,
                         const std::string& help) {
  add(name, name, type, help, false);
  option_names_.push_back(name);
}

void Arguments::add_flag(const std::string& name, const std::string& help) {
  flags_[name] = app_.add_flag(name, help);
  flags_[name]->disable_flag_override();
  option_names_.push_back(name);
}

void Arguments::check() const {
  if (const auto left = app_.remaining(); !left.empty()) {
    std::vector<std::string> names = option_names_;
    names.emplace_back("--help");
    throw unexpected_argument(command(), left.front(), names);
  }
  for (const auto& [name, argument] : arguments_) {
    for (const std::string& text : argument.values) {
      if (std::find(option_names_.begin(), option_names_.end(), text) != option_names_.end()) {
        throw error(fmt::format("{}: needs a value", name));
      }
    }
    if (argument.single && argument.values.size() > 1) {
      throw error(fmt::format("{} is given twice", name));
    }
  }
}

const Arguments::Argument& Arguments::find(const std::string& name) const {
  const auto found = arguments_.find(name);
  MEMPLACE_ASSERT(found != arguments_.end(), name);
  return found->second;
}

bool Arguments::has(const std::string& name) const {
  if (const auto flag = flags_.find(name); flag != flags_.end()) {
    return flag->second->count() > 0;
  }
  return !find(name).values.empty();
}

std::optional<std::string> Arguments::given_beside(std::span<const std::string> allowed) const {
  std::vector<std::string> names;
  for (const auto& [name, argument] : arguments_) {
    if (!name.starts_with("-")) {
      names.push_back(name);
    }
  }
  names.insert(names.end(), option_names_.begin(), option_names_.end());
  for (const std::string& name : names) {
    if (has(name) && std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      return name;
    }
  }
  return std::nullopt;
}

std::optional<std::string> Arguments::value(const std::string& name) const {
  const auto& values = find(name).values;
  if (values.empty()) {
    return std::nullopt;
  }
  if (values.front().empty()) {
    throw error(fmt::format("{}: needs a value that is not empty", name));
  }
  return values.front();
}

const std::vector<std::string>& Arguments::list(const std::string& name) const {
  return find(name).values;
}

std::string Arguments::required(const std::string& name) const {
  const auto text = value(name);
  if (!text) {
    throw error(fmt::format("{} is missing; see memplace {} --help", name, command()));
  }
  return *text;
}

std::optional<std::int64_t> Arguments::integer(const std::string& name, std::int64_t least,
                                               std::int64_t most) const {
  const auto text = value(name);
  if (!text) {
    return std::nullopt;
  }
  const auto number = parse_integer(*text);
  if (!number || *number < least || *number > most) {
    throw error(fmt::format("{}: got \"{}\", expected a whole number from {} to {}", name, *text,
                            least, most));
  }
  return number;
}

std::optional<std::int64_t> Arguments::whole_number(const std::string& name) const {
  const auto text = value(name);
  if (!text) {
    return std::nullopt;
  }
  const auto number = parse_integer(*text);
  if (!number) {
    throw error(fmt::format("{}: got \"{}\", expected a whole number", name, *text));
  }
  return number;
}

std::size_t Arguments::choice(const std::string& name, std::span<const std::string> choices,
                              std::size_t fallback) const {
  const auto text = value(name);
  if (!text) {
    return fallback;
  }
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found == choices.end()) {
    throw error(unknown_name_message(name, *text, choices));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

std::optional<std::size_t> Arguments::count_or_all(const std::string& name,
                                                   std::size_t fallback) const {
  const auto text = value(name);
  if (!text) {
    return fallback;
  }
  if (*text == "all") {
    return std::nullopt;
  }
  const auto number = parse_integer(*text);
  if (!number || *number < 0) {
    throw error(fmt::format("{}: got \"{}\", expected a whole number or \"all\"", name, *text));
  }
  return static_cast<std::size_t>(*number);
}

std::string Arguments::command() const { return app_.get_name(); }

Error Arguments::error(std::string_view message) const {
  return Error(fmt::format("{}: {}", command(), message));
}

Error unexpected_argument(std::string_view command, const std::string& argument,
                          std::span<const std::string> options) {
  const std::string prefix = command.empty() ? "" : fmt::format("{}: ", command);
  if (argument.size() > 1 && argument.front() == '-') {
    const std::string name = argument.substr(0, argument.find('='));
    return Error(prefix + unknown_name_message("option", name, options));
  }
  return Error(prefix + fmt::format("unexpected argument \"{}\"", argument));
}

}  // namespace memplace
