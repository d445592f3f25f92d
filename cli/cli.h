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

// Runs one command. `args` are the program's arguments without its name. Results go to `out`, all
// else to `err`; where the command fails, nothing goes to `out` and one message to `err`. Progress
// is drawn as a bar where `err_is_terminal`. Tables keep to `out_width` columns where it is given.
// `in` is what other programs send. Returns one of the exit codes above; never throws and never
// exits.
int run(std::span<const std::string> args, std::ostream& out, std::ostream& err,
        bool err_is_terminal, std::optional<std::size_t> out_width, std::istream& in);

}  // namespace memplace
