// SPDX-License-Identifier: Apache-2.0
#include "cli/served_search.h"

#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/prefix.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/named_mapping.h"
#include "optimizer/search/judge.h"
#include "optimizer/search/mapping_digits.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/search_fields.h"
#include "sim/placement/names.h"

namespace memplace {
namespace {

constexpr double kMostCost = 1e300;

RunConfig settle(const SearchRequest& request, const Problem& problem, const std::string& version) {
  check_objective(request.objective, problem.mode());
  RunConfig config = settled(request, version);
  config.policy = read_policy_of(config);
  if (!config.init_mapping.empty()) {
    try {
      config.init = named_mapping(config.init_mapping, problem);
    } catch (const Error& mistake) {
      throw Error(with_prefix("init", mistake.what()));
    }
  }
  return config;
}

double cost_of(const Json& json) {
  const double cost = json.is_number() ? json.get<double>() : -1;
  if (!(cost >= 0 && cost <= kMostCost)) {
    throw Error(fmt::format("cost: got {}, expected a number from 0 to 1e300", one_line(json)));
  }
  return cost;
}

Picoseconds latency_of(const Json& json) {
  if (!json.is_number_integer() || whole<std::int64_t>(json) < 0) {
    throw Error(
        fmt::format("latency_ps: got {}, expected a whole number of picoseconds", one_line(json)));
  }
  return Picoseconds(whole<std::int64_t>(json));
}

}  // namespace

ServedSearch::ServedSearch(const SearchRequest& request, const std::string& version)
    : program_(lower(problem_of(request, load_problem(request)))),
      config_(settle(request, program_.problem, version)),
      simulator_(make_simulator(config_.model)),
      evaluators_(program_, *simulator_, config_.objective) {
  const std::vector<Evaluated> heuristics = evaluate_heuristics(evaluators_);
  references_ = references_of(heuristics);
  strategy_ = strategies()
                  .find(config_.strategy)
                  .make(task_of(config_, program_.problem, references_,
                                policy_of(config_, program_.chip())),
                        options_of(config_));
  Judge judge(evaluators_, heuristics, Noise{});
  strategy_->hear(judge.measured_heuristic(1));
}

Json ServedSearch::describe() const {
  Json decisions = Json::array();
  for (const TensorId id : program_.problem.decisions().tensors()) {
    decisions.push_back(program_.graph().tensor(id).name);
  }
  Json heuristics = Json::array();
  for (const Reference& reference : references_) {
    heuristics.push_back(
        {{"name", reference.name}, {"latency_ps", reference.latency}, {"cost", reference.cost}});
  }
  return {{"decisions", std::move(decisions)},
          {"memories", memory_names(program_.chip())},
          {"cost_unit", unit_of(config_.objective)},
          {"heuristics", std::move(heuristics)}};
}

std::string ServedSearch::digits_of(const Mapping& mapping) const {
  return mapping_digits(program_.problem, mapping);
}

Json ServedSearch::json_of(const Evaluated& evaluated) const {
  return {{"mapping", digits_of(evaluated.given)},
          {"feasible", evaluated.epsilon.demoted_bytes == Bytes(0)},
          {"epsilon", evaluated.epsilon.value()},
          {"latency_ps", evaluated.measures.latency},
          {"cost", evaluated.cost}};
}

Json ServedSearch::evaluate(const std::string& digits) {
  const auto mapping = mapping_of_digits(program_.problem, digits);
  if (!mapping) {
    throw Error(fmt::format(
        "mapping: got {}, expected {} digits, one a decision, each the number of its memory from 0",
        memplace::quoted(digits), program_.problem.decisions().size()));
  }
  return json_of(evaluators_.evaluate(*mapping));
}

Json ServedSearch::ask(std::size_t most) {
  if (!waiting_.empty()) {
    throw Error(fmt::format("{} proposals of the last ask wait to be told", waiting_.size()));
  }
  const std::size_t room = std::min<std::uint64_t>(most, config_.budget - told_);
  std::vector<Proposal> asked;
  if (room > 0 && !strategy_->done()) {
    asked = strategy_->ask(room);
  }
  waiting_ = evaluators_.evaluate(asked);
  Json proposals = Json::array();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    proposals.push_back(json_of(waiting_[i]));
    proposals.back()["part"] = asked[i].part;
  }
  return {{"proposals", std::move(proposals)}, {"done", waiting_.empty()}};
}

Evaluated ServedSearch::as_told(Evaluated evaluated, const Json& result) const {
  if (result.is_null()) {
    return evaluated;
  }
  if (!result.is_object()) {
    throw Error(fmt::format("got {}, expected an object or null", one_line(result)));
  }
  for (const auto& [key, value] : result.items()) {
    if (key == "latency_ps") {
      evaluated.measures.latency = latency_of(value);
      if (config_.objective == Objective::kLatency && !result.contains("cost")) {
        evaluated.cost = static_cast<double>(evaluated.measures.latency.count());
      }
    } else if (key == "cost") {
      evaluated.cost = cost_of(value);
    } else {
      throw Error(unknown_name_message("key", key, std::vector<std::string>{"cost", "latency_ps"}));
    }
  }
  evaluated.first_cost = evaluated.cost;
  return evaluated;
}

Json ServedSearch::tell(const Json& results) {
  if (!results.is_array() || results.size() != waiting_.size()) {
    throw Error(fmt::format("results: expected a list of {}, one a proposal of the last ask",
                            waiting_.size()));
  }
  std::vector<Evaluated> evaluated;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    try {
      evaluated.push_back(as_told(waiting_[i], results[i]));
    } catch (const Error& mistake) {
      throw Error(fmt::format("results[{}]: {}", i, mistake.what()));
    }
  }
  if (!evaluated.empty()) {
    strategy_->tell(evaluated);
  }
  waiting_.clear();
  told_ += evaluated.size();
  for (Evaluated& one : evaluated) {
    if (!best_ || one.cost < best_->cost) {
      best_ = std::move(one);
    }
  }
  return {{"evaluations", told_}, {"best", best_ ? json_of(*best_) : Json(nullptr)}};
}

}  // namespace memplace
