// SPDX-License-Identifier: Apache-2.0
#include "sim/allocation/solver.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "sim/allocation/heuristics.h"
#include "sim/allocation/ordered_search.h"
#include "sim/allocation/search.h"
#include "sim/allocation/sections.h"

namespace memplace {
namespace {

// A first run places every buffer this many times over.
constexpr std::int64_t kRunLength = 2;

// After a first run of kLow, which mostly is enough where some bytes are to spare. Of hard problems
// the skyline packs the most, but each style some that the others do not.
constexpr std::array<PackingStyle, 6> kCycle{PackingStyle::kSkyline, PackingStyle::kTight,
                                             PackingStyle::kSkyline, PackingStyle::kLow,
                                             PackingStyle::kSkyline, PackingStyle::kLong};

// Rounds take O(buffers^2): fewer of them where there are more than five hundred buffers.
std::size_t rounds_for(const AllocationProblem& problem, const AllocationLimits& limits) {
  constexpr std::size_t kMostComparisons = 50'000'000;
  const std::size_t count = std::max<std::size_t>(problem.buffers.size(), 1);
  return std::min(limits.rounds, kMostComparisons / (count * count));
}

// 1, 1, 2, 1, 1, 2, 4, ... (Luby, Sinclair, Zuckerman, "Optimal speedup of Las Vegas algorithms",
// 1993), from place 1 on.
std::int64_t luby(std::int64_t place) {
  while (true) {
    std::int64_t power = 1;
    while (2 * power - 1 < place) {
      power *= 2;
    }
    if (2 * power - 1 == place) {
      return power;
    }
    place -= power - 1;
  }
}

// All sizes and alignments in units of their greatest common divisor, in which the offsets of
// canonical packings are whole as well.
std::int64_t unit_of(const AllocationProblem& problem) {
  std::int64_t unit = 0;
  for (const AllocationBuffer& buffer : problem.buffers) {
    if (buffer.size.count() > 0) {
      unit = std::gcd(unit, buffer.size.count());
      unit = buffer.alignment > 1 ? std::gcd(unit, buffer.alignment) : unit;
    }
    unit = std::gcd(unit, buffer.fixed.value_or(Bytes(0)).count());
  }
  return std::max<std::int64_t>(unit, 1);
}

// What all offsets are a multiple of: of buffers that are rounded up to it nothing is lost, but
// where the topmost ends.
std::int64_t search_unit_of(const AllocationProblem& problem) {
  std::int64_t divisor = 0;
  for (const AllocationBuffer& buffer : problem.buffers) {
    divisor = buffer.size.count() > 0 ? std::gcd(divisor, buffer.alignment) : divisor;
  }
  return divisor > 1 ? divisor : unit_of(problem);
}

// The least peak that is above the capacity.
Bytes least_above(const AllocationProblem& problem) {
  const std::int64_t unit = unit_of(problem);
  return Bytes((problem.capacity.count() / unit + 1) * unit);
}

AllocationProblem in_units(const AllocationProblem& problem, std::int64_t unit) {
  AllocationProblem scaled = problem;
  for (AllocationBuffer& buffer : scaled.buffers) {
    buffer.size = Bytes(ceil_div(buffer.size.count(), unit));
    buffer.alignment = buffer.alignment > 1 ? buffer.alignment / unit : 1;
  }
  return scaled;
}

// A search of one capacity after another.
class CapacitySearch {
 public:
  virtual ~CapacitySearch() = default;
  // `allocation` is written where there is one.
  virtual AllocationStatus search(Bytes capacity, std::int64_t most_nodes,
                                  const std::function<bool()>& stop, Allocation& allocation) = 0;
  virtual std::int64_t nodes() const = 0;
};

// With the sections found once.
class Searcher final : public CapacitySearch {
 public:
  explicit Searcher(const AllocationProblem& problem)
      : problem_(problem),
        unit_(search_unit_of(problem)),
        sections_(in_units(problem, unit_)),
        count_(problem.buffers.size()) {}

  AllocationStatus search(Bytes capacity, std::int64_t most_nodes,
                          const std::function<bool()>& stop, Allocation& allocation) override {
    PackingSearch search(sections_, capacity.count() / unit_, overhanging(capacity));
    const auto base = kRunLength * static_cast<std::int64_t>(sections_.items().size());
    AllocationStatus status = AllocationStatus::kUnknown;
    for (std::int64_t run = 0; search.nodes() < most_nodes && !stop(); ++run) {
      const auto styles = static_cast<std::int64_t>(kCycle.size());
      const PackingStyle style =
          run == 0 ? PackingStyle::kLow : kCycle[static_cast<std::size_t>((run - 1) % styles)];
      const std::int64_t length =
          std::min(base * luby(run == 0 ? 1 : (run - 1) / styles + 1), most_nodes - search.nodes());
      const SearchVerdict verdict = search.run(style, length, stop);
      if (verdict == SearchVerdict::kRefuted) {
        status = AllocationStatus::kInfeasible;
        break;
      }
      if (verdict == SearchVerdict::kPacked) {
        status = AllocationStatus::kAllocated;
        allocation.offsets.assign(count_, Bytes(0));
        for (std::size_t i = 0; i < sections_.items().size(); ++i) {
          allocation.offsets[sections_.items()[i].buffer] = Bytes(search.offsets()[i] * unit_);
        }
        break;
      }
    }
    nodes_ += search.nodes();
    return status;
  }

