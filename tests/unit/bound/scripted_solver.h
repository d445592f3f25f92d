// SPDX-License-Identifier: Apache-2.0
// A solver that solves nothing: it keeps what it is told and answers what a test says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "optimizer/bound/linear_solver.h"

namespace memplace::test {

inline constexpr double kEndless = std::numeric_limits<double>::max();

class ScriptedSolver final : public bound::LinearSolver {
 public:
  struct Column {
    double lower = 0, upper = 0, cost = 0;
    bool operator==(const Column&) const = default;
  };

  void add_column(double lower, double upper, double cost) override {
    columns.push_back({lower, upper, cost});
  }
  void add_row(const bound::LinearRow& row) override { rows.push_back(row); }
  void set_bounds(std::uint32_t column, double lower, double upper) override {
    columns[column].lower = lower;
    columns[column].upper = upper;
  }
  void remove_rows(std::span<const int> numbers) override {
    removed.emplace_back(numbers.begin(), numbers.end());
    for (std::size_t i = numbers.size(); i-- > 0;) {
      rows.erase(rows.begin() + numbers[i]);
    }
  }
  // Nothing once there are no more answers. Rows that an answer has no dual of have 0.
  std::optional<bound::LinearSolution> solve() override {
    if (answers.empty()) {
      return std::nullopt;
    }
    bound::LinearSolution answer = answers.front();
    answers.pop_front();
    answer.duals.resize(rows.size(), 0);
    return answer;
  }
  std::optional<bound::IntegerSolution> solve_integers(
      std::span<const std::uint32_t> integers, const bound::IntegerLimits& /*limits*/) override {
    whole.assign(integers.begin(), integers.end());
    if (integer_answers.empty()) {
      return std::nullopt;
    }
    const bound::IntegerSolution answer = integer_answers.front();
    integer_answers.pop_front();
    return answer;
  }

  std::vector<Column> columns;
  std::vector<bound::LinearRow> rows;
  std::vector<std::vector<int>> removed;
  std::vector<std::uint32_t> whole;
  std::deque<bound::LinearSolution> answers;
  std::deque<bound::IntegerSolution> integer_answers;
};

}  // namespace memplace::test
