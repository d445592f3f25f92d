// SPDX-License-Identifier: Apache-2.0
// What searches, experiments and sweeps are made of and leave: the same promises as of
// graph_targets.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_kinds.h"
#include "base/json.h"
#include "base/yaml_reader.h"
#include "optimizer/search/history.h"
#include "optimizer/studies/experiment/spec.h"
#include "optimizer/studies/run/run_config.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/sweep/point.h"
#include "optimizer/studies/sweep/spec.h"
#include "tests/fuzz/graph_targets.h"
#include "tests/fuzz/takes.h"
#include "tests/support/line_chains.h"

namespace memplace::test {

inline bool take_sweep(const std::string& text) {
  const auto reader = [](const std::string& yaml) { return read_sweep(document(yaml)); };
  return takes_and_writes(text, reader, write_sweep);
}

inline bool take_experiment(const std::string& text) {
  const auto reader = [](const std::string& yaml) { return read_experiment(document(yaml)); };
  return takes_and_writes(text, reader, write_experiment);
}

// A run.yaml of fuzzed_graph(). The bytes of a policy are not in it.
inline WrittenRun read_whole_run(const std::string& text) {
  const YamlDocument yaml = document(text);
  WrittenRun run = read_run(yaml);
  run.config.init = read_run_init(yaml, Problem(fuzzed_graph(), run.chip));
  static_cast<void>(read_run_policy_hash(yaml));
  return run;
}

inline bool take_run(const std::string& text) {
  return takes([&] {
    const WrittenRun run = read_whole_run(text);
    const Problem problem(fuzzed_graph(), run.chip, run.mode);
    const std::string written = run_yaml(run.config, problem);
    const WrittenRun other = reread(written, read_whole_run);
    MEMPLACE_ASSERT(other == run, written);
    MEMPLACE_ASSERT(run_yaml(other.config, problem) == written, written);
  });
}

// Parameters of a request to `memplace serve`, but for a strategy and its options.
inline SearchRequest read_request(const std::string& text) {
  const Json json = parse_json(text, "fuzz.json");
  if (!json.is_object()) {
    throw Error("no object");
  }
  SearchRequest request;
  take_json(json, search_fields(), "", request);
  if (!is_onnx_file(request.workload)) {  // they say nothing there
    request.dims.clear();
    request.allow_unknown = false;
  }
  if (is_yaml_file(request.workload)) {
    request.dtype = DType::kInt8;
  }
  return request;
}

inline bool take_request(const std::string& text) {
  return takes([&] {
    const SearchRequest request = read_request(text);
    const Settings settings = settings_of(search_fields(), request);
    const std::string written = one_line(settings.config);
    SearchRequest other = reread(written, read_request);
    other.keep_mappings = request.keep_mappings;
    MEMPLACE_ASSERT(other == request, written);
  });
}

// The lines without their checks, which are made here.
inline bool take_history(const std::string& text) {
  constexpr std::uint64_t kRun = 7;
  const std::string file = with_checks(text, kRun);
  return takes([&] {
    const StoredHistory history = read_history(file, "history.jsonl", kRun);
    std::vector<std::string> lines;
    for (const HistoryEntry& entry : history.entries) {
      lines.push_back(history_line(entry));
    }
    const std::string written = chained(lines, kRun);
    MEMPLACE_ASSERT(written == file.substr(0, history.bytes), written);
    MEMPLACE_ASSERT(history.torn == (history.bytes < file.size()), file);
  });
}

// A line of journal.jsonl or points.jsonl.
inline bool take_point(const std::string& text) {
  const auto point = read_point_line(text);
  MEMPLACE_ASSERT(!point.has_value() || point_line(*point) == text, text);
  return point.has_value();
}

}  // namespace memplace::test
