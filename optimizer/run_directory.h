// SPDX-License-Identifier: Apache-2.0
// A search on disk: what runs, what it found at each evaluation, and the best mapping. docs/runs.md
// describes the files and what survives what.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "optimizer/driver.h"
#include "optimizer/history.h"
#include "optimizer/run_config.h"
#include "sim/timing/program.h"

namespace memplace {

// What lies in the directory of a run when nobody writes it.
struct StoredRun {
  RunConfig config;  // `init` once the graph is known, by read_run_init()
  YamlDocument document;
  std::optional<std::string> workload_file;  // path of the graph, where that is in the directory
};

// Throws Error where the directory holds no run, where its run.yaml is damaged, and where another
// version of memplace wrote it than `version`.
StoredRun load_run(const std::string& directory, const std::string& version);

bool holds_run(const std::string& directory);

// Whether `path`, which need not exist, is a file that a run in `directory` writes.
bool is_run_file(const std::string& directory, const std::string& path);

// The directory of one run while it runs. What it writes is there whatever happens to the process,
// but for the last moments (kWritePeriod, kSyncPeriod where the machine fails too).
class RunDirectory : public SearchObserver {
 public:
  static constexpr std::chrono::milliseconds kWritePeriod{50};
  static constexpr std::chrono::milliseconds kSyncPeriod{1000};

  // Begins a run in a directory that holds none, which is created where missing, or continues the
  // one it holds. `program` outlives this. Throws Error where it holds another run or pieces of
  // one, where its history is damaged, where another process writes it, and where the system
  // refuses.
  RunDirectory(std::string path, const RunConfig& config, const Program& program);

  // Of the run so far.
  std::span<const HistoryEntry> recorded() const { return history_.entries; }
  std::chrono::milliseconds elapsed() const { return elapsed_; }
  // Why it ended; nothing where it has not.
  std::optional<StopReason> ended() const { return ended_; }

  // Throws Error where what is recorded is not what happens again, and where the system refuses.
  void on_evaluation(const SearchResult& so_far, bool recalled) override;

  // So that the next process knows. `elapsed` is kept for runs with a time limit.
  void set_elapsed(std::chrono::milliseconds elapsed) { elapsed_ = elapsed; }

  // Writes all that is not written yet; the run may be continued.
  void save(const SearchResult& result);

  // The same, and that the run is over. One that was over is only compared.
  void finish(const SearchResult& result);

  const std::string& path() const { return path_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string file(std::string_view name) const;
  void begin(const RunConfig& config);
  void resume(const RunConfig& config);
  void read_end();
  void write_lines();
  void write_state(const SearchResult& so_far);
  void check_all_recalled(const SearchResult& result) const;

  std::string path_;
  const Program& program_;
  bool timed_;
  std::unique_ptr<DirectoryLock> lock_;
  StoredHistory history_;
  std::optional<StopReason> ended_;
  std::string end_text_;
  std::chrono::milliseconds elapsed_{0};
  std::optional<AppendWriter> appended_;
  std::string pending_;             // lines not written yet
  std::uint64_t best_written_ = 0;  // the evaluation whose mapping is on disk
  Clock::time_point written_, synced_;
};

}  // namespace memplace
