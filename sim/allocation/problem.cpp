// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/problem.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

std::vector<TimeInterval> lives_of(const AllocationBuffer& buffer) {
  std::vector<TimeInterval> lives;
  std::int64_t from = buffer.lower;
  for (const TimeInterval& gap : buffer.gaps) {
    if (gap.lower > from) {
      lives.push_back({from, gap.lower});
    }
    from = gap.upper;
  }
  if (from < buffer.upper) {
    lives.push_back({from, buffer.upper});
  }
  return lives;
}

bool is_plain(const AllocationProblem& problem) {
  return std::none_of(problem.buffers.begin(), problem.buffers.end(),
                      [](const AllocationBuffer& buffer) {
                        return buffer.fixed.has_value() || !buffer.gaps.empty();
                      });
}

namespace {

// What is wrong with its gaps; empty where nothing is.
std::string fault_of_gaps(const AllocationBuffer& buffer) {
  std::int64_t from = buffer.lower;
  for (const TimeInterval& gap : buffer.gaps) {
    if (gap.lower >= gap.upper || gap.lower < from || gap.upper > buffer.upper) {
      return fmt::format(
          "has a gap [{}, {}), expected gaps that are not empty, in order and within [{}, {})",
          gap.lower, gap.upper, buffer.lower, buffer.upper);
    }
    from = gap.upper;
  }
  return lives_of(buffer).empty() ? "has gaps at all times, and never lives" : "";
}

}  // namespace

void check_problem(const AllocationProblem& problem) {
  const std::int64_t capacity = problem.capacity.count();
  if (capacity < 0 || capacity > kMostAllocationBytes) {
    throw Error(fmt::format("got a capacity of {} bytes, expected 0 to {}", capacity,
                            kMostAllocationBytes));
  }
  if (problem.buffers.size() > kMostAllocationBuffers) {
    throw Error(fmt::format("got {} buffers, expected at most {}", problem.buffers.size(),
                            kMostAllocationBuffers));
  }
  std::int64_t sum = 0;
  for (const AllocationBuffer& buffer : problem.buffers) {
    const auto mistake = [&](const std::string& what) {
      return Error(fmt::format("buffer {}: {}", memplace::quoted(buffer.id), what));
    };
    if (buffer.lower >= buffer.upper) {
      throw mistake(fmt::format("lives in [{}, {}), expected a lifetime that is not empty",
                                buffer.lower, buffer.upper));
    }
    if (buffer.alignment < 1 || buffer.alignment > kMostAlignment) {
      throw mistake(
          fmt::format("alignment: got {}, expected 1 to {}", buffer.alignment, kMostAlignment));
    }
    if (buffer.size.count() < 0 || buffer.size.count() > kMostAllocationBytes) {
      throw mistake(
          fmt::format("size: got {}, expected 0 to {}", buffer.size.count(), kMostAllocationBytes));
    }
    if (buffer.hint && (buffer.hint->count() < 0 || buffer.hint->count() > kMostAllocationBytes)) {
      throw mistake(fmt::format("hint: got {}, expected 0 to {}", buffer.hint->count(),
                                kMostAllocationBytes));
    }
    if (const std::string fault = fault_of_gaps(buffer); !fault.empty()) {
      throw mistake(fault);
    }
    if (buffer.fixed &&
        (buffer.fixed->count() < 0 || buffer.fixed->count() > kMostAllocationBytes)) {
      throw mistake(fmt::format("offset: got {}, expected 0 to {}", buffer.fixed->count(),
                                kMostAllocationBytes));
    }
    if (buffer.fixed && buffer.fixed->count() % buffer.alignment != 0) {
      throw mistake(fmt::format("offset: got {}, expected a multiple of its alignment, {}",
                                buffer.fixed->count(), buffer.alignment));
    }
    sum += align_up(buffer.size.count(), buffer.alignment);
    if (sum > kMostAllocationBytes) {
      throw mistake(
          fmt::format("with it all buffers have more than {} bytes", kMostAllocationBytes));
    }
  }
}

Bytes peak(const AllocationProblem& problem, const Allocation& allocation) {
  Bytes highest;
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    if (problem.buffers[i].size.count() > 0 || problem.buffers[i].fixed) {
      highest = std::max(highest, allocation.offsets[i] + problem.buffers[i].size);
    }
  }
  return highest;
}

Bytes lower_bound(const AllocationProblem& problem) {
  std::vector<std::tuple<std::int64_t, bool, std::size_t>> events;  // time, begins, buffer
  std::int64_t divisor = 0;
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    if (buffer.size.count() > 0) {
      for (const TimeInterval& life : lives_of(buffer)) {
        events.emplace_back(life.lower, true, i);
        events.emplace_back(life.upper, false, i);
      }
      divisor = std::gcd(divisor, buffer.alignment);
    }
  }
  std::sort(events.begin(), events.end());
  // Every live buffer but the topmost takes whole multiples of the divisor. The topmost is best
  // the one that saves the most by not doing so.
  std::int64_t live = 0;
  std::int64_t most = 0;
  std::multiset<std::int64_t> savings;
  for (const auto& [time, begins, i] : events) {
    const std::int64_t size = problem.buffers[i].size.count();
    const std::int64_t padded = align_up(size, divisor);
    if (begins) {
      live += padded;
      savings.insert(padded - size);
      most = std::max(most, live - *savings.rbegin());
    } else {
      live -= padded;
      savings.erase(savings.find(padded - size));
    }
  }
  for (const AllocationBuffer& buffer : problem.buffers) {
    if (buffer.fixed) {
      most = std::max(most, buffer.fixed->count() + buffer.size.count());
    }
  }
  return Bytes(most);
}

}  // namespace memplace
