// SPDX-License-Identifier: Apache-2.0
#include "report/allocation_picture.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "report/letters.h"

namespace memplace {
namespace {

constexpr std::int64_t kWidth = 80;
constexpr std::int64_t kRows = 24;

// `whole` x `part` / `parts`, rounded down, for 0 <= part <= parts.
std::int64_t fraction(std::int64_t whole, std::int64_t part, std::int64_t parts) {
  return whole / parts * part + whole % parts * part / parts;
}

// The piece of [0, whole) cut into `parts` whose middle is nearest above `at`, or parts.
std::int64_t first_middle(std::int64_t whole, std::int64_t at, std::int64_t parts) {
  std::int64_t piece = 0;
  while (piece < parts && fraction(whole, 2 * piece + 1, 2 * parts) < at) {
    ++piece;
  }
  return piece;
}

}  // namespace

std::string draw_allocation(const AllocationProblem& problem, const Allocation& allocation) {
  const std::int64_t height = peak(problem, allocation).count();
  if (height == 0) {
    return "";
  }
  std::int64_t begin = std::numeric_limits<std::int64_t>::max();
  std::int64_t end = std::numeric_limits<std::int64_t>::min();
  for (const AllocationBuffer& buffer : problem.buffers) {
    begin = std::min(begin, buffer.lower);
    end = std::max(end, buffer.upper);
  }
  const std::int64_t rows = std::min(kRows, height);
  const auto label = static_cast<std::int64_t>(fmt::formatted_size("{}", height));
  const std::int64_t columns = std::min(kWidth - label - 1, end - begin);

  std::vector<std::string> lines(static_cast<std::size_t>(rows),
                                 std::string(static_cast<std::size_t>(columns), '.'));
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    const std::int64_t offset = allocation.offsets[i].count();
    const std::int64_t last_row = first_middle(height, offset + buffer.size.count(), rows);
    const std::int64_t first = first_middle(end - begin, buffer.lower - begin, columns);
    const std::int64_t last = first_middle(end - begin, buffer.upper - begin, columns);
    for (std::int64_t row = first_middle(height, offset, rows); row < last_row; ++row) {
      std::fill(lines[static_cast<std::size_t>(row)].begin() + first,
                lines[static_cast<std::size_t>(row)].begin() + last, kLetters[i % kLetters.size()]);
    }
  }
  std::string text;
  for (std::int64_t row = rows; row-- > 0;) {
    text += fmt::format("{:>{}} {}\n", fraction(height, row, rows), label,
                        lines[static_cast<std::size_t>(row)]);
  }
  return text + fmt::format("{:>{}} time {} to {}\n", "", label, begin, end);
}

}  // namespace memplace
