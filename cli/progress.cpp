// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "optimizer/studies/settings/codec.h"
#include "report/objective_value.h"
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

std::string count_of_budget(std::uint64_t evaluations, std::uint64_t budget) {
  return budget == kMostBudget ? fmt::format("{} evaluations", evaluations)
                               : fmt::format("{} of {} evaluations", evaluations, budget);
}

ProgressDisplay progress_display(std::optional<std::size_t> columns, const char* term) {
  using Kind = ProgressDisplay::Kind;
  if (!columns) {
    return {Kind::kTenths};
  }
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return {dumb ? Kind::kNothing : Kind::kLine, *columns};
}

void StatusLine::draw(std::string line) {
  if (!drawn()) {
    return;
  }
  // In the last column the cursor would go on to the next line.
  line.resize(std::min(line.size(), std::max<std::size_t>(display_.width, 2) - 1));
  const std::size_t size = line.size();
  line.append(size_ > size ? size_ - size : 0, ' ');
  size_ = size;
  err_ << '\r' << line << std::flush;
}

void StatusLine::draw(double share, const std::string& line) {
  constexpr std::size_t kLeast = 4;
  const std::size_t taken = line.size() + 4;  // brackets, a blank, the last column
  const std::size_t room = display_.width > taken ? display_.width - taken : 0;
  if (room < kLeast) {
    draw(line);
    return;
  }
  const std::size_t width = std::min(room, kBarWidth);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  draw(fmt::format("[{:#<{}}{:.<{}}] {}", "", filled, "", width - filled, line));
}

void StatusLine::clear() {
  if (size_ > 0) {
    err_ << '\r' << std::string(size_, ' ') << '\r' << std::flush;
    size_ = 0;
  }
}

void StatusLine::print(const std::string& line) {
  if (display_.kind == ProgressDisplay::Kind::kTenths) {
    err_ << line << '\n' << std::flush;
  }
}

Progress::Progress(const Console& console, std::uint64_t budget,
                   std::optional<std::chrono::nanoseconds> limit, Objective objective)
    : budget_(budget), limit_(limit), objective_(objective), line_(console) {}

void Progress::begin(std::span<const Reference> references, std::chrono::nanoseconds elapsed) {
  baseline_ = native_of(references).cost;
  best_heuristic_ = baseline_;
  for (const Reference& reference : references) {
    best_heuristic_ = std::min(best_heuristic_, reference.cost);
  }
  before_ = elapsed;
  start_ = Clock::now();
  drawn_ = start_ - kRedraw;
}

void Progress::on_evaluation(const SearchResult& so_far, bool recalled) {
  const std::uint64_t evaluation = so_far.history.size();
  if (recalled) {
    skip(evaluation);
    return;
  }
  const double cost = std::min(so_far.best->cost, best_heuristic_);
  if (line_.drawn()) {
    const Clock::time_point now = Clock::now();
    if (now - drawn_ >= kRedraw || evaluation == budget_) {
      draw(evaluation, best_text(cost, ""), now);
    }
    return;
  }
  const double done = limit_.has_value() ? share(evaluation, Clock::now()) : 0;
  const std::uint64_t tenths =
      std::max(evaluation * 10 / budget_, static_cast<std::uint64_t>(done * 10));
  if (tenths > tenths_) {
    tenths_ = tenths;
    line_.print(fmt::format("optimize: {}% ({}), {}", tenths * 10,
                            count_of_budget(evaluation, budget_), best_text(cost, " native")));
  }
}

std::string Progress::best_text(double cost, std::string_view behind) const {
  return fmt::format("best {:.3f}x{}{}", speedup_of(cost, baseline_), behind,
                     objective_ == Objective::kLatency ? "" : ", " + cost_text(objective_, cost));
}

void Progress::on_restored(const SearchResult& so_far) { skip(so_far.history.size()); }

void Progress::skip(std::uint64_t evaluations) {
  recalled_ = evaluations;
  start_ = Clock::now();
  tenths_ = evaluations * 10 / budget_;
}

double Progress::share(std::uint64_t evaluation, Clock::time_point now) const {
  double share = static_cast<double>(evaluation) / static_cast<double>(budget_);
  if (limit_.has_value()) {
    const std::chrono::duration<double> elapsed = before_ + (now - start_);
    share = std::max(share, elapsed / std::chrono::duration<double>(*limit_));
  }
  return std::min(share, 1.0);
}

void Progress::draw(std::uint64_t evaluation, const std::string& found, Clock::time_point now) {
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(evaluation - recalled_) / seconds : 0;
  double left = rate > 0 ? static_cast<double>(budget_ - evaluation) / rate : -1;
  if (limit_.has_value()) {
    const double of_limit = std::chrono::duration<double>(*limit_ - before_).count() - seconds;
    left = left < 0 ? of_limit : std::min(left, std::max(of_limit, 0.0));
  }
  const std::string count = budget_ == kMostBudget ? std::to_string(evaluation)
                                                   : fmt::format("{}/{}", evaluation, budget_);
  line_.draw(share(evaluation, now), fmt::format("{} {:.0f}/s {} {} left", count, rate, found,
                                                 left < 0 ? "?" : duration_text(left)));
}

WorkProgress::WorkProgress(const Console& console, std::string command, std::string what,
                           std::vector<std::size_t> left, std::size_t done)
    : command_(std::move(command)),
      what_(std::move(what)),
      all_(std::accumulate(left.begin(), left.end(), done)),
      before_(done),
      done_(done),
      drawn_(start_ - kRedraw),
      line_(console) {
  for (const std::size_t count : left) {
    kinds_.push_back({.left = count});
  }
}

// What passes between two pieces is the later one's: kinds mostly come one after the other.
void WorkProgress::add(std::size_t pieces, std::size_t kind) {
  const std::size_t tenths = done_ * 10 / all_;
  const Clock::time_point now = Clock::now();
  done_ += pieces;
  kinds_[kind].left -= std::min(pieces, kinds_[kind].left);
  kinds_[kind].done += pieces;
  kinds_[kind].seconds += std::chrono::duration<double>(now - std::exchange(added_, now)).count();
  const bool tenth = done_ * 10 / all_ > tenths;
  if (line_.drawn() ? now - drawn_ < kRedraw && done_ < all_ : !tenth) {
    return;
  }
  drawn_ = now;
  const double seconds = std::max(std::chrono::duration<double>(now - start_).count(), 1e-9);
  const double rate = static_cast<double>(done_ - before_) / seconds;
  constexpr double kWhole = 100;  // from here on nobody wants decimals
  const std::string pace = fmt::format(
      "{}/s, {} left", rate < kWhole ? fmt::format("{:.3g}", rate) : fmt::format("{:.0f}", rate),
      time_left());
  line_.draw(static_cast<double>(done_) / static_cast<double>(all_),
             fmt::format("{}/{} {}, {}", done_, all_, what_, pace));
  line_.print(fmt::format("{}: {}% ({} of {} {}, {})", command_, done_ * 10 / all_ * 10, done_,
                          all_, what_, pace));
}

std::string WorkProgress::time_left() const {
  double seconds = 0;
  for (const Kind& kind : kinds_) {
    if (kind.left > 0 && kind.done == 0) {
      return "?";
    }
    seconds += kind.left == 0
                   ? 0
                   : kind.seconds / static_cast<double>(kind.done) * static_cast<double>(kind.left);
  }
  return duration_text(seconds);
}

}  // namespace memplace
