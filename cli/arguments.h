// SPDX-License-Identifier: Apache-2.0
// A command's arguments: declared once to CLI11, which splits the command line and prints --help;
// read back as typed values, with messages in our own style.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/value_set.h"
#include "sim/feasible/feasible.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class Option;
}  // namespace CLI

namespace memplace {

// One argument as it was declared.
struct ArgumentInfo {
  enum class Kind { kPositional, kOptional, kPositionals, kValue, kList, kFlag, kSwitch };

  Kind kind = Kind::kValue;
  std::string name;        // "--output", "WORKLOAD"
  std::string short_name;  // "-o", or empty
  std::string type;        // what stands for the value in the help
  std::string help;        // lines
  ValueSet values;

  bool positional() const { return kind <= Kind::kPositionals; }
  bool repeatable() const { return kind == Kind::kPositionals || kind == Kind::kList; }
};

class Arguments {
 public:
  // `app` is the command's; it outlives this.
  explicit Arguments(CLI::App& app);
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  // Declarations. `type` stands in the help for the value; lines of `help` have at most 48
  // characters.
  void add_positional(const std::string& name, const std::string& help, ValueSet values = {});
  void add_optional(const std::string& name, const std::string& help,
                    ValueSet values = {});  // a positional that may be left out
  void add_positionals(const std::string& name, const std::string& help,
                       ValueSet values = {});  // read with list()
  void add_value(const std::string& name, const std::string& type, const std::string& help,
                 ValueSet values = {});
  void add_list(const std::string& name, const std::string& type, const std::string& help,
                ValueSet values = {});
  void add_flag(const std::string& name, const std::string& help);
  // A flag that may say more: "--name" is "--name=FIRST" of `names`. Read with has() and choice().
  void add_switch(const std::string& name, const std::string& help,
                  std::span<const std::string> names);
  // A value that is one of `names`, the first where it is not given. The names stand in `help` for
  // "{}", and the default behind it; its lines are broken here.
  void add_choice(const std::string& name, const std::string& type, const std::string& help,
                  std::span<const std::string> names);

  // In the order of declaration.
  std::span<const ArgumentInfo> table() const { return table_; }

  // Throws Error for arguments that CLI11 left over, for options without their value and for
  // options given twice. To be called once, after parsing.
  void check() const;

  // Names are as declared, without short forms: "--chip", "WORKLOAD". All but has() throw Error
  // where the value is none of those allowed.
  bool has(const std::string& name) const;
  bool declares(const std::string& name) const;
  // The first argument that was given and is none of `allowed`, positionals first.
  std::optional<std::string> given_beside(std::span<const std::string> allowed) const;
  std::optional<std::string> value(const std::string& name) const;
  const std::vector<std::string>& list(const std::string& name) const;
  std::string required(const std::string& name) const;
  std::optional<std::int64_t> integer(const std::string& name, std::int64_t least,
                                      std::int64_t most) const;
  std::optional<std::int64_t> whole_number(const std::string& name) const;
  // Which of the names that were declared for it, the first of which is the default.
  std::size_t choice(const std::string& name) const;
  // A count of rows, or "all", for which nothing is returned.
  std::optional<std::size_t> count_or_all(const std::string& name, std::size_t fallback) const;

  // "COMMAND: MESSAGE".
  Error error(std::string_view message) const;
  std::string command() const;

  // Runs `action`; an Error or InfeasibleFailure of it gets the command in front. For names that
  // stand in no file.
  template <class Action>
  decltype(auto) named(Action action) const {
    try {
      return action();
    } catch (const Error& mistake) {
      throw error(mistake.what());
    } catch (const InfeasibleFailure& failure) {
      throw InfeasibleFailure(error(failure.what()).what());
    }
  }

 private:
  struct Argument {
    std::vector<std::string> values;
    bool single = true;
    CLI::Option* option = nullptr;
  };

  void add(ArgumentInfo info);
  const Argument& find(const std::string& name) const;
  std::vector<std::string> option_names() const;

  CLI::App& app_;
  std::map<std::string, Argument> arguments_;
  std::map<std::string, CLI::Option*> flags_;
  std::vector<ArgumentInfo> table_;
};

// What is said of a choice: `help` with the names for "{}", and the first, the default, behind it.
std::string choice_help(const std::string& help, std::span<const std::string> names);

// Widest line of an argument's help.
inline constexpr std::size_t kHelpWidth = 48;

// What is wrong with an argument that no option and no positional took: unknown option or command
// with the nearest name, or one argument too many.
Error unexpected_argument(std::string_view command, const std::string& argument,
                          std::span<const std::string> options);

}  // namespace memplace
