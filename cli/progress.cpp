// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>

#include "report/search_report.h"

namespace memplace {
namespace {

constexpr std::size_t kBarWidth = 24;
constexpr std::chrono::milliseconds kRedraw{100};

std::string duration_text(double seconds) {
  const auto whole = std::llround(std::min(seconds, 1e9));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

Progress::Progress(std::ostream& err, bool terminal, std::uint64_t budget, Picoseconds baseline)
    : err_(err),
      terminal_(terminal),
      budget_(budget),
      baseline_(baseline),
      start_(Clock::now()),
      drawn_(start_ - kRedraw) {}

void Progress::on_evaluation(const HistoryEntry& entry, Picoseconds best) {
  const double speedup = speedup_of(best, baseline_);
  if (terminal_) {
    const Clock::time_point now = Clock::now();
    if (now - drawn_ >= kRedraw || entry.evaluation == budget_) {
      draw(entry.evaluation, speedup, now);
    }
    return;
  }
  const std::uint64_t tenths = entry.evaluation * 10 / budget_;
  if (tenths > tenths_) {
    tenths_ = tenths;
    err_ << fmt::format("optimize: {}% ({} of {} evaluations), best {:.3f}x native\n", tenths * 10,
                        entry.evaluation, budget_, speedup)
         << std::flush;
  }
}

void Progress::draw(std::uint64_t evaluation, double speedup, Clock::time_point now) {
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(evaluation) / seconds : 0;
  const std::string left =
      rate > 0 ? duration_text(static_cast<double>(budget_ - evaluation) / rate) : "?";
  const auto filled = static_cast<std::size_t>(evaluation * kBarWidth / budget_);
  std::string line = fmt::format("[{:#<{}}{:.<{}}] {}/{} {:.0f}/s best {:.3f}x {} left", "", filled,
                                 "", kBarWidth - filled, evaluation, budget_, rate, speedup, left);
  const std::size_t size = line.size();
  line.append(line_size_ > size ? line_size_ - size : 0, ' ');
  line_size_ = size;
  err_ << '\r' << line << std::flush;
}

void Progress::finish() {
  if (line_size_ > 0) {
    err_ << '\r' << std::string(line_size_, ' ') << '\r' << std::flush;
    line_size_ = 0;
  }
}

}  // namespace memplace
