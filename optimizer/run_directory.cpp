// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run_directory.h"

#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "sim/chip/chip_reader.h"
#include "sim/mapping/mapping_file.h"

namespace memplace {
namespace {

constexpr std::string_view kRunFile = "run.yaml";
constexpr std::string_view kHistoryFile = "history.jsonl";
constexpr std::string_view kMappingFile = "best.mapping.yaml";

// Any text as a YAML scalar: JSON's quoting is YAML's.
std::string quoted(const std::string& text) { return one_line(Json(text)); }

// `text`, every line two columns further right.
std::string indented(const std::string& text) {
  std::string result;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && c != '\n') {
      result += "  ";
    }
    result += c;
    at_line_start = c == '\n';
  }
  return result;
}

}  // namespace

std::string run_yaml(const RunConfig& config) {
  std::string text = "# A run of memplace optimize, resolved.\n";
  text += fmt::format("version: {}\n", quoted(config.version));
  text += fmt::format("workload: {}\n", quoted(config.workload));
  text += fmt::format("dtype: {}\n", name_of(config.dtype));
  if (!config.dims.empty()) {
    text += fmt::format("dim: {}\n", one_line(Json(config.dims)));
  }
  if (config.allow_unknown) {
    text += "allow_unknown: true\n";
  }
  text += fmt::format("mode: {{streams: {}, engines_per_stream: {}, inferences: {}}}\n",
                      config.mode.streams, config.mode.engines_per_stream, config.mode.inferences);
  text += fmt::format("model: {}\n", quoted(config.model));
  text += fmt::format("strategy: {}\n", quoted(config.strategy));
  if (config.options.empty()) {
    text += "options: {}\n";
  } else {
    text += "options:\n";
    for (const auto& [name, value] : config.options) {
      text += fmt::format("  {}: {}\n", name, value);
    }
  }
  text += fmt::format("seed: {}\n", config.seed);
  text += fmt::format("budget: {}\n", config.budget);
  text += "chip:\n" + indented(write_chip(config.chip));
  return text;
}

std::string history_line(const HistoryEntry& entry) {
  Json line;
  line["evaluation"] = entry.evaluation;
  line["asked_hash"] = fmt::format("{:016x}", entry.asked_hash);
  line["given_hash"] = fmt::format("{:016x}", entry.given_hash);
  line["demoted_bytes"] = entry.demoted;
  line["asked_bytes"] = entry.asked_above;
  line["epsilon"] = Epsilon{entry.demoted, entry.asked_above}.value();
  line["latency_ps"] = entry.latency;
  line["improved"] = entry.improved;
  return one_line(line);
}

RunDirectory::RunDirectory(std::string path, const RunConfig& config) : path_(std::move(path)) {
  make_directory(path_);
  for (const std::string_view name : {kRunFile, kHistoryFile, kMappingFile}) {
    std::error_code unknown;
    if (std::filesystem::exists(file(name), unknown)) {
      throw Error(fmt::format("{}: already holds a run ({}); name another directory", path_, name));
    }
  }
  write_file(file(kRunFile), run_yaml(config));
}

void RunDirectory::finish(const Program& program, const SearchResult& result) const {
  std::string history;
  for (const HistoryEntry& entry : result.history) {
    history += history_line(entry) + "\n";
  }
  write_file(file(kHistoryFile), history);
  if (result.best.has_value()) {
    write_file(file(kMappingFile), write_mapping(*program.graph, program.chip, result.best->given));
  }
}

std::string RunDirectory::file(std::string_view name) const {
  return (std::filesystem::path(path_) / name).string();
}

}  // namespace memplace
