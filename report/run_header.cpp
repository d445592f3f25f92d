// SPDX-License-Identifier: Apache-2.0
#include "report/run_header.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/error.h"
#include "base/schema.h"

namespace memplace {
namespace {

// A word with characters that would do something to a terminal, as bash, zsh and ksh read it.
std::string ansi_quoted(const std::string& word) {
  std::string text = "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      text += fmt::format("\\x{:02x}", byte);
    } else {
      text += c == '\'' || c == '\\' ? "\\" : "";
      text += c;
    }
  }
  return text + "'";
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_=.,:/+@%").find(c) != std::string_view::npos;
}

std::string quoted(const std::string& word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
    return word;
  }
  if (printable(word) != word) {
    return ansi_quoted(word);
  }
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

void add_warnings(RunHeader& header, std::span<const std::string> warnings) {
  for (const std::string& text : warnings) {
    if (std::find(header.warnings.begin(), header.warnings.end(), text) == header.warnings.end()) {
      header.warnings.push_back(text);
    }
  }
}

Json to_json(const Mode& mode) {
  return {{"streams", mode.streams},
          {"engines_per_stream", mode.engines_per_stream},
          {"inferences", mode.inferences}};
}

Json begin_json(const RunHeader& header) {
  Json json{{"memplace_version", header.version},
            {"schema_version", kSchemaVersion},
            {"command", header.command},
            {"config", header.config},
            {"again", header.again}};
  if (!header.warnings.empty()) {
    json["warnings"] = header.warnings;
  }
  return json;
}

std::string text_head(const RunHeader& header) {
  std::string text = fmt::format("memplace {} {}\n", header.version, header.command);
  for (const auto& [key, value] : header.facts) {
    text += fmt::format("  {:<10}{}\n", key, value);
  }
  return text + fmt::format("  {:<10}{}\n", "again", header.again);
}

std::string shell_command(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + quoted(word);
  }
  return text;
}

}  // namespace memplace
