// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/search_fields.h"

#include <array>

#include <fmt/format.h>

#include "optimizer/catalog/strategies.h"
#include "optimizer/search/options.h"
#include "optimizer/studies/settings/program_fields.h"

namespace memplace {
namespace {

using Kind = FieldInfo::Kind;

constexpr std::array<DType, 3> kDTypes{DType::kInt8, DType::kFp16, DType::kFp32};

// That of a request without a line of its own where it is as usual.
template <class Request>
RequestField<Request> shown(RequestField<Request> field,
                            std::function<std::string(const Request&)> fact) {
  field.fact = std::move(fact);
  return field;
}

RequestField<SearchRequest> strategy_field() {
  RequestField<SearchRequest> made = field<SearchRequest>(&SearchRequest::strategy, text_codec(),
                                                          {.kind = Kind::kComposite,
                                                           .key = "strategy",
                                                           .flag = "--strategy",
                                                           .json = "strategy",
                                                           .label = "strategy",
                                                           .type = "NAME",
                                                           .help = "what searches (auto)"});
  made.fact = [](const SearchRequest& request) {
    const Words options = chosen_options(request);
    return options.empty() ? request.strategy : request.strategy + ' ' + joined(options);
  };
  return made;
}

RequestField<SearchRequest> options_field() {
  RequestField<SearchRequest> made{{.kind = Kind::kComposite,
                                    .key = "options",
                                    .flag = "--option",
                                    .json = "options",
                                    .type = "NAME=VALUE",
                                    .help = "options of the strategy"}};
  made.words = chosen_options;
  made.value = [](const SearchRequest& request) {
    Json values = Json::object();
    for (const auto& [name, value] : options_of(request).resolved()) {
      values[name] = value;
    }
    return values;
  };
  made.fact = [](const SearchRequest&) { return std::string(); };
  return made;
}

std::vector<RequestField<SearchRequest>> what_to_search() {
  return {
      field<SearchRequest>(
          &SearchRequest::objective,
          choice_codec<Objective>([](const std::string& name) { return find_objective(name); },
                                  [](const Objective& goal) { return std::string(name_of(goal)); }),
          {.kind = Kind::kChoice,
           .key = "objective",
           .flag = "--objective",
           .json = "objective",
           .label = "objective",
           .type = "NAME",
           .help = "{}",
           .always = true,
           .names = objective_names()}),
      shown<SearchRequest>(field<SearchRequest>(&SearchRequest::budget, count_codec(1, kMostBudget),
                                                {.key = "budget",
                                                 .flag = "--budget",
                                                 .json = "budget",
                                                 .label = "budget",
                                                 .type = "N",
                                                 .help = "evaluations to spend (4000)",
                                                 .always = true}),
                           [](const SearchRequest& request) {
                             return request.budget == kMostBudget
                                        ? std::string()
                                        : fmt::format("{} evaluations", request.budget);
                           }),
      field<SearchRequest>(&SearchRequest::horizon, optional_count_codec(1, kMostBudget),
                           {.key = "horizon",
                            .flag = "--horizon",
                            .json = "horizon",
                            .label = "horizon",
                            .type = "N",
                            .help = "evaluations that the strategy plans for, as\n"
                                    "cooling does (the budget)"}),
      field<SearchRequest>(&SearchRequest::time_limit, duration_codec(),
                           {.key = "time_limit",
                            .flag = "--time",
                            .json = "time_ps",
                            .label = "time",
                            .type = "TIME",
                            .help = "wall time to spend, as in 90s, 10m or 1.5h;\n"
                                    "without --budget it spends all of it"}),
      field<SearchRequest>(&SearchRequest::target_latency, latency_codec(),
                           {.key = "target_latency",
                            .flag = "--target-latency",
                            .json = "target_latency_ps",
                            .label = "target",
                            .type = "TIME",
                            .help = "stop at this latency, as in 250us"}),
      shown<SearchRequest>(
          field<SearchRequest>(&SearchRequest::patience, count_codec(0, kMostPatience),
                               {.key = "patience",
                                .flag = "--patience",
                                .json = "patience",
                                .label = "patience",
                                .type = "N",
                                .help = "stop after N evaluations without a new best",
                                .always = true}),
          [](const SearchRequest& request) {
            return request.patience == 0
                       ? std::string()
                       : fmt::format("{} evaluations without a new best", request.patience);
          }),
      shown<SearchRequest>(field<SearchRequest>(&SearchRequest::noise, share_codec(),
                                                {.key = "noise",
                                                 .flag = "--noise",
                                                 .json = "noise",
                                                 .label = "noise",
                                                 .type = "SHARE",
                                                 .help = "noise of measurements, as in 2% (0)",
                                                 .always = true}),
                           [](const SearchRequest& request) {
                             return request.noise == 0 ? std::string()
                                                       : fmt::format("{:.4g}% of each measurement",
                                                                     request.noise * 100);
                           }),
      field<SearchRequest>(&SearchRequest::remeasurements, count_codec(1, kMostBudget),
                           {.key = "remeasurements",
                            .flag = "--remeasurements",
                            .json = "remeasurements",
                            .label = "remeasured",
                            .type = "N",
                            .help = "measurements more of what noise makes look\nbetter (3)",
                            .always = true}),
  };
}

std::vector<RequestField<SearchRequest>> where_to_begin() {
  std::vector<RequestField<SearchRequest>> fields{
      field<SearchRequest>(&SearchRequest::policy_file, text_codec(),
                           {.key = "policy",
                            .flag = "--policy-in",
                            .json = "policy_in",
                            .label = "policy",
                            .type = "FILE",
                            .help = "a policy to begin with, of --policy-out or of\n"
                                    "train; chooses egrl"}),
      field<SearchRequest>(&SearchRequest::init_mapping, text_codec(),
                           {.key = "init",
                            .flag = "--init",
                            .json = "init",
                            .label = "init",
                            .type = "MAPPING",
                            .help = "start from it, as of simulate --mapping"}),
      shown<SearchRequest>(
          field<SearchRequest>(&SearchRequest::seed_from, text_codec(),
                               {.kind = Kind::kChoice,
                                .key = "seed_from",
                                .flag = "--seed-from",
                                .json = "seed_from",
                                .label = "seed_from",
                                .type = "milp",
                                .help = "begin also from what the relaxations of a bound\n"
                                        "would have",
                                .names = {kSeedFromMilp}}),
          [](const SearchRequest& request) {
            return std::string(request.seed_from.empty() ? "" : "relaxations too");
          }),
  };
  fields.back().yaml = [](const SearchRequest& request) { return request.seed_from; };
  return fields;
}

std::vector<RequestField<SearchRequest>> make_search_fields() {
  std::vector<RequestField<SearchRequest>> fields = program_fields<SearchRequest>();
  const auto add = [&](std::vector<RequestField<SearchRequest>> more) {
    fields.insert(fields.end(), more.begin(), more.end());
  };
  add({strategy_field(), options_field()});
  add(what_to_search());
  add(where_to_begin());
  add({allocator_field<SearchRequest>()});
  add(constraint_fields<SearchRequest>());
  add({shown<SearchRequest>(
           field<SearchRequest>(&SearchRequest::seed, count_codec(0, kMostSeed),
                                {.key = "seed",
                                 .flag = "--seed",
                                 .json = "seed",
                                 .label = "seed",
                                 .type = "N",
                                 .help = "of all randomness (1)",
                                 .always = true}),
           [](const SearchRequest& request) { return std::to_string(request.seed); }),
       field<SearchRequest>(&SearchRequest::keep_mappings, flag_codec(),
                            {.kind = Kind::kFlag, .key = "keep_mappings"})});
  return fields;
}

std::vector<RequestField<SimulationRequest>> make_simulation_fields() {
  std::vector<RequestField<SimulationRequest>> fields = program_fields<SimulationRequest>();
  fields.push_back(shown<SimulationRequest>(
      field<SimulationRequest>(&SimulationRequest::mapping, text_codec(),
                               {.key = "mapping",
                                .flag = "--mapping",
                                .json = "mapping",
                                .label = "mapping",
                                .type = "MAPPING",
                                .help = "FILE.yaml, FILE.json, directory of a run,\n"
                                        "all:MEMORY or heuristic:NAME (heuristic:native)"}),
      [](const SimulationRequest& request) { return request.mapping; }));
  fields.push_back(
      field<SimulationRequest>(&SimulationRequest::strict, flag_codec(),
                               {.kind = Kind::kFlag,
                                .key = "strict",
                                .flag = "--strict",
                                .json = "strict",
                                .help = "exit with 1 where the mapping does not fit\nas asked"}));
  fields.push_back(allocator_field<SimulationRequest>());
  for (RequestField<SimulationRequest>& row : moving_fields<SimulationRequest>()) {
    fields.push_back(std::move(row));
  }
  return fields;
}

}  // namespace

std::vector<std::string> dtype_names() {
  std::vector<std::string> names;
  names.reserve(kDTypes.size());
  for (const DType type : kDTypes) {
    names.emplace_back(name_of(type));
  }
  return names;
}

Codec<DType> dtype_codec() {
  return choice_codec<DType>(
      [](const std::string& name) {
        const std::vector<std::string> names = dtype_names();
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
          throw Error(unknown_name_message("dtype", name, names));
        }
        return kDTypes.at(static_cast<std::size_t>(found - names.begin()));
      },
      [](const DType& type) { return std::string(name_of(type)); });
}

