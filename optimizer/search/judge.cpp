// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/judge.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/heuristics/heuristic.h"

namespace memplace {
namespace {

bool costs_less(const Evaluated& a, const Evaluated& b) { return a.cost < b.cost; }

}  // namespace

std::string source_of(const Verdict& verdict) {
  return verdict.own() ? "search" : fmt::format("heuristic:{}", verdict.heuristic);
}

Judge::Judge(EvaluatorPool& evaluators, std::span<const Evaluated> heuristics, const Noise& noise)
    : evaluators_(evaluators), heuristics_(heuristics), noise_(noise) {
  MEMPLACE_ASSERT(!heuristics.empty(), "nothing to compare with");
}

const Verdict& Judge::of(const SearchResult& so_far) {
  if (judged_ == so_far.best_evaluation) {
    return verdict_;
  }
  judged_ = so_far.best_evaluation;
  const auto least = std::min_element(heuristics_.begin(), heuristics_.end(), costs_less);
  verdict_ = {*least,
              std::string(heuristics()[static_cast<std::size_t>(least - heuristics_.begin())].name),
              0};
  if (so_far.best.has_value()) {
    const SharedStop unstopped(nullptr);  // it is needed, stopped or not
    Evaluated own = noise_.none() ? *so_far.best : evaluators_.evaluate(so_far.best->asked);
    verdict_.own_cost = own.cost;
    if (own.cost <= least->cost) {
      verdict_.best = std::move(own);
      verdict_.heuristic.clear();
    }
  }
  return verdict_;
}

Evaluated Judge::measured_heuristic(std::uint64_t measurements) const {
  std::vector<Evaluated> measured(heuristics_.begin(), heuristics_.end());
  for (std::size_t i = 0; i < measured.size(); ++i) {
    measured[i].cost = noise_.measure_heuristic(measured[i].cost, i, measurements);
    measured[i].first_cost = measured[i].cost;
  }
  return *std::min_element(measured.begin(), measured.end(), costs_less);
}

}  // namespace memplace
