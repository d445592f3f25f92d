// SPDX-License-Identifier: Apache-2.0
// Lines of JSON in a file that is added to, which show where one was changed, added or taken away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/fnv.h"

namespace memplace {

// The last key of each line, `check`, is 16 hexadecimal digits of a hash (base/fnv.h) of the line
// without it, of all lines before, and of what they belong to.
class LineChain {
 public:
  // `belongs_to` is a hash of that.
  explicit LineChain(std::uint64_t belongs_to) : hash_(belongs_to) {}

  // The next line, without its newline: `object`, which is a JSON object with a key, on one line,
  // and its check.
  std::string close(std::string_view object);

  // The object of which close() made the next line; nothing where it made another one, and then the
  // chain is as it was.
  std::optional<std::string> open(std::string_view line);

  // Of all lines so far; LineChain(value()) goes on with the next.
  std::uint64_t value() const { return hash_.value(); }

 private:
  Fnv1a hash_;
};

// Calls `take` with the number, from 1, and the object of each whole line of `text`. Returns how
// many bytes they have: behind them is the beginning of another, or nothing. Throws Error with
// file:line where one is not what was written there; `owner` is the name of what they belong to.
std::size_t read_lines(
    std::string_view text, const std::string& file, std::string_view owner, LineChain& chain,
    const std::function<void(std::size_t number, const std::string& object)>& take);

}  // namespace memplace