std::vector<std::string> model_names() { return {"event", "systemc", "both"}; }

std::vector<std::string> allocator_names() { return {"heuristic", "exact"}; }

Codec<bool> allocator_codec() {
  return choice_codec<bool>([](const std::string& name) { return name == allocator_names()[1]; },
                            [](const bool& exact) { return allocator_names()[exact ? 1 : 0]; });
}

std::vector<std::string> places_names() { return {"moving", "static"}; }

Codec<bool> places_codec() {
  return choice_codec<bool>([](const std::string& name) { return name == places_names()[0]; },
                            [](const bool& moving) { return places_names()[moving ? 0 : 1]; });
}

std::vector<std::string> planner_names() {
  return {std::string(name_of(PlannerKind::kRing)), std::string(name_of(PlannerKind::kJoint))};
}

Codec<PlannerKind> planner_codec() {
  return choice_codec<PlannerKind>(
      [](const std::string& name) {
        return name == name_of(PlannerKind::kRing) ? PlannerKind::kRing : PlannerKind::kJoint;
      },
      [](const PlannerKind& kind) { return std::string(name_of(kind)); });
}

std::span<const RequestField<SimulationRequest>> simulation_fields() {
  static const std::vector<RequestField<SimulationRequest>> fields = make_simulation_fields();
  return fields;
}

