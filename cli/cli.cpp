// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"
#include "cli/arguments.h"
#include "cli/command_table.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/console.h"
#include "cli/interrupt.h"
#include "cli/launch.h"
#include "cli/setup.h"
#include "sim/check/checked_simulator.h"

namespace memplace {
namespace {

// Help without the remarks that CLI11 adds to an option's type.
class HelpFormatter : public CLI::Formatter {
 public:
  // Of the command of that name.
  void add_usage(const std::string& name, const Arguments& arguments) {
    std::string& usage = positionals_[name];
    for (const ArgumentInfo& argument : arguments.table()) {
      usage += argument.positional() ? ' ' + usage_of(argument) : "";
    }
  }

  std::string make_usage(const CLI::App* app, std::string name) const override {
    const auto found = positionals_.find(app->get_name());
    return "\nUsage: " + name +
           (found == positionals_.end() ? " COMMAND ...\n" : found->second + " [OPTIONS]\n");
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return type.empty() ? "" : " " + type;
  }

 private:
  std::map<std::string, std::string> positionals_;
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
  Parser() : app_(program_description(), "memplace") {
    const auto formatter = std::make_shared<HelpFormatter>();
    formatter->column_width(32);
    app_.formatter(formatter);
    app_.set_help_flag("-h,--help", kHelpMeaning);
    app_.set_version_flag("-V,--version", "memplace " + version(), kVersionMeaning);
    app_.allow_extras();
    app_.require_subcommand(0, 1);
    app_.footer("memplace COMMAND --help explains a command.");
    for (const Command& command : commands()) {
      CLI::App* const app = app_.add_subcommand(command.name, command.summary);
      app->footer("");
      if (command.hidden) {
        app->group("");
      }
      arguments_.push_back(std::make_unique<Arguments>(*app));
      command.declare(*arguments_.back());
      formatter->add_usage(command.name, *arguments_.back());
    }
  }

  // Runs what the arguments ask for. Throws as commands do.
  void run(std::span<const std::string> args, const Console& console) {
    const std::vector<std::string> asked = as_options(args);
    std::vector<std::string> reversed(asked.rbegin(), asked.rend());  // as CLI11 takes them
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
  // Help is what `help`, `help COMMAND` and nothing at all ask for.
  static std::vector<std::string> as_options(std::span<const std::string> args) {
    if (args.empty()) {
      return {"--help"};
    }
    std::vector<std::string> asked(args.begin(), args.end());
    if (asked.front() == "help" && asked.size() <= 2) {
      asked.erase(asked.begin());
      if (!asked.empty() && command_of(asked).empty()) {
        throw unexpected(asked.front());
      }
      asked.emplace_back("--help");
    }
    return asked;
  }

  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
      if (!command.hidden) {
        names.push_back(command.name);
      }
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

// How a command ended, and what is to be printed of it.
struct Ending {
  int code = kExitFine;
  std::string message = {};
};

Ending run_guarded(std::span<const std::string> args, const Console& console) {
  try {
    if (!args.empty() && args.front() == kCompletionQuestion) {
      deliver(console, std::nullopt, to_text(complete(command_tables(), args.subspan(1))));
    } else {
      Parser().run(args, console);
    }
    return {};
  } catch (const Error& mistake) {
    return {kExitMistake, mistake.what() + std::string("\n")};
  } catch (const InfeasibleFailure& failure) {
    return {kExitInfeasible, failure.what() + std::string("\n")};
  } catch (const Difference& difference) {
    return {kExitDifference, difference.what()};
  } catch (const Interrupted& stop) {
    return {kExitSignal + stop.signal, stop.message + '\n'};
  } catch (const Stopped&) {  // before there was anything to save or to show
    return {kExitSignal + InterruptGuard::signal(),
            fmt::format("{}: stopped before it began\n", args.front())};
  } catch (const RankFailure& failure) {
    return {failure.code, failure.message};
  } catch (const Dismissed&) {
    return {};
  } catch (const std::bad_alloc&) {
    return {kExitBug, "internal error: out of memory\n"};
  } catch (const std::exception& bug) {
    return {kExitBug, fmt::format("internal error: {}\n", bug.what())};
  } catch (...) {
    return {kExitBug, "internal error: unknown exception\n"};
  }
}

// Whether the command asked for shares its work with other ranks.
bool shares_work(std::span<const std::string> args) {
  return !args.empty() &&
         std::any_of(commands().begin(), commands().end(), [&](const Command& command) {
           return command.shares_work && command.name == args.front();
         });
}

}  // namespace

std::span<const Command> commands() {
  static const std::array<Command, 17> table{
      Command{"simulate", "time one mapping of a network on a chip", declare_simulate,
              execute_simulate},
      Command{"optimize", "search for a faster mapping", declare_optimize, execute_optimize},
      Command{"bound", "prove how fast a mapping can be at best", declare_bound, execute_bound},
      Command{"experiment", "compare strategies at equal budget over seeds", declare_experiment,
              execute_experiment, false, true},
      Command{"sweep", "simulate a network on many chips", declare_sweep, execute_sweep, false,
              true},
      Command{"train", "learn one policy from several networks", declare_train, execute_train},
      Command{"report", "show results as a page or as tables", declare_report, execute_report},
      Command{"compare", "explain why one simulation is faster", declare_compare, execute_compare},
      Command{"describe", "show what a network or a chip is", declare_describe, execute_describe},
      Command{"import", "make a graph file of an ONNX model", declare_import, execute_import},
      Command{"export", "make files for others of a network or mapping", declare_export,
              execute_export},
      Command{"allocate", "give buffers offsets in one memory", declare_allocate, execute_allocate},
      Command{"serve", "answer requests of other programs, a line each", declare_serve,
              execute_serve},
      Command{"list", "show what is built in", declare_list, execute_list},
      Command{"bench", "measure how fast the simulators are", declare_bench, execute_bench},
      Command{"completion", "print what a shell completes memplace by", declare_completion,
              execute_completion},
      Command{"generate", "print manuals and the options' reference", declare_generate,
              execute_generate, true}};
  return table;
}

int run(std::span<const std::string> args, std::ostream& out, std::ostream& err,
        ProgressDisplay progress, std::optional<std::size_t> out_width, std::istream& in) {
  const std::optional<Launch> launch = shares_work(args) ? find_launch() : std::nullopt;
  std::unique_ptr<Ranks> ranks = std::make_unique<SingleRank>();
  if (launch) {
    try {
      ranks = join_ranks(*launch);
    } catch (const Error& mistake) {
      if (launch->rank == 0) {
        err << printable_lines(mistake.what()) << '\n' << std::flush;
      }
      return launch->rank == 0 ? kExitMistake : kExitFine;  // the launch ends as rank 0 does
    }
  }
  std::ostream nowhere(nullptr);
  const bool leads = ranks->leads();
  if (!leads) {
    progress.kind = ProgressDisplay::Kind::kNothing;
  }
  const Console console{in,       leads ? out : nowhere, leads ? err : nowhere, *ranks, progress,
                        out_width};
  Ending ending = run_guarded(args, console);
  ending.message = printable_lines(ending.message);
  console.err << ending.message << std::flush;
  try {
    return ranks->leave(ending.code, ending.message);
  } catch (const std::exception& bug) {
    err << "internal error: " << printable(bug.what()) << '\n' << std::flush;
    return kExitBug;
  }
}

}  // namespace memplace