  std::int64_t nodes() const override { return nodes_; }

 private:
  // By item: whether it may end in the last unit, of which the capacity has only a part.
  std::vector<std::uint8_t> overhanging(Bytes capacity) const {
    std::vector<std::uint8_t> overhanging;
    for (const SectionItem& item : sections_.items()) {
      const std::int64_t last = problem_.buffers[item.buffer].size.count() % unit_;
      overhanging.push_back(last > 0 && last <= capacity.count() % unit_ ? 1 : 0);
    }
    return overhanging;
  }

  const AllocationProblem& problem_;
  std::int64_t unit_;
  Sections sections_;
  std::size_t count_;
  std::int64_t nodes_ = 0;
};

// Where some buffers are fixed or have gaps.
class OrderedSearcher final : public CapacitySearch {
 public:
  explicit OrderedSearcher(const AllocationProblem& problem)
      : search_(problem), count_(static_cast<std::int64_t>(problem.buffers.size())) {}

  AllocationStatus search(Bytes capacity, std::int64_t most_nodes,
                          const std::function<bool()>& stop, Allocation& allocation) override {
    const std::int64_t before = search_.nodes();
    for (std::int64_t run = 0; search_.nodes() - before < most_nodes && !stop(); ++run) {
      const auto orders = static_cast<std::int64_t>(kPlacingOrders);
      const std::int64_t length = std::min(kRunLength * count_ * luby(run / orders + 1),
                                           most_nodes - (search_.nodes() - before));
      const SearchVerdict verdict =
          search_.run(static_cast<PlacingOrder>(run % orders), capacity.count(), length, stop);
      if (verdict == SearchVerdict::kRefuted) {
        return AllocationStatus::kInfeasible;
      }
      if (verdict == SearchVerdict::kPacked) {
        allocation = search_.allocation();
        return AllocationStatus::kAllocated;
      }
    }
    return AllocationStatus::kUnknown;
  }

  std::int64_t nodes() const override { return search_.nodes(); }
  OrderedSearch& inner() { return search_; }

