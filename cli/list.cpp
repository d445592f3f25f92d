// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include <fmt/format.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "optimizer/heuristics/heuristic.h"
#include "optimizer/strategy.h"
#include "report/describe.h"
#include "report/json_table.h"
#include "report/table.h"
#include "sim/chip/chip_reader.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

// "batch=1, seq=128", with each parameter's default.
std::string defaults_of(const BuiltinInfo& info) {
  std::string text;
  for (const BuiltinParameter& parameter : info.parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", parameter.name, parameter.fallback);
  }
  return text;
}

std::string text_of(const OptionValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

std::string defaults_of(const StrategyInfo& info) {
  std::string text;
  for (const OptionInfo& option : info.options) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", option.name,
                        text_of(option.default_value));
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

Json preset_rows() {
  Json rows = Json::array();
  for (const StrategyInfo& info : strategies()) {
    for (const Preset& preset : info.presets) {
      rows.push_back({{"strategy", info.name},
                      {"preset", preset.name},
                      {"summary", preset.summary},
                      {"options", fmt::format("{}", fmt::join(preset.options, ", "))}});
    }
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
  } else {
    for (const StrategyInfo& info : strategies()) {
      rows.push_back({{"name", info.name},
                      {"summary", info.summary},
                      {"presets", presets_of(info)},
                      {"options", defaults_of(info)}});
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

}  // namespace

void declare_list(Arguments& arguments) {
  arguments.add_positional("KIND", "workloads, chips, heuristics or strategies");
  declare_output(arguments);
}

void execute_list(const Arguments& arguments, const Console& console) {
  const std::array<std::string, 4> kinds{"workloads", "chips", "heuristics", "strategies"};
  static_cast<void>(arguments.required("KIND"));
  const std::string kind = kinds[arguments.choice("KIND", kinds, 0)];
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const Json rows = rows_of(kind);
  const bool has_presets = kind == "strategies";
  const auto width = output ? std::nullopt : console.out_width;
  const RunHeader header{version(),
                         "list",
                         {{"kind", kind}},
                         {},
                         shell_command(std::array<std::string, 3>{"memplace", "list", kind})};
  switch (format) {
    case Format::kJson: {
      Json json = begin_json(header);
      json[kind] = rows;
      if (has_presets) {
        json["presets"] = preset_rows();
      }
      deliver(console, output, pretty(json));
      return;
    }
    case Format::kCsv:
      deliver(console, output, begin_csv(header) + json_rows_to_csv(rows));
      return;
    case Format::kText:
      deliver(console, output,
              text_of(rows, width) +
                  (has_presets ? "\nPresets\n" + text_of(preset_rows(), width) : ""));
      return;
  }
}

}  // namespace memplace
