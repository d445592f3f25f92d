// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/sensitivity.h"

#include <algorithm>

namespace memplace {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Of d = f - 1, which is at least -1: a memory has no negative area.
struct Interval {
  double low = -1;
  double high = kInfinity;

  bool empty() const { return low > high; }
  Interval operator&(Interval other) const {
    return {std::max(low, other.low), std::min(high, other.high)};
  }
};

constexpr Interval kNever{kInfinity, -kInfinity};

// Where at + slope x d <= 0.
Interval where_at_most_zero(double at, double slope) {
  if (slope == 0) {
    return at <= 0 ? Interval{} : kNever;
  }
  return slope > 0 ? Interval{-kInfinity, -at / slope} : Interval{-at / slope, kInfinity};
}

Interval where_allowed(const AreaRival& rival, const AreaRules& rules) {
  return Interval{} & where_at_most_zero(rival.area - rules.most, rival.share) &
         where_at_most_zero(rules.least - rival.area, -rival.share);
}

// Where at + slope x d is what decides; nothing where it is 0 whatever d is.
std::optional<Interval> where_less(double at, double slope) {
  if (at == 0 && slope == 0) {
    return std::nullopt;
  }
  return where_at_most_zero(at, slope);
}

// `is_earlier`: the rival comes before the best one, which decides where they are alike.
Interval where_better(const AreaRival& rival, const AreaRival& best, bool is_earlier,
                      const AreaRules& rules) {
  const auto always = [](bool holds) { return holds ? Interval{} : kNever; };
  if (!rules.is_objective && rival.others != best.others) {
    return always(rival.others < best.others);
  }
  if (rules.is_objective) {
    const auto by_cost = where_less(rival.others * rival.area - best.others * best.area,
                                    rival.others * rival.share - best.others * best.share);
    if (by_cost.has_value()) {
      return *by_cost;
    }
  }
  if (rival.first != best.first) {
    return always(rival.first < best.first);
  }
  const auto by_area = where_less(rival.area - best.area, rival.share - best.share);
  return rules.breaks_ties && by_area.has_value() ? *by_area : always(is_earlier);
}

// The best of those whose area is allowed at d; of what is alike, the first.
std::optional<std::size_t> best_at(std::span<const AreaRival> rivals, const AreaRules& rules,
                                   double d) {
  const auto area = [&](std::size_t i) { return rivals[i].area + d * rivals[i].share; };
  const auto cost = [&](std::size_t i) {
    return rivals[i].others * (rules.is_objective ? area(i) : 1);
  };
  const auto better = [&](std::size_t i, std::size_t than) {
    if (cost(i) != cost(than)) {
      return cost(i) < cost(than);
    }
    if (rivals[i].first != rivals[than].first) {
      return rivals[i].first < rivals[than].first;
    }
    return rules.breaks_ties && area(i) < area(than);
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    const bool allowed = area(i) <= rules.most && area(i) >= rules.least;
    if (allowed && (!best.has_value() || better(i, *best))) {
      best = i;
    }
  }
  return best;
}

// By which the best beyond an end is looked for behind it, relative to its factor. An end at a
// factor less than this is where memories that take nothing are alike, but for rounding.
constexpr double kBeyond = 1e-9;

}  // namespace

FactorRange stable_factors(std::span<const AreaRival> rivals, std::size_t best,
                           const AreaRules& rules) {
  const Interval allowed = where_allowed(rivals[best], rules);
  Interval stable = allowed;
  for (std::size_t i = 0; i < rivals.size(); ++i) {
    const Interval better =
        where_better(rivals[i], rivals[best], i < best, rules) & where_allowed(rivals[i], rules);
    if (i == best || better.empty()) {
      continue;
    }
    // It holds 0 at its end at most, or the best would be another.
    if (better.high > 0) {
      stable.high = std::min(stable.high, std::max(better.low, 0.0));
    } else {
      stable.low = std::max(stable.low, better.high);
    }
  }
  const auto end_at = [&](double d, double beyond, bool forbidden) {
    return FactorEnd{1 + d, best_at(rivals, rules, d + beyond * (1 + d)), forbidden};
  };
  FactorRange range;
  if (stable.high < kInfinity) {
    range.most = end_at(stable.high, kBeyond, stable.high == allowed.high);
  }
  if (1 + stable.low > kBeyond) {
    range.least = end_at(stable.low, -kBeyond, stable.low == allowed.low);
  }
  return range;
}

}  // namespace memplace