 private:
  OrderedSearch search_;
  std::int64_t count_;
};

// Narrows down the least peak between result.bound and that of result.allocation: first the bound
// itself, then halves of what is open. Where the search gives up, the lower half stays open; each
// time nothing is left above it, runs, which begin with `run` nodes, get twice as long.
void close_in(const AllocationProblem& problem, const AllocationLimits& limits, std::int64_t run,
              CapacitySearch& searcher, AllocationResult& result) {
  const std::int64_t unit = unit_of(problem);
  std::int64_t low = ceil_div(result.bound.count(), unit);              // no peak is less
  std::int64_t high = peak(problem, result.allocation).count() / unit;  // has been reached
  std::int64_t below = low - 1;  // up to here the search has given up with runs of this length
  while (low < high && searcher.nodes() < limits.most_nodes && !limits.stop()) {
    if (below + 1 >= high) {
      below = low - 1;
      run *= 2;
    }
    const std::int64_t target = below < low ? low : below + (high - below) / 2;
    const AllocationStatus status =
        searcher.search(Bytes(target * unit), std::min(run, limits.most_nodes - searcher.nodes()),
                        limits.stop, result.allocation);
    if (status == AllocationStatus::kAllocated) {
      high = peak(problem, result.allocation).count() / unit;
      result.method = "search";
    } else if (status == AllocationStatus::kInfeasible) {
      low = target + 1;
      below = std::max(below, target);
    } else {
      below = target;
    }
  }
  result.bound = Bytes(low * unit);
  result.nodes = searcher.nodes();
}

// Whether the bound and what heuristics found, which `result` has, are an answer.
bool answered(const AllocationProblem& problem, AllocationResult& result) {
  if (result.bound > problem.capacity) {
    result.status = AllocationStatus::kInfeasible;
    result.method = "lower bound";
  } else if (peak(problem, result.allocation) <= problem.capacity) {
    result.status = AllocationStatus::kAllocated;
  }
  return result.status != AllocationStatus::kUnknown;
}

void search_for(const AllocationProblem& problem, const AllocationLimits& limits,
                CapacitySearch& searcher, AllocationResult& result) {
  result.status =
      searcher.search(problem.capacity, limits.most_nodes, limits.stop, result.allocation);
  result.nodes = searcher.nodes();
  result.method = "search";
  if (result.status == AllocationStatus::kInfeasible) {
    result.bound = least_above(problem);
  }
}

// The lower bound, and the best that placing one buffer after the other gives; kInfeasible where
// fixed buffers contradict each other.
AllocationResult first_of_constrained(const AllocationProblem& problem, OrderedSearch& search) {
  static constexpr std::array<std::string_view, kPlacingOrders> kNames{"length", "size", "area"};
  AllocationResult result;
  result.bound = lower_bound(problem);
  Bytes least;
  for (std::size_t order = 0; order < kPlacingOrders; ++order) {
    Allocation found = search.place_all(static_cast<PlacingOrder>(order));
    const Bytes reached = peak(problem, found);
    if (order == 0 || reached < least) {
      least = reached;
      result.allocation = std::move(found);
      result.method = fmt::format("heuristic {}", kNames[order]);
    }
  }
  if (search.contradicts_itself()) {
    result.status = AllocationStatus::kInfeasible;
    result.method = "fixed offsets";
  }
  return result;
}

void check_constrained(const AllocationProblem& problem) {
  std::size_t pieces = 0;
  for (const AllocationBuffer& buffer : problem.buffers) {
    pieces += 1 + buffer.gaps.size();
  }
  if (pieces > kMostConstrainedBuffers) {
    throw Error(fmt::format(
        "got {} buffers and gaps, expected at most {} where some buffers are fixed or have gaps",
        pieces, kMostConstrainedBuffers));
  }
}

// The first answer, which `go_on` betters unless fixed buffers contradict each other.
template <typename GoOn>
AllocationResult constrained(const AllocationProblem& problem, const GoOn& go_on) {
  check_constrained(problem);
  OrderedSearcher searcher(problem);
  AllocationResult result = first_of_constrained(problem, searcher.inner());
  if (result.status != AllocationStatus::kInfeasible) {
    go_on(searcher, result);
  }
  return result;
}

AllocationResult solve_constrained(const AllocationProblem& problem,
                                   const AllocationLimits& limits) {
  return constrained(problem, [&](OrderedSearcher& searcher, AllocationResult& result) {
    if (!answered(problem, result)) {
      search_for(problem, limits, searcher, result);
    }
  });
}

AllocationResult minimize_constrained(const AllocationProblem& problem,
                                      const AllocationLimits& limits) {
  return constrained(problem, [&](OrderedSearcher& searcher, AllocationResult& result) {
    result.status = AllocationStatus::kAllocated;
    const auto run = static_cast<std::int64_t>(kPlacingOrders) * kRunLength *
                     static_cast<std::int64_t>(problem.buffers.size());
    close_in(problem, limits, run, searcher, result);
  });
}

}  // namespace

AllocationResult solve_allocation(const AllocationProblem& problem,
                                  const AllocationLimits& limits) {
  check_problem(problem);
  if (!is_plain(problem)) {
    return solve_constrained(problem, limits);
  }
  AllocationResult result;
  HeuristicAllocator heuristics;
  result.bound = lower_bound(problem);
  const bool hopeless = result.bound > problem.capacity;
  const HeuristicOutcome found =
      heuristics.allocate(problem, result.allocation, hopeless ? 0 : rounds_for(problem, limits));
  result.method = fmt::format("heuristic {}", name_of(found.rule));
  if (!answered(problem, result) && problem.buffers.size() <= kMostSearchedBuffers) {
    Searcher searcher(problem);
    search_for(problem, limits, searcher, result);
  }
  return result;
}

AllocationResult minimize_allocation(const AllocationProblem& problem,
                                     const AllocationLimits& limits) {
  check_problem(problem);
  if (!is_plain(problem)) {
    return minimize_constrained(problem, limits);
  }
  AllocationResult result;
  result.status = AllocationStatus::kAllocated;
  AllocationProblem tight = problem;
  tight.capacity = lower_bound(problem);
  HeuristicAllocator heuristics;
  const HeuristicOutcome found =
      heuristics.allocate(tight, result.allocation, rounds_for(problem, limits));
  result.method = fmt::format("heuristic {}", name_of(found.rule));
  result.bound = tight.capacity;
  if (problem.buffers.size() > kMostSearchedBuffers) {
    return result;
  }
  Searcher searcher(problem);
  // Each style has a run.
  const std::int64_t run = static_cast<std::int64_t>(kCycle.size() + 1) * kRunLength *
                           static_cast<std::int64_t>(problem.buffers.size());
  close_in(problem, limits, run, searcher, result);
  return result;
}

}  // namespace memplace
