// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/number_text.h"
#include "base/prefix.h"
#include "report/wrapped.h"

namespace memplace {
std::string choice_help(const std::string& help, std::span<const std::string> names) {
  return fmt::format("{} ({})", fmt::format(fmt::runtime(help), listed(one_of(names).names)),
                     names.front());
}

Arguments::Arguments(CLI::App& app) : app_(app) { app_.allow_extras(); }

void Arguments::add(ArgumentInfo info) {
  using Kind = ArgumentInfo::Kind;
  if (const std::size_t comma = info.name.find(','); comma != std::string::npos) {
    info.short_name = info.name.substr(0, comma);
    info.name = info.name.substr(comma + 1);
  }
  const std::string both =
      info.short_name.empty() ? info.name : fmt::format("{},{}", info.short_name, info.name);
  if (info.kind == Kind::kFlag) {
    flags_[info.name] = app_.add_flag(both, std::as_const(info.help));
    flags_[info.name]->disable_flag_override();
  } else if (info.kind == Kind::kSwitch) {
    Argument& argument = arguments_[info.name];
    argument.option = app_.add_flag(fmt::format("{}{{{}}}", both, info.values.names.front().name),
                                    argument.values, info.help);
  } else {
    Argument& argument = arguments_[info.name];
    argument.single = !info.repeatable();
    argument.option = app_.add_option(both, argument.values, info.help);
    argument.option->type_name(info.type)->allow_extra_args(false)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
    if (info.positional()) {
      argument.option->expected(info.kind == Kind::kPositionals ? -1 : 1);
    }
  }
  table_.push_back(std::move(info));
}

void Arguments::add_positional(const std::string& name, const std::string& help, ValueSet values) {
  add({ArgumentInfo::Kind::kPositional, name, "", "", help, std::move(values)});
}

void Arguments::add_optional(const std::string& name, const std::string& help, ValueSet values) {
  add({ArgumentInfo::Kind::kOptional, name, "", "", help, std::move(values)});
}

void Arguments::add_positionals(const std::string& name, const std::string& help, ValueSet values) {
  add({ArgumentInfo::Kind::kPositionals, name, "", "", help, std::move(values)});
}

void Arguments::add_value(const std::string& name, const std::string& type, const std::string& help,
                          ValueSet values) {
  add({ArgumentInfo::Kind::kValue, name, "", type, help, std::move(values)});
}

void Arguments::add_list(const std::string& name, const std::string& type, const std::string& help,
                         ValueSet values) {
  add({ArgumentInfo::Kind::kList, name, "", type, help, std::move(values)});
}

void Arguments::add_flag(const std::string& name, const std::string& help) {
  add({ArgumentInfo::Kind::kFlag, name, "", "", help, {}});
}

void Arguments::add_switch(const std::string& name, const std::string& help,
                           std::span<const std::string> names) {
  add({ArgumentInfo::Kind::kSwitch, name, "", "", help, one_of(names)});
}

void Arguments::add_choice(const std::string& name, const std::string& type,
                           const std::string& help, std::span<const std::string> names) {
  add_value(name, type,
            fmt::format("{}", fmt::join(wrapped(choice_help(help, names), kHelpWidth), "\n")),
            one_of(names));
}

std::vector<std::string> Arguments::option_names() const {
  std::vector<std::string> names;
  for (const ArgumentInfo& info : table_) {
    if (!info.positional()) {
      names.push_back(info.name);
    }
  }
  return names;
}

void Arguments::check() const {
  std::vector<std::string> names = option_names();
  if (const auto left = app_.remaining(); !left.empty()) {
    names.emplace_back("--help");
    throw unexpected_argument(command(), left.front(), names);
  }
  for (const auto& [name, argument] : arguments_) {
    for (const std::string& text : argument.values) {
      if (std::find(names.begin(), names.end(), text) != names.end()) {
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

bool Arguments::declares(const std::string& name) const {
  return arguments_.contains(name) || flags_.contains(name);
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
  const std::vector<std::string> options = option_names();
  names.insert(names.end(), options.begin(), options.end());
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
  const auto number = parse_number<std::int64_t>(*text);
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
  const auto number = parse_number<std::int64_t>(*text);
  if (!number) {
    throw error(fmt::format("{}: got \"{}\", expected a whole number", name, *text));
  }
  return number;
}

std::size_t Arguments::choice(const std::string& name) const {
  const auto info = std::find_if(table_.begin(), table_.end(),
                                 [&](const ArgumentInfo& other) { return other.name == name; });
  MEMPLACE_ASSERT(info != table_.end() && info->values.closed, name);
  const auto text = value(name);
  if (!text) {
    return 0;
  }
  std::vector<std::string> names;
  names.reserve(info->values.names.size());
  for (const NamedValue& known : info->values.names) {
    names.push_back(known.name);
  }
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    throw error(unknown_name_message(name, *text, names));
  }
  return static_cast<std::size_t>(found - names.begin());
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
  const auto number = parse_number<std::int64_t>(*text);
  if (!number || *number < 0) {
    throw error(fmt::format("{}: got \"{}\", expected a whole number or \"all\"", name, *text));
  }
  return static_cast<std::size_t>(*number);
}

std::string Arguments::command() const { return app_.get_name(); }

Error Arguments::error(std::string_view message) const {
  return Error(with_prefix(command(), message));
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
