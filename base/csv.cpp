// SPDX-License-Identifier: Apache-2.0
#include "base/csv.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/number_text.h"

namespace memplace {
namespace {

// What formulas begin with; spreadsheets skip the blanks among them.
constexpr std::string_view kBegins = "=+-@\t\r";

bool is_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  return parse_number<double>(text).has_value();
}

// Whether a spreadsheet would take the text for a formula.
bool is_formula(std::string_view text) {
  return !text.empty() && kBegins.find(text.front()) != std::string_view::npos && text != "-" &&
         !is_number(text);
}

// The text without all ' in front.
std::string_view without_marks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of('\''), text.size()));
}

// Where the quote that `text` begins with is closed; its size where it is not.
std::size_t closing_quote(std::string_view text) {
  std::size_t at = text.find('"', 1);
  while (at < text.size() && at + 1 < text.size() && text[at + 1] == '"') {
    at = text.find('"', at + 2);
  }
  return std::min(at, text.size());
}

std::string unquoted(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    i += text[i] == '"' ? 1U : 0U;  // the second of two
  }
  return result;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  const std::string shown = printable(text);
  std::string cell = (is_formula(without_marks(shown)) ? "'" : "") + shown;
  if (cell.find_first_of(",\"") == std::string::npos) {
    return cell;
  }
  std::string quoted = "\"";
  for (const char c : cell) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string_view csv_text(std::string_view cell) {
  return cell.starts_with('\'') && is_formula(without_marks(cell)) ? cell.substr(1) : cell;
}

std::vector<CsvField> csv_fields(std::string_view record, std::size_t most, char separator) {
  std::vector<CsvField> fields;
  std::size_t begin = 0;
  while (true) {
    const std::string_view rest = record.substr(begin);
    const bool quotes = rest.starts_with('"');
    const std::size_t close = quotes ? closing_quote(rest) : 0;
    const std::size_t end = std::min(rest.find(separator, close), rest.size());
    const std::size_t behind = std::min(close + 1, rest.size());  // the closing quote
    std::string text = quotes ? unquoted(rest.substr(1, close - 1)) : std::string();
    text += quotes ? rest.substr(behind, end - std::min(behind, end)) : rest.substr(0, end);
    fields.push_back({std::move(text), begin + 1, !quotes || close + 1 == end});
    if (end == rest.size() || fields.size() > most) {
      return fields;
    }
    begin += end + 1;
  }
}

std::vector<CsvRecord> csv_records(std::string_view text, std::size_t most, char separator) {
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  std::vector<CsvRecord> records;
  std::size_t line = 1;
  while (!text.empty() && records.size() <= most) {
    std::size_t end = 0;
    bool begins = true;  // a field
    while (end < text.size() && text[end] != '\n') {
      if (begins && text[end] == '"') {
        end += closing_quote(text.substr(end));
        begins = false;
        continue;
      }
      begins = text[end++] == separator;
    }
    end = std::min(end, text.size());
    std::string_view record = text.substr(0, end);
    const auto lines = static_cast<std::size_t>(std::count(record.begin(), record.end(), '\n'));
    if (record.ends_with('\r')) {
      record.remove_suffix(1);
    }
    records.push_back({record, line});
    line += lines + 1;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return records;
}

char csv_separator(std::string_view record) {
  std::size_t at = 0;
  while (at < record.size()) {
    if (record[at] == '"') {
      at += closing_quote(record.substr(at)) + 1;
      continue;
    }
    if (record[at] == ',' || record[at] == ';' || record[at] == '\t') {
      return record[at];
    }
    ++at;
  }
  return ',';
}

}  // namespace memplace
