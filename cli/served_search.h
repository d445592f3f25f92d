// SPDX-License-Identifier: Apache-2.0
// A search whose steps somebody else takes: it evaluates what it is asked to, and hands out what
// its strategy would try next.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "optimizer/search/driver.h"
#include "optimizer/search/evaluator.h"
#include "optimizer/search/strategy.h"
#include "optimizer/studies/run/run.h"

namespace memplace {

// Mappings are digits (optimizer/search/mapping_digits.h). All throw Error.
class ServedSearch {
 public:
  // Throws Error where something is wrong with the request, or nothing fits.
  ServedSearch(const SearchRequest& request, const std::string& version);
  ServedSearch(const ServedSearch&) = delete;
  ServedSearch& operator=(const ServedSearch&) = delete;

  // What digits stand for, and what the heuristics cost.
  Json describe() const;

  // The mapping made feasible and simulated.
  Json evaluate(const std::string& digits);

  // At most `most` proposals, made feasible and as they are simulated; none where the search is
  // over. Throws Error where some wait to be told.
  Json ask(std::size_t most);

  // What the proposals of the last ask() cost, in their order: null for one to be simulated here,
  // else {cost, latency_ps}, of which what is left out is as simulated. Throws Error where there
  // are not as many, and nothing is told then.
  Json tell(const Json& results);

 private:
  // With what an outside evaluator says of it.
  Evaluated as_told(Evaluated evaluated, const Json& result) const;
  std::string digits_of(const Mapping& mapping) const;
  Json json_of(const Evaluated& evaluated) const;

  Program program_;
  RunConfig config_;
  std::unique_ptr<Simulator> simulator_;
  EvaluatorPool evaluators_;
  std::vector<Reference> references_;
  std::unique_ptr<Strategy> strategy_;
  std::vector<Evaluated> waiting_;  // of the last ask, as simulated here
  std::uint64_t told_ = 0;
  std::optional<Evaluated> best_;
};

}  // namespace memplace
