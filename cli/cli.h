// SPDX-License-Identifier: Apache-2.0
// The program `memplace` as a function, so that tests can run it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>

namespace memplace {

inline constexpr int kExitFine = 0;
inline constexpr int kExitInfeasible = 1;
inline constexpr int kExitDifference = 1;
inline constexpr int kExitMistake = 2;
inline constexpr int kExitBug = 70;
inline constexpr int kExitSignal = 128;  // and the signal that a search was stopped by

// How progress is shown on standard error.
struct ProgressDisplay {
  enum class Kind {
    kTenths,  // a line at each tenth
    kLine,    // one line, drawn again and again
    kNothing,
  };
  Kind kind = Kind::kTenths;
  std::size_t width = 80;  // columns of kLine
};
// For a standard error that is a terminal of so many columns, or none; `term` is the environment's
// TERM and may be null. One that is dumb cannot draw, and somebody sits before it.
ProgressDisplay progress_display(std::optional<std::size_t> columns, const char* term);

// Runs one command. `args` are the program's arguments without its name. Results go to `out`, all
// else to `err`; where the command fails, nothing goes to `out` and one message to `err`. Tables
// keep to `out_width` columns where it is given. `in` is what other programs send. Returns one of
// the exit codes above; never throws and never exits.
int run(std::span<const std::string> args, std::ostream& out, std::ostream& err,
        ProgressDisplay progress, std::optional<std::size_t> out_width, std::istream& in);

}  // namespace memplace
