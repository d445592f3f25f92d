// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <ostream>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/setup.h"
#include "sim/check/checked_simulator.h"

namespace memplace {
namespace {

constexpr const char* kDescription =
    "Simulates and optimizes where the tensors of a neural network live on an\n"
    "inference accelerator.";

// Help without the remarks that CLI11 adds to an option's type.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    std::string usage = "\nUsage: " + name;
    for (const CLI::Option* option : app->get_options()) {
      if (option->get_positional()) {
        usage += ' ' + option->get_name(true);
      }
    }
    const bool has_commands = !app->get_subcommands([](const CLI::App*) { return true; }).empty();
    return usage + (has_commands ? " COMMAND ...\n" : " [OPTIONS]\n");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return type.empty() ? "" : " " + type;
  }
};

// What CLI11 itself refuses: an option without its value, a flag with one.
Error parse_error(const std::string& command, const CLI::ParseError& error) {
  const std::string text = error.what();
  const std::string prefix = command.empty() ? "" : command + ": ";
  const std::size_t colon = text.find(':');
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr && colon != std::string::npos) {
    return Error(fmt::format("{}{}: needs a value", prefix, text.substr(0, colon)));
  }
  constexpr std::string_view kOverride = " was given a disallowed flag override";
  if (text.ends_with(kOverride)) {
    return Error(fmt::format("{}--{}: takes no value", prefix,
                             text.substr(0, text.size() - kOverride.size())));
  }
  return Error(prefix + text);
}

// The program's commands as CLI11 has them.
class Parser {
 public:
  Parser() : app_(kDescription, "memplace") {
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.get_formatter()->column_width(32);
    app_.set_help_flag("-h,--help", "print this help");
    app_.set_version_flag("--version", "memplace " + version(), "print the version");
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    app_.footer("memplace COMMAND --help explains a command.");
    for (const Command& command : commands()) {
      CLI::App* const app = app_.add_subcommand(command.name, command.summary);
      app->footer("");
      arguments_.push_back(std::make_unique<Arguments>(*app));
      command.declare(*arguments_.back());
    }
  }

  // Runs what the arguments ask for. Throws as commands do.
  void run(std::span<const std::string> args, const Console& console) {
    std::vector<std::string> reversed(args.rbegin(), args.rend());  // as CLI11 takes them
    try {
      app_.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      deliver(console, std::nullopt, app_.help());
      return;
    } catch (const CLI::CallForVersion& request) {
      deliver(console, std::nullopt, std::string(request.what()) + '\n');
      return;
    } catch (const CLI::ParseError& error) {
      throw parse_error(command_of(args), error);
    }
    if (const auto left = app_.remaining(); !left.empty()) {
      throw unexpected(left.front());
    }
    for (std::size_t i = 0; i < commands().size(); ++i) {
      if (app_.got_subcommand(commands()[i].name)) {
        arguments_[i]->check();
        commands()[i].execute(*arguments_[i], console);
        return;
      }
    }
    throw Error(
        fmt::format("no command given; known: {}; see memplace --help", fmt::join(names(), ", ")));
  }

 private:
  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
      names.push_back(command.name);
    }
    return names;
  }

  static std::string command_of(std::span<const std::string> args) {
    const std::vector<std::string> known = names();
    const auto found = std::find_first_of(args.begin(), args.end(), known.begin(), known.end());
    return found == args.end() ? "" : *found;
  }

  static Error unexpected(const std::string& argument) {
    if (argument.starts_with("-")) {
      return unexpected_argument("", argument, std::array<std::string, 2>{"--help", "--version"});
    }
    return Error(unknown_name_message("command", argument, names()));
  }

  CLI::App app_;
  std::vector<std::unique_ptr<Arguments>> arguments_;
};

}  // namespace

std::span<const Command> commands() {
  static const std::array<Command, 12> table{
      Command{"simulate", "time one mapping of a network on a chip", declare_simulate,
              execute_simulate},
      Command{"optimize", "search for a faster mapping", declare_optimize, execute_optimize},
      Command{"experiment", "compare strategies at equal budget over seeds", declare_experiment,
              execute_experiment},
      Command{"train", "learn one policy from several networks", declare_train, execute_train},
      Command{"report", "tables for figures of searches", declare_report, execute_report},
      Command{"compare", "explain why one simulation is faster", declare_compare, execute_compare},
      Command{"describe", "show what a network or a chip is", declare_describe, execute_describe},
      Command{"import", "make a graph file of an ONNX model", declare_import, execute_import},
      Command{"export", "make files for others of a network or mapping", declare_export,
              execute_export},
      Command{"allocate", "give buffers offsets in one memory", declare_allocate, execute_allocate},
      Command{"list", "show what is built in", declare_list, execute_list},
      Command{"bench", "measure how fast the simulators are", declare_bench, execute_bench}};
  return table;
}

int run(std::span<const std::string> args, std::ostream& out, std::ostream& err,
        bool err_is_terminal, std::optional<std::size_t> out_width) {
  try {
    Parser().run(args, {out, err, err_is_terminal, out_width});
    return kExitFine;
  } catch (const Error& mistake) {
    err << mistake.what() << '\n' << std::flush;
    return kExitMistake;
  } catch (const InfeasibleFailure& failure) {
    err << failure.what() << '\n' << std::flush;
    return kExitInfeasible;
  } catch (const Difference& difference) {
    err << difference.what() << std::flush;
    return kExitDifference;
  } catch (const Interrupted& stop) {
    err << stop.message << '\n' << std::flush;
    return kExitSignal + stop.signal;
  } catch (const std::bad_alloc&) {
    err << "internal error: out of memory\n" << std::flush;
  } catch (const std::exception& bug) {
    err << "internal error: " << bug.what() << '\n' << std::flush;
  } catch (...) {
    err << "internal error: unknown exception\n" << std::flush;
  }
  return kExitBug;
}

}  // namespace memplace
