// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.h"

#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "cli/examples.h"
#include "cli/setup.h"
#include "report/wrapped.h"

namespace memplace {
namespace {

// The text as man shows it: nothing in it is a request, and minus signs can be copied.
std::string roff(std::string_view text) {
  std::string escaped;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) {
      escaped += "\\&";
    }
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
    begins = c == '\n';
  }
  return escaped;
}

// The same, on lines that an editor shows.
std::string running(std::string_view text) {
  constexpr std::size_t kWidth = 72;
  return roff(fmt::format("{}", fmt::join(wrapped(text, kWidth), "\n")));
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }

// Words in capitals stand for values.
std::string value_word(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

std::string title_line(const std::string& page) {
  return fmt::format(".TH {} 1 \"\" \"memplace {}\" \"memplace manual\"\n.nh\n.ad l\n", page,
                     version());
}

std::string paragraph(const std::string& term, const std::string& text) {
  return ".TP\n" + term + "\n" + text + "\n";
}

std::string term_of(const ArgumentInfo& argument) {
  if (argument.positional()) {
    return value_word(argument.name);
  }
  const std::string names = argument.short_name.empty()
                                ? bold(argument.name)
                                : bold(argument.short_name) + ", " + bold(argument.name);
  return argument.type.empty() ? names : names + ' ' + value_word(argument.type);
}

// What a value may be, where the help does not name all there is.
std::string values_of(const ArgumentInfo& argument) {
  const ValueSet& values = argument.values;
  if (values.closed || values.names.empty()) {
    return "";
  }
  return "\n.br\n" + running("Built in: " + listed(values.names) + ".");
}

std::string arguments_of(const CommandTable& command, bool positional) {
  std::string text;
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.positional() == positional) {
      text += paragraph(term_of(argument), running(meaning_of(argument)) + values_of(argument));
    }
  }
  return text;
}

std::string examples_of(const std::string& command) {
  std::string text;
  for (const Example& example : examples()) {
    if (example.command == command) {
      text += paragraph(bold(fmt::format("memplace {} {}", command, example.line)),
                        running(example.meaning));
    }
  }
  return text.empty() ? "" : ".SH EXAMPLES\n" + text;
}

std::string exit_status() {
  return ".SH EXIT STATUS\n" + paragraph("0", "It went well.") +
         paragraph("1", roff("Nothing fits the chip, or two simulators disagree.")) +
         paragraph("2", roff("A mistake in what was given; one message says where and what is "
                             "allowed.")) +
         paragraph("70", "A bug in memplace.") +
         paragraph(
             "128+\\fIN\\fR",
             roff(
                 "Stopped by signal N; a run, an experiment or a sweep that is kept on disk can be "
                 "resumed."));
}

}  // namespace

std::string manual_of_program(std::span<const CommandTable> commands) {
  std::string text = title_line("MEMPLACE") + ".SH NAME\nmemplace \\- " +
                     "simulate and optimize tensor placement on inference accelerators\n" +
                     ".SH SYNOPSIS\n" + bold("memplace") + ' ' + value_word("COMMAND") +
                     " [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n" + roff(program_description()) +
                     "\n.PP\n" +
                     running(
                         "Results go to standard output or to the file of --output, messages "
                         "and progress to standard error. Quantities are written with their "
                         "unit, as in 8MiB, 68GB/s or 250us.") +
                     "\n.SH COMMANDS\n";
  for (const CommandTable& command : commands) {
    text += paragraph(bold(command.name),
                      roff(command.summary) + "; see " + bold("memplace-" + command.name) + "(1)");
  }
  text += ".SH OPTIONS\n" + paragraph(bold("-h") + ", " + bold("--help"), kHelpMeaning) +
          paragraph(bold("-V") + ", " + bold("--version"), kVersionMeaning) + exit_status() +
          ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    text += fmt::format(".BR {} (1){}\n", roff("memplace-" + commands[i].name),
                        i + 1 == commands.size() ? "" : ",");
  }
  return text;
}

std::string manual_of_command(const CommandTable& command) {
  const std::string page = "memplace-" + command.name;
  std::string usage = bold("memplace " + command.name);
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.positional()) {
      usage += ' ' + value_word(usage_of(argument));
    }
  }
  std::string upper = page;
  for (char& c : upper) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  const std::string positionals = arguments_of(command, true);
  return title_line(upper) + ".SH NAME\n" + page + " \\- " + roff(command.summary) +
         "\n.SH SYNOPSIS\n" + usage + " [\\fIOPTIONS\\fR]\n" +
         (positionals.empty() ? "" : ".SH ARGUMENTS\n" + positionals) + ".SH OPTIONS\n" +
         arguments_of(command, false) +
         paragraph(bold("-h") + ", " + bold("--help"), kHelpMeaning) + examples_of(command.name) +
         exit_status() + ".SH SEE ALSO\n.BR memplace (1)\n";
}

}  // namespace memplace
