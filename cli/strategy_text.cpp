// SPDX-License-Identifier: Apache-2.0
#include "cli/strategy_text.h"

#include <algorithm>
#include <span>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "cli/value_set.h"
#include "optimizer/catalog/strategies.h"
#include "report/table.h"
#include "report/wrapped.h"

namespace memplace {
namespace {

// Narrower, sentences would be a word a line.
constexpr std::size_t kLeastText = 24;

using Row = std::vector<std::string>;

// Rows of short cells, but for the last, which is broken into lines that stand below each other.
std::string columns(std::span<const Row> rows, std::size_t width) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::size_t margin = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    margin += widths[i] + 2;
  }
  std::string text;
  for (const Row& row : rows) {
    std::string front;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      front += row[i] + std::string(widths[i] + 2 - display_width(row[i]), ' ');
    }
    for (const std::string& line :
         wrapped(row.back(), std::max(kLeastText, width - std::min(width, margin)))) {
      text += front + line;
      text.erase(text.find_last_not_of(' ') + 1);
      text += '\n';
      front.assign(margin, ' ');
    }
  }
  return text;
}

std::string count_of_options(const StrategyInfo& info) {
  const std::size_t count = info.options.size();
  std::string text = count == 0 ? "" : fmt::format("; {} option{}", count, count == 1 ? "" : "s");
  for (std::size_t i = 0; i < info.presets.size(); ++i) {
    text += (i == 0 ? ", preset " : ", ") + info.presets[i].name;
  }
  return text;
}

}  // namespace

std::string default_text(const OptionInfo& option) {
  return std::visit([](const auto& value) { return fmt::format("{}", value); },
                    option.default_value);
}

std::string allowed_text(const OptionInfo& option) {
  if (!std::holds_alternative<std::string>(option.default_value)) {
    return fmt::format("{} to {}", option.least, option.most);
  }
  return listed(any_of(option.choices).names);
}

std::string options_text(const Preset& preset) {
  return fmt::format("{}", fmt::join(preset.options, ", "));
}

std::string strategies_text(std::size_t width) {
  std::vector<Row> rows{{"name", "summary"}};
  for (const StrategyInfo& info : strategies()) {
    rows.push_back({info.name, info.summary + count_of_options(info)});
  }
  return columns(rows, width) +
         "\nmemplace list strategies NAME shows the options and presets of one.\n";
}

std::string strategy_text(const StrategyInfo& info, std::size_t width) {
  std::string text = fmt::format(
      "{}\n", fmt::join(wrapped(fmt::format("{}: {}", info.name, info.summary), width), "\n"));
  if (info.options.empty()) {
    return text + "It has no options.\n";
  }
  std::vector<Row> rows{{"option", "default", "meaning"}};
  for (const OptionInfo& option : info.options) {
    const std::string allowed = allowed_text(option);
    rows.push_back({option.name, default_text(option),
                    option.summary + (allowed.empty() ? "" : fmt::format(" ({})", allowed))});
  }
  text += '\n' + columns(rows, width);
  if (!info.presets.empty()) {
    rows.assign(1, {"preset", "meaning"});
    for (const Preset& preset : info.presets) {
      rows.push_back({preset.name, fmt::format("{}: {}", preset.summary, options_text(preset))});
    }
    text += '\n' + columns(rows, width);
  }
  return text;
}

}  // namespace memplace
