// SPDX-License-Identifier: Apache-2.0
#include "base/line_chain.h"

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

constexpr std::string_view kKey = ",\"check\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr std::size_t kDigits = 16;
constexpr std::size_t kTail = kKey.size() + kDigits + kEnd.size();

// Where the check of a line begins; npos where it has none.
std::size_t check_of(std::string_view line) {
  const bool has = line.size() > kTail && line.substr(line.size() - kTail).starts_with(kKey);
  return has ? line.size() - kTail : std::string_view::npos;
}

}  // namespace

std::string LineChain::close(std::string_view object) {
  hash_.add(object);
  object.remove_suffix(1);
  return fmt::format("{}{}{:016x}{}", object, kKey, hash_.value(), kEnd);
}

std::optional<std::string> LineChain::open(std::string_view line) {
  const std::size_t check = check_of(line);
  if (check == std::string_view::npos) {
    return std::nullopt;
  }
  std::string object = fmt::format("{}}}", line.substr(0, check));
  LineChain next = *this;
  if (next.close(object) != line) {
    return std::nullopt;
  }
  *this = next;
  return object;
}

std::size_t read_lines(
    std::string_view text, const std::string& file, std::string_view owner, LineChain& chain,
    const std::function<void(std::size_t number, const std::string& object)>& take) {
  std::string_view rest = text;
  std::size_t number = 0;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    const std::optional<std::string> object = chain.open(line);
    ++number;
    if (!object.has_value() && check_of(line) == std::string_view::npos) {
      throw Error(fmt::format(
          "{}:{}: a line without its check; it was damaged or changed, or an older memplace wrote "
          "it",
          file, number));
    }
    if (!object.has_value()) {
      throw Error(
          fmt::format("{}:{}: not the line that was written here; it{} was damaged or changed",
                      file, number, number == 1 ? fmt::format(" or {}", owner) : ""));
    }
    take(number, *object);
    rest.remove_prefix(end + 1);
  }
  return text.size() - rest.size();
}

}  // namespace memplace
