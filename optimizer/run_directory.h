// SPDX-License-Identifier: Apache-2.0
// A search on disk: what ran, what it found at each evaluation, and the best mapping.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "optimizer/driver.h"
#include "sim/chip/chip.h"
#include "sim/timing/program.h"
#include "workloads/graph/types.h"

namespace memplace {

// Everything that is needed to run a search again.
struct RunConfig {
  std::string version;   // of memplace
  std::string workload;  // as the user named it, parameters included
  DType dtype = DType::kInt8;
  Chip chip;  // overrides applied
  Mode mode;
  std::string strategy;
  std::vector<std::pair<std::string, std::string>> options;  // Options::resolved()
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;
  // Of an ONNX file: sizes of symbolic axes, as NAME=N, and whether unknown operators are taken for
  // elementwise ones.
  std::vector<std::string> dims = {};
  bool allow_unknown = false;
  std::string model = "event";  // that simulated
};

// `run.yaml`: the configuration, the chip written out in full (sim/chip/chip_reader.h reads it).
std::string run_yaml(const RunConfig& config);

// A line of `history.jsonl`, without its newline: `evaluation`, `asked_hash` and `given_hash` as 16
// hexadecimal digits, `demoted_bytes`, `asked_bytes`, `epsilon`, `latency_ps`, `improved`. No wall
// times, so that equal searches give equal bytes.
std::string history_line(const HistoryEntry& entry);

// The directory of one run. Every file is written whole (base/files.h).
class RunDirectory {
 public:
  // Creates the directory where missing and writes run.yaml. Throws Error where the directory
  // already holds a run, and where the system refuses.
  RunDirectory(std::string path, const RunConfig& config);

  // Writes history.jsonl, and best.mapping.yaml where anything was evaluated: the best mapping as
  // it was simulated, after rectification. Throws Error where the system refuses.
  void finish(const Program& program, const SearchResult& result) const;

  const std::string& path() const { return path_; }

 private:
  std::string file(std::string_view name) const;

  std::string path_;
};

}  // namespace memplace