std::span<const RequestField<SearchRequest>> search_fields() {
  static const std::vector<RequestField<SearchRequest>> fields = make_search_fields();
  return fields;
}

Options options_of(const SearchRequest& request) {
  const StrategyInfo& info = strategies().find(request.strategy);
  return {"strategy " + info.name, info.options, joined_options(request.options)};
}

Words chosen_options(const SearchRequest& request) {
  SearchRequest usual;
  usual.strategy = request.strategy;
  const auto defaults = options_of(usual).resolved();
  const auto options = options_of(request).resolved();
  Words chosen;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i] != defaults[i]) {
      chosen.push_back(fmt::format("{}={}", options[i].first, options[i].second));
    }
  }
  return chosen;
}

std::vector<std::pair<std::string, std::string>> split_options(std::span<const std::string> texts) {
  std::vector<std::pair<std::string, std::string>> options;
  options.reserve(texts.size());
  for (const std::string& text : texts) {
    const std::size_t equals = std::min(text.find('='), text.size());
    options.emplace_back(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
  }
  return options;
}

Words joined_options(std::span<const std::pair<std::string, std::string>> options) {
  Words texts;
  texts.reserve(options.size());
  for (const auto& [name, value] : options) {
    texts.push_back(fmt::format("{}={}", name, value));
  }
  return texts;
}

}  // namespace memplace
