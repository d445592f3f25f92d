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

#include "base/units.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/objective.h"

namespace memplace {

// A line of a terminal that is drawn again and again.
class StatusLine {
 public:
  explicit StatusLine(std::ostream& err) : err_(err) {}
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine() { clear(); }

  void draw(std::string line);
  void clear();  // leaves it empty

 private:
  std::ostream& err_;
  std::size_t size_ = 0;  // of what stands there
};

// On a terminal one line drawn again and again: a bar, evaluations a second, the best speed-up,
// what the objective says of the best if that is no latency, and the time left. Elsewhere a line at
// each tenth of the budget, or of the time where that is nearer its end. What a run recorded before
// is counted as done, but not as speed.
class Progress : public SearchObserver {
 public:
  // `limit`: of wall time; none: no limit.
  Progress(std::ostream& err, bool terminal, std::uint64_t budget,
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

  std::ostream& err_;
  bool terminal_;
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

// The same of numbered pieces of work that are done in any order: how many, how many a second, and
// the time left.
class WorkProgress {
 public:
  // "COMMAND: 10% (48 of 480 WHAT, 210/s, 2 s left)". `done` of `all` were done before.
  WorkProgress(std::ostream& err, bool terminal, std::string command, std::string what,
               std::size_t all, std::size_t done);

  void add(std::size_t pieces);  // so many more are done, at least one
  void finish() { line_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& err_;
  bool terminal_;
  std::string command_;
  std::string what_;
  std::size_t all_;
  std::size_t before_;
  std::size_t done_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_;
  StatusLine line_;
};

}  // namespace memplace
