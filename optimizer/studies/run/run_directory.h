// SPDX-License-Identifier: Apache-2.0
// A search on disk: what runs, what it found at each evaluation, and the best mapping.
// docs/guide/runs.md describes the files and what survives what.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/line_chain.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/history.h"
#include "optimizer/search/judge.h"
#include "optimizer/search/snapshot.h"
#include "optimizer/studies/run/run_config.h"
#include "sim/timing/program.h"

namespace memplace {

inline constexpr std::string_view kRunFile = "run.yaml";
inline constexpr std::string_view kHistoryFile = "history.jsonl";

// What lies in the directory of a run when nobody writes it.
struct StoredRun : WrittenRun {  // config.init once the graph is known, by read_run_init()
  YamlDocument document;
  std::optional<std::string> workload_file;  // path of the graph, where that is in the directory
};

// Throws Error where the directory holds no run, where its run.yaml is damaged, and where another
// version of memplace wrote it than `version`.
StoredRun load_run(const std::string& directory, const std::string& version);

// What a run found so far. Nothing is locked: another process may be writing it.
struct StoredFindings {
  std::vector<HistoryEntry> history;
  bool over = false;
  std::optional<std::string> best_mapping_file;  // of the best of all; where there is one
  std::optional<std::string> own_mapping_file;   // of the best of the history; likewise
};
StoredFindings load_findings(const std::string& directory);

bool holds_run(const std::string& directory);
bool holds_ended_run(const std::string& directory);

// Whether `path`, which need not exist, is a file that a run in `directory` writes.
bool is_run_file(const std::string& directory, const std::string& path);

// How often at most a snapshot is written, where nobody says otherwise.
inline constexpr std::chrono::milliseconds kSnapshotPeriod{10'000};

// The directory of one run while it runs. What it writes is there whatever happens to the process,
// but for the last moments (kWritePeriod, kSyncPeriod where the machine fails too).
class RunDirectory : public SearchObserver, public SnapshotKeeper {
 public:
  static constexpr std::chrono::milliseconds kWritePeriod{50};
  static constexpr std::chrono::milliseconds kSyncPeriod{1000};

  // Begins a run in a directory that holds none, which is created where missing, or continues the
  // one it holds, also where `config` is that lengthen() made of it. `program` outlives this.
  // Throws Error where it holds another run or pieces of one, where its history is damaged, where
  // another process writes it, and where the system refuses. `processor` is processor_kind() where
  // that matters to the run's strategy, else empty; it need not be the one on which the run began,
  // whatever `config` says.
  RunDirectory(std::string path, const RunConfig& config, const Program& program,
               std::chrono::milliseconds snapshot_every = kSnapshotPeriod,
               std::string processor = {});

  // Who says what the run returns; outlives what is called here. Without one it is the best of the
  // history.
  void judge_by(Judge& judge) { judge_ = &judge; }

  // Of the run so far.
  std::span<const HistoryEntry> recorded() const { return history_.entries; }
  std::chrono::milliseconds elapsed() const { return elapsed_; }
  // Why it ended; nothing where it has not.
  std::optional<StopReason> ended() const { return ended_; }
  // What a run that ended found, from its files; what was asked for stands as it was simulated.
  // `remeasurements` is the run's. Throws Error where the mapping is missing or another one.
  SearchResult read_result(std::uint64_t remeasurements) const;
  // What the search had become at some point of what is recorded; nothing where that was not kept.
  // Throws Error where it was damaged, or belongs to another run, history or kind of processor.
  std::optional<Snapshot> snapshot() const;
  // What to expect where the run has a history and began on another kind of processor; else
  // nothing.
  std::optional<std::string> other_processor() const;
  std::string snapshot_file() const;

  // Throws Error where what is recorded is not what happens again, and where the system refuses.
  void on_evaluation(const SearchResult& so_far, bool recalled) override;
  void on_restored(const SearchResult& so_far) override;

  bool wants_snapshot() override;
  void keep(const SearchResult& so_far, const std::string& state) override;

  // So that the next process knows. `elapsed` is kept for runs with a time limit.
  void set_elapsed(std::chrono::milliseconds elapsed) { elapsed_ = elapsed; }

  // Writes all that is not written yet; the run may be continued.
  void save(const SearchResult& result);

  // The same, and that the run is over; no snapshot is left. One that was over is only compared.
  void finish(const SearchResult& result);

  const std::string& path() const { return path_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string file(std::string_view name) const;
  // What the run needs beside its settings. Throws Error where something else has the name.
  void write_input(std::string_view name, const std::string& bytes);
  void begin(RunConfig config);
  void resume(const RunConfig& config);
  void read_end();
  void go_on(const RunConfig& before, const RunConfig& config);
  void note_longer();
  void write_lines();
  void write_state(const SearchResult& so_far);
  Error too_long(std::size_t evaluations) const;
  void write_mappings(const SearchResult& so_far);
  Verdict verdict_of(const SearchResult& result) const;
  std::string own_mapping_file() const;
  void check_all_recalled(const SearchResult& result) const;

  std::string path_;
  const Program& program_;
  bool timed_;
  std::chrono::milliseconds snapshot_every_;
  std::string processor_;
  std::string began_on_;        // a processor likewise, where the run was there before
  std::uint64_t run_hash_ = 0;  // as of Snapshot
  std::unique_ptr<DirectoryLock> lock_;
  Judge* judge_ = nullptr;
  StoredHistory history_;
  std::optional<StopReason> ended_;
  std::string end_text_;
  std::string longer_;  // what to write of what it is given more; empty: nothing
  std::chrono::milliseconds elapsed_{0};
  std::optional<AppendWriter> appended_;
  std::string pending_;                        // lines not written yet
  std::optional<std::uint64_t> best_written_;  // the incumbent when mappings were written
  LineChain lines_;                            // of the search so far
  std::uint64_t kept_evaluations_ = 0;         // of the snapshot on disk
  Clock::time_point written_, synced_, kept_;
};

}  // namespace memplace
