// SPDX-License-Identifier: Apache-2.0
// The two kinds of failure that are exceptions: the user's mistake (Error, exit code 2) and ours
// (InternalError, exit code 70). What is neither, an infeasible mapping for example, is a value.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace memplace {

// A mistake in what the user gave: one message, complete in itself, that names what was found and
// what is allowed. It is printable(), whatever names it quotes.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view message);
};

// A broken promise inside memplace.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Throws InternalError with the failed condition and its place; see MEMPLACE_ASSERT.
[[noreturn]] void fail_assertion(const char* condition, const char* file, int line,
                                 const std::string& values);

// `text` with control characters (base/utf8.h) and bytes that are no UTF-8 as escapes (\n, \x1b,
// \u202e), so that a message stays one line and shows what is there. Cut after `most` bytes, with
// its size named.
std::string printable(std::string_view text, std::size_t most = std::string_view::npos);

// The same of a text of several lines: ends of lines and tabs stay.
std::string printable_lines(std::string_view text);

// `text` in double quotes, printable, and cut after some 80 bytes with its size named.
std::string quoted(std::string_view text);

// The candidate nearest to `found` by edit distance, or "" where none is near enough to be meant.
std::string_view nearest_name(std::string_view found, std::span<const std::string> candidates);

// `unknown KIND "FOUND"; known: A, B, C (did you mean "A"?)`: the message for a name that is in no
// table. Where there are no candidates, `unknown KIND "FOUND"; none is known here`.
std::string unknown_name_message(std::string_view kind, std::string_view found,
                                 std::span<const std::string> candidates);

}  // namespace memplace

// Checks what only a bug in memplace can break. `values` is a string with the values at hand.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): needs the text and place of the condition.
#define MEMPLACE_ASSERT(condition, values) \
  (static_cast<bool>(condition)            \
       ? static_cast<void>(0)              \
       : ::memplace::fail_assertion(#condition, __FILE__, __LINE__, (values)))
