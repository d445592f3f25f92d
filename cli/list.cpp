// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "cli/strategy_text.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/search/strategy.h"
#include "report/describe.h"
#include "report/json_table.h"
#include "report/table.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

constexpr std::size_t kNoTerminal = 80;  // columns where nobody says how many there are
const std::array<std::string, 4> kListed{"workloads", "chips", "heuristics", "strategies"};

// "batch=1, seq=128", with each parameter's default.
std::string defaults_of(const BuiltinInfo& info) {
  std::string text;
  for (const BuiltinParameter& parameter : info.parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", parameter.name, parameter.fallback);
  }
  return text;
}

std::string defaults_of(const StrategyInfo& info) {
  std::string text;
  for (const OptionInfo& option : info.options) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", option.name, default_text(option));
  }
  return text;
}

std::string presets_of(const StrategyInfo& info) {
  std::string text;
  for (const Preset& preset : info.presets) {
    text += (text.empty() ? "" : ", ") + preset.name;
  }
  return text;
}

Json preset_rows(std::span<const StrategyInfo> shown) {
  Json rows = Json::array();
  for (const StrategyInfo& info : shown) {
    for (const Preset& preset : info.presets) {
      rows.push_back({{"strategy", info.name},
                      {"preset", preset.name},
                      {"summary", preset.summary},
                      {"options", options_text(preset)}});
    }
  }
  return rows;
}

Json strategy_rows(std::span<const StrategyInfo> shown) {
  Json rows = Json::array();
  for (const StrategyInfo& info : shown) {
    rows.push_back({{"name", info.name},
                    {"summary", info.summary},
                    {"presets", presets_of(info)},
                    {"options", defaults_of(info)}});
  }
  return rows;
}

Json option_rows(const StrategyInfo& info) {
  Json rows = Json::array();
  for (const OptionInfo& option : info.options) {
    rows.push_back({{"name", option.name},
                    {"default", default_text(option)},
                    {"allowed", allowed_text(option)},
                    {"summary", option.summary}});
  }
  return rows;
}

Json rows_of(const std::string& kind) {
  Json rows = Json::array();
  if (kind == "workloads") {
    for (const BuiltinInfo& info : builtins()) {
      rows.push_back(
          {{"name", info.name}, {"summary", info.summary}, {"parameters", defaults_of(info)}});
    }
  } else if (kind == "chips") {
    for (const std::string& name : chip_names()) {
      rows.push_back({{"name", name}, {"summary", load_chip(name).description}});
    }
  } else if (kind == "heuristics") {
    for (const HeuristicInfo& info : heuristics()) {
      rows.push_back({{"name", std::string(info.name)}, {"summary", std::string(info.summary)}});
    }
    for (const MovingHeuristicInfo& info : moving_heuristics()) {
      rows.push_back({{"name", std::string(info.name)}, {"summary", std::string(info.summary)}});
    }
  }
  return rows;
}

std::string text_of(const Json& rows, std::optional<std::size_t> width) {
  Table table;
  for (const auto& [key, value] : rows.front().items()) {
    table.add_column(key, Table::Column::kName);
  }
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const Json& value : row) {
      cells.push_back(value.get<std::string>());
    }
    table.add_row(std::move(cells));
  }
  return table.text(width);
}

// All strategies, or the one of `name`, whose options are shown one by one.
std::string strategies_in(Format format, const RunHeader& header,
                          const std::optional<std::string>& name, std::size_t width) {
  const auto all = strategies().rows();
  const StrategyInfo* const one = name ? &strategies().find(*name) : nullptr;
  const auto shown = one != nullptr ? std::span<const StrategyInfo>(one, 1) : all;
  switch (format) {
    case Format::kJson: {
      Json json = begin_json(header);
      json["strategies"] = strategy_rows(shown);
      json["presets"] = preset_rows(shown);
      if (one != nullptr) {
        json["options"] = option_rows(*one);
      }
      return pretty(json);
    }
    case Format::kCsv:
      return json_rows_to_csv(one != nullptr ? option_rows(*one) : strategy_rows(shown));
    case Format::kText:
      break;
  }
  return one != nullptr ? strategy_text(*one, width) : strategies_text(width);
}

}  // namespace

void declare_list(Arguments& arguments) {
  arguments.add_positional("KIND", listed(one_of(kListed).names), one_of(kListed));
  arguments.add_optional("NAME", "a strategy, whose options are shown then", strategy_names());
  declare_output(arguments);
}

void execute_list(const Arguments& arguments, const Console& console) {
  static_cast<void>(arguments.required("KIND"));
  const std::string& kind = kListed.at(arguments.choice("KIND"));
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const auto name = arguments.value("NAME");
  const auto width = output ? std::nullopt : console.out_width;
  std::vector<std::string> words{"memplace", "list", kind};
  Json config{{"kind", kind}};
  if (name) {
    words.push_back(*name);
    config["name"] = *name;
  }
  const RunHeader header{version(), "list", config, {}, shell_command(words)};
  if (kind == "strategies") {
    deliver(console, output, arguments.named([&] {
      return strategies_in(format, header, name, width.value_or(kNoTerminal));
    }));
    return;
  }
  if (name) {
    throw arguments.error(fmt::format("NAME goes with strategies only, and not with {}", kind));
  }
  const Json rows = rows_of(kind);
  switch (format) {
    case Format::kJson: {
      Json json = begin_json(header);
      json[kind] = rows;
      deliver(console, output, pretty(json));
      return;
    }
    case Format::kCsv:
      deliver(console, output, json_rows_to_csv(rows));
      return;
    case Format::kText:
      deliver(console, output, text_of(rows, width));
      return;
  }
}

}  // namespace memplace
