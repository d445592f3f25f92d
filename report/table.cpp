// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/csv.h"
#include "base/error.h"

namespace memplace {
namespace {

constexpr std::size_t kLeastName = 8;
constexpr std::string_view kGap = "  ";

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

// The byte at which character number `index` begins.
std::size_t byte_of_character(std::string_view text, std::size_t index) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && seen++ == index) {
      return i;
    }
  }
  return text.size();
}

void append_csv_line(std::string& text, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text += (i == 0 ? "" : ",") + csv_cell(cells[i]);
  }
  text += '\n';
}

}  // namespace

std::string key_line(std::string_view key, std::string_view value) {
  return fmt::format("{:<16}{}\n", key, value);
}

std::string more_rows(std::size_t shown, std::size_t all, std::string_view option) {
  return shown == all ? "" : fmt::format("  ... {} more ({} all)\n", all - shown, option);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string shortened(std::string_view text, std::size_t width) {
  const std::size_t size = display_width(text);
  if (size <= width || width < 3) {
    return std::string(text.substr(0, byte_of_character(text, width)));
  }
  // The end tells more than the middle, and gets the odd character.
  const std::size_t head = (width - 2) / 2;
  const std::size_t tail = width - 2 - head;
  return std::string(text.substr(0, byte_of_character(text, head)))
      .append("..")
      .append(text.substr(byte_of_character(text, size - tail)));
}

void Table::add_column(std::string title, Column kind) {
  titles_.push_back(std::move(title));
  kinds_.push_back(kind);
}

void Table::add_row(std::vector<std::string> cells) {
  MEMPLACE_ASSERT(cells.size() == titles_.size(), std::to_string(cells.size()));
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::optional<std::size_t> width, std::string_view indent) const {
  std::vector<std::vector<std::string>> rows = rows_;
  for (auto& row : rows) {
    for (std::string& cell : row) {
      cell = printable(cell);
    }
  }
  std::vector<std::size_t> widths;
  std::size_t line = indent.size() + (titles_.size() - 1) * kGap.size();
  for (std::size_t c = 0; c < titles_.size(); ++c) {
    std::size_t widest = display_width(titles_[c]);
    for (const auto& row : rows) {
      widest = std::max(widest, display_width(row[c]));
    }
    widths.push_back(widest);
    line += widest;
  }
  while (width && line > *width) {
    std::size_t* widest = nullptr;
    for (std::size_t c = 0; c < titles_.size(); ++c) {
      if (kinds_[c] == Column::kName && (widest == nullptr || widths[c] > *widest)) {
        widest = &widths[c];
      }
    }
    if (widest == nullptr || *widest <= kLeastName) {
      break;
    }
    --*widest;
    --line;
  }

  std::string text;
  const auto append = [&](const std::vector<std::string>& cells) {
    std::string out(indent);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string cell = shortened(cells[c], widths[c]);
      const std::string padding(widths[c] - display_width(cell), ' ');
      out += c == 0 ? "" : kGap;
      out += kinds_[c] == Column::kName ? cell + padding : padding + cell;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + '\n';
  };
  append(titles_);
  for (const auto& row : rows) {
    append(row);
  }
  return text;
}

std::string Table::csv() const {
  std::string text;
  append_csv_line(text, titles_);
  for (const auto& row : rows_) {
    append_csv_line(text, row);
  }
  return text;
}

}  // namespace memplace
