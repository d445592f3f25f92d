// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/utf8.h"

namespace memplace {
namespace {

// JSON escapes the first 32 characters only; the others stand in its strings alone.
std::string with_controls_escaped(std::string text) {
  const std::size_t first = text.find_first_of("\x7f\xc2\xd8\xe2");  // what they begin with
  if (first == std::string::npos) {
    return text;
  }
  std::string result = text.substr(0, first);
  for (std::string_view rest = std::string_view(text).substr(first); !rest.empty();) {
    const std::size_t length = utf8_length(rest);
    const char32_t character = code_point(rest, length);
    if (is_control(character) && character != '\n') {
      result += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character));
    } else {
      result += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return result;
}

// Whether brackets outside of strings nest deeper than allowed. Of a text that is no JSON this
// holds up to where a parser gives up.
bool is_too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      in_string = c != '"';
      i += c == '\\' ? 1 : 0;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    }
  }
  return false;
}

}  // namespace

std::string pretty(const Json& json) {
  return with_controls_escaped(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

std::string one_line(const Json& json) {
  return with_controls_escaped(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as what memplace writes.
Json printable_json(Json json) {
  if (json.is_string()) {
    return printable_lines(json.get_ref<const std::string&>());
  }
  if (json.is_structured()) {
    for (Json& value : json) {
      value = printable_json(std::move(value));
    }
  }
  return json;
}

Json parse_json(std::string_view text, const std::string& source) {
  if (is_too_deep(text)) {
    throw Error(
        fmt::format("{}: damaged: JSON nested deeper than {} levels", source, kMaxJsonDepth));
  }
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& damage) {
    throw Error(fmt::format("{}: damaged: no JSON at byte {} of {}", source,
                            std::min(damage.byte, text.size()), text.size()));
  } catch (const Json::exception&) {
    throw Error(fmt::format("{}: damaged: a number in it is too large", source));
  }
}

std::optional<Json> parse_json(std::string_view text) {
  if (is_too_deep(text)) {
    return std::nullopt;
  }
  Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

}  // namespace memplace
