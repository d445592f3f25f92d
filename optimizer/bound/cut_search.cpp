// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/cut_search.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace memplace::bound {
namespace {

// A path is a new one where it is longer than the relaxation's time by this part of it...
constexpr double kLonger = 1e-5;
// ...and a memory is too full by this part of its capacity.
constexpr double kFuller = 1e-7;

constexpr std::size_t kMostIdle = 12;  // solutions

}  // namespace

CutSearch::CutSearch(const RelaxedProgram& relaxed, const Room& room,
                     const std::vector<char>& allowed, LinearSolver& solver)
    : relaxed_(relaxed),
      room_(room),
      allowed_(allowed),
      solver_(solver),
      finder_(relaxed),
      memories_(relaxed.memories()),
      prices_(room) {
  const std::size_t decisions = relaxed.decisions();
  for (std::size_t variable = 0; variable < decisions * memories_; ++variable) {
    solver_.add_column(0, allowed[variable] != 0 ? 1 : 0, 0);
  }
  latency_ = static_cast<std::uint32_t>(decisions * memories_);
  solver_.add_column(0, kInfinite, 1);
  for (std::size_t decision = 0; decision < decisions; ++decision) {
    LinearRow row{{}, 1, 1};
    for (std::size_t m = 0; m < memories_; ++m) {
      row.terms.emplace_back(static_cast<std::uint32_t>(decision * memories_ + m), 1.0);
    }
    solver_.add_row(row);
  }
}

void CutSearch::add(Cut cut) {
  LinearRow row;
  row.lower = static_cast<double>(cut.constant) / kTimeUnit;
  row.upper = kInfinite;
  for (const Cut::Term& term : cut.terms) {
    row.terms.emplace_back(term.variable, -static_cast<double>(term.time) / kTimeUnit);
  }
  row.terms.emplace_back(latency_, 1.0);
  solver_.add_row(row);
  rows_.push_back({Row::Kind::kCut, cuts_.size()});
  cuts_.push_back(std::move(cut));
}

Shares CutSearch::shares_of(const std::vector<double>& values) const {
  Shares shares(values.begin(), values.begin() + latency_);
  for (double& share : shares) {
    share = std::clamp(share, 0.0, 1.0);
  }
  return shares;
}

void CutSearch::certify(const LinearSolution& solution) {
  std::vector<double> duals(cuts_.size(), 0.0);
  RoomPrices prices(room_);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const double dual = solution.duals[relaxed_.decisions() + i];
    if (rows_[i].kind == Row::Kind::kCut) {
      duals[rows_[i].index] = dual;
    } else {
      // Microseconds a MiB, of a row "at most": the dual of a minimum is negative.
      prices.set_per_byte(rows_[i].index, -dual * kTimeUnit / kBytesUnit);
    }
  }
  const Time bound = certified_bound(cuts_, weights_from(duals), prices, allowed_, memories_);
  if (bound >= proven_) {
    proven_ = bound;
    prices_ = prices;
  }
}

// Cuts that have not mattered for long make every solution slower.
void CutSearch::drop_idle(const LinearSolution& solution) {
  std::vector<int> dropped;
  std::vector<Cut> cuts;
  std::vector<Row> rows;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Row row = rows_[i];
    if (row.kind == Row::Kind::kCut) {
      row.idle = solution.duals[relaxed_.decisions() + i] > 0 ? 0 : row.idle + 1;
      if (row.idle > kMostIdle) {
        dropped.push_back(static_cast<int>(relaxed_.decisions() + i));
        continue;
      }
      cuts.push_back(std::move(cuts_[row.index]));
      row.index = cuts.size() - 1;
    }
    rows.push_back(row);
  }
  if (!dropped.empty()) {
    solver_.remove_rows(dropped);
  }
  cuts_ = std::move(cuts);
  rows_ = std::move(rows);
}

bool CutSearch::solve() {
  const auto solution = solver_.solve();
  if (!solution) {
    return false;
  }
  objective_ = solution->objective * kTimeUnit;
  shares_ = shares_of(solution->values);
  certify(*solution);
  drop_idle(*solution);
  return true;
}

