// SPDX-License-Identifier: Apache-2.0
// How far a search is, on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "cli/console.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/objective.h"

namespace memplace {

// "12 of 400 evaluations", or "12 evaluations" where only time ends them.
std::string count_of_budget(std::uint64_t evaluations, std::uint64_t budget);

// A line of a terminal that is drawn again and again, cut to the terminal's width. Elsewhere there
// is none.
class StatusLine {
 public:
  explicit StatusLine(const Console& console) : err_(console.err), display_(console.progress) {}
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine() { clear(); }

  bool drawn() const { return display_.kind == ProgressDisplay::Kind::kLine; }
  void draw(std::string line);
  // Behind a bar of which so much of 1 is filled, where there is room for one.
  void draw(double share, const std::string& line);
  void clear();  // leaves it empty
  // Where there is none: a line of its own, which stays.
  void print(const std::string& line);

 private:
  std::ostream& err_;
  ProgressDisplay display_;
  std::size_t size_ = 0;  // of what stands there
};

// On a terminal one line drawn again and again: a bar, evaluations a second, the best speed-up,
// what the objective says of the best if that is no latency, and the time left. Elsewhere a line at
// each tenth of the budget, or of the time where that is nearer its end. What a run recorded before
// is counted as done, but not as speed.
class Progress : public SearchObserver {
 public:
  // `limit`: of wall time; none: no limit.
  Progress(const Console& console, std::uint64_t budget,
           std::optional<std::chrono::nanoseconds> limit, Objective objective);

  // Before the first evaluation: the heuristics, native among them, which the best is one of, and
  // the wall time spent before.
  void begin(std::span<const Reference> references, std::chrono::nanoseconds elapsed);

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() override = default;

  void on_evaluation(const SearchResult& so_far, bool recalled) override;
  void on_restored(const SearchResult& so_far) override;

  // Leaves a terminal's line empty. To be called before anything else is printed.
  void finish() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  // So many evaluations were made before.
  void skip(std::uint64_t evaluations);
  // Done so far, of 1.
  double share(std::uint64_t evaluation, Clock::time_point now) const;
  void draw(std::uint64_t evaluation, const std::string& found, Clock::time_point now);
  // "best 1.298x", with `behind` and what the objective says behind it.
  std::string best_text(double cost, std::string_view behind) const;

  std::uint64_t budget_;
  std::optional<std::chrono::nanoseconds> limit_;
  Objective objective_;
  std::chrono::nanoseconds before_{0};
  double baseline_ = 0;        // cost of native
  double best_heuristic_ = 0;  // cost
  std::uint64_t recalled_ = 0;
  Clock::time_point start_;  // of what is not recalled
  Clock::time_point drawn_;
  std::uint64_t tenths_ = 0;  // printed so far
  StatusLine line_;
};

// The same of pieces of work that are done in any order: how many, how many a second, and the time
// left. Pieces are of kinds that may take unlike times; of one that nothing was done of yet nobody
// knows how long it takes, and so no time is said.
class WorkProgress {
 public:
  // "COMMAND: 10% (48 of 480 WHAT, 210/s, 2 s left)". `left`: how many are to be done, by kind;
  // `done` were done before.
  WorkProgress(const Console& console, std::string command, std::string what,
               std::vector<std::size_t> left, std::size_t done = 0);

  void add(std::size_t pieces, std::size_t kind = 0);  // so many more are done, at least one
  void finish() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  struct Kind {
    std::size_t left = 0;
    std::size_t done = 0;
    double seconds = 0;  // that passed until they were done
  };
  std::string time_left() const;

  std::string command_;
  std::string what_;
  std::vector<Kind> kinds_;
  std::size_t all_;
  std::size_t before_;
  std::size_t done_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point added_ = start_;
  Clock::time_point drawn_;
  StatusLine line_;
};

}  // namespace memplace
