// SPDX-License-Identifier: Apache-2.0
// A sweep on disk. docs/guide/sweep.md describes the files and what survives what.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/line_chain.h"
#include "optimizer/studies/sweep/sweep.h"

namespace memplace {

inline constexpr std::string_view kSweepFile = "sweep.yaml";
inline constexpr std::string_view kPointsFile = "points.jsonl";
// What SweepDirectory::finish() is given.
inline constexpr std::string_view kParetoFile = "pareto.csv";
inline constexpr std::string_view kMarginalFile = "marginal.csv";
inline constexpr std::string_view kSummaryFile = "sweep.json";

bool holds_sweep(const std::string& directory);

// The spec kept there. Throws Error where there is none, and where another version of memplace
// wrote it than `version`.
SweepSpec load_sweep(const std::string& directory, const std::string& version);

// The directory of a sweep while it runs. What was recorded is on the disk.
class SweepDirectory {
 public:
  // Begins the sweep in a directory that holds none, which is created where missing, or continues
  // the one it holds. Throws Error where that is another sweep, where its journal is damaged
  // anywhere but at its end, where another process writes it, and where the system refuses.
  SweepDirectory(std::string path, const Sweep& sweep);

  // What was found before.
  const SweepPoints& points() const { return points_; }
  // Whether nothing is left to be written.
  bool over() const { return over_; }

  // Lines of points that were not there yet.
  void record(const std::vector<std::string>& lines);

  // All points are there: writes points.jsonl and `files` (name, content), and that the sweep is
  // over. Where it was over before, writes those of `files` that are missing.
  void finish(const SweepPoints& points,
              const std::vector<std::pair<std::string, std::string>>& files);

 private:
  std::string file(std::string_view name) const;
  std::uint64_t read_points(const std::string& name, const Sweep& sweep, bool whole);

  std::string path_;
  std::unique_ptr<DirectoryLock> lock_;
  SweepPoints points_;
  std::string spec_;  // the bytes of kSweepFile
  LineChain chain_;   // of the journal, which belongs to them
  std::optional<AppendWriter> journal_;
  bool over_ = false;
};

}  // namespace memplace