// The fullest step of each memory that is too full.
bool CutSearch::add_full_rows() {
  const std::size_t steps = room_.schedule_steps();
  bool added = false;
  for (std::size_t m = 1; m < memories_; ++m) {
    const std::vector<double> taken = room_.taken<double>(
        m, [&](std::size_t decision) { return shares_[decision * memories_ + m]; });
    double most = static_cast<double>(room_.capacity(m)) * (1 + kFuller);
    std::size_t fullest = steps;
    for (std::size_t step = 0; step < steps; ++step) {
      if (taken[step] > most && !full_.contains(prices_.row(m, step))) {
        most = taken[step];
        fullest = step;
      }
    }
    if (fullest == steps) {
      continue;
    }
    LinearRow row{{}, -kInfinite, static_cast<double>(room_.capacity(m)) / kBytesUnit};
    for (std::size_t decision = 0; decision < relaxed_.decisions(); ++decision) {
      const std::int64_t bytes = room_.bytes_at(decision, m, fullest);
      if (bytes > 0) {
        row.terms.emplace_back(static_cast<std::uint32_t>(decision * memories_ + m),
                               static_cast<double>(bytes) / kBytesUnit);
      }
    }
    solver_.add_row(row);
    full_.insert(prices_.row(m, fullest));
    rows_.push_back({Row::Kind::kRoom, prices_.row(m, fullest)});
    added = true;
  }
  return added;
}

// Adds a path that the solution is shorter than: at first one that is longest half way between it
// and the centre, else the longest of all. False where there is none.
bool CutSearch::add_longest(PathRule last) {
  const double limit = objective_ * (1 + kLonger);
  if (centre_.empty()) {
    centre_ = shares_;
  }
  Shares between(shares_.size());
  for (std::size_t i = 0; i < between.size(); ++i) {
    between[i] = (shares_[i] + centre_[i]) / 2;
  }
  Cut cut = finder_.longest(between, last);
  const double time = cut.at(between);
  if (!centre_time_) {
    centre_time_ = finder_.longest(centre_, last).at(centre_);
  }
  if (time < *centre_time_) {
    centre_ = between;
    centre_time_ = time;
  }
  if (cut.at(shares_) <= limit) {
    cut = finder_.longest(shares_, last);
  }
  if (cut.at(shares_) <= limit) {
    return false;
  }
  add(std::move(cut));
  return true;
}

Time CutSearch::tighten(std::optional<PathRule> last, std::size_t rounds) {
  centre_time_.reset();
  for (std::size_t round = 0; round < rounds; ++round) {
    if (!solve()) {
      break;
    }
    bool added = add_full_rows();
    added = (last && add_longest(*last)) || added;
    if (!added) {
      break;
    }
  }
  return proven_;
}

bool CutSearch::has_prices() const {
  for (std::size_t row = 0; row < prices_.rows(); ++row) {
    if (prices_.at(row) > 0) {
      return true;
    }
  }
  return false;
}

std::optional<IntegerOutcome> CutSearch::solve_integers(const IntegerLimits& limits,
                                                        std::size_t rounds) {
  std::vector<std::uint32_t> integers(latency_);
  std::iota(integers.begin(), integers.end(), 0U);
  std::optional<IntegerOutcome> outcome;
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto solution = solver_.solve_integers(integers, limits);
    if (!solution) {
      break;
    }
    if (!outcome) {
      outcome.emplace();
    }
    outcome->claimed =
        std::max(outcome->claimed, static_cast<Time>(std::max(solution->bound, 0.0) * kTimeUnit));
    if (solution->values.empty()) {
      break;
    }
    shares_ = shares_of(solution->values);
    outcome->memories.emplace(relaxed_.decisions());
    for (std::size_t decision = 0; decision < relaxed_.decisions(); ++decision) {
      (*outcome->memories)[decision] =
          static_cast<std::uint8_t>(main_memory(shares_, decision, memories_));
    }
    const bool fuller = add_full_rows();
    Cut cut = finder_.longest(shares_, PathRule::kQueue);
    const bool longer = cut.at(shares_) > solution->values[latency_] * kTimeUnit * (1 + kLonger);
    if (longer) {
      add(std::move(cut));
    }
    if (!fuller && !longer) {
      break;
    }
  }
  return outcome;
}

}  // namespace memplace::bound
