// SPDX-License-Identifier: Apache-2.0
#include "cli/service.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/prefix.h"
#include "base/schema.h"
#include "cli/arguments.h"
#include "cli/search_setup.h"
#include "cli/served_search.h"
#include "cli/setup.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/heuristics/named_mapping.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/search_fields.h"
#include "report/simulation_report.h"
#include "sim/feasible/feasible.h"
#include "sim/metrics.h"

namespace memplace {
namespace {

// Of JSON-RPC 2.0; the last is ours.
enum Code : int {
  kNoJson = -32700,
  kNoRequest = -32600,
  kUnknownMethod = -32601,
  kMistake = -32602,
  kBug = -32603,
  kInfeasible = -32000,
};

// A request that is refused.
class Refused : public std::runtime_error {
 public:
  Refused(Code code, const std::string& message)
      : std::runtime_error(printable(message)), code_(code) {}
  Code code() const { return code_; }

 private:
  Code code_;
};

// Parameters besides the settings of a request.
struct Extra {
  const char* name;
  const char* help;
};

struct Method {
  const char* name;
  const char* summary;
  std::span<const FieldInfo> settings;
  std::vector<Extra> extras;
};

template <class Request>
std::vector<FieldInfo> infos_of(std::span<const RequestField<Request>> fields) {
  std::vector<FieldInfo> infos;
  for (const RequestField<Request>& field : fields) {
    if (!field.json.empty()) {
      infos.push_back(field);
    }
  }
  return infos;
}

const std::vector<Method>& methods() {
  static const std::vector<FieldInfo> simulation = infos_of(simulation_fields());
  static const std::vector<FieldInfo> search = infos_of(search_fields());
  static const Extra number{"search", "number of an open search"};
  static const std::vector<Method> all{
      {"describe", "what can be asked for", {}, {}},
      {"simulate", "a simulation's report, as simulate --format json", simulation, {}},
      {"score", "what a mapping on a chip comes to", simulation, {}},
      {"open", "begins a search, as optimize does", search, {}},
      {"evaluate",
       "a mapping made feasible and simulated",
       {},
       {number, {"mapping", "a digit a decision: the number of its memory"}}},
      {"ask",
       "what the search's strategy would try next",
       {},
       {number, {"most", "how many at most (1)"}}},
      {"tell",
       "what became of the proposals of the last ask",
       {},
       {number,
        {"results", "one a proposal: null, or an object of cost and latency_ps (optional each)"}}},
      {"close", "ends a search", {}, {number}},
  };
  return all;
}

std::string help_of(const FieldInfo& info) {
  std::string help = info.kind == FieldInfo::Kind::kChoice && info.names.size() > 1
                         ? choice_help(info.help, info.names)
                         : info.help;
  std::replace(help.begin(), help.end(), '\n', ' ');
  return help;
}

Json method_json(const Method& method) {
  Json params = Json::array();
  for (const FieldInfo& info : method.settings) {
    Json param = {{"name", info.json}, {"option", info.flag}, {"help", help_of(info)}};
    if (!info.names.empty()) {
      param["one_of"] = info.names;
    }
    params.push_back(std::move(param));
  }
  for (const Extra& extra : method.extras) {
    params.push_back({{"name", extra.name}, {"help", extra.help}});
  }
  return {{"name", method.name}, {"summary", method.summary}, {"params", std::move(params)}};
}

// Throws Error where `params` has what the method does not know.
void check_params(const Method& method, const Json& params) {
  std::vector<std::string> known;
  for (const FieldInfo& info : method.settings) {
    known.push_back(info.json);
  }
  for (const Extra& extra : method.extras) {
    known.emplace_back(extra.name);
  }
  for (const auto& [key, value] : params.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw Error(unknown_name_message("parameter", key, known));
    }
  }
}

const std::string& text_of(const Json& json, const std::string& name) {
  if (!json.is_string()) {
    throw Error(fmt::format("{}: got {}, expected text", name, one_line(json)));
  }
  return json.get_ref<const std::string&>();
}

std::int64_t number_of(const Json& json, const std::string& name) {
  if (!json.is_number_integer() || whole<std::int64_t>(json) < 1) {
    throw Error(
        fmt::format("{}: got {}, expected a whole number above zero", name, one_line(json)));
  }
  return whole<std::int64_t>(json);
}

template <class Request>
Request request_of(const Json& params, std::span<const RequestField<Request>> fields) {
  Request request;
  take_json(params, fields, "", request);
  if (request.workload.empty()) {
    throw Error("workload: missing");
  }
  if (is_yaml_file(request.workload) && !params.value("dtype", Json()).is_null()) {
    throw Error(
        "dtype: is for built-in networks; a graph file gives each tensor a type of its own");
  }
  // Standard input is what requests come from.
  for (const RequestField<Request>& field : fields) {
    for (const std::string& word : field.words(request)) {
      if (is_standard_stream(word)) {
        throw Error(fmt::format("{}: \"-\" is no file here", field.json));
      }
    }
  }
  check_model(request.model);
  return request;
}

SearchRequest search_of(const Json& params) {
  auto request = request_of<SearchRequest>(params, search_fields());
  if (const Json strategy = params.value("strategy", Json()); !strategy.is_null()) {
    request.strategy = strategies().find(text_of(strategy, "strategy")).name;
  } else if (!request.policy_file.empty()) {
    request.strategy = kLearningStrategy;
  }
  if (const Json options = params.value("options", Json()); !options.is_null()) {
    if (!options.is_object()) {
      throw Error(fmt::format("options: got {}, expected an object", one_line(options)));
    }
    for (const auto& [name, value] : options.items()) {
      request.options.emplace_back(name,
                                   value.is_string() ? value.get<std::string>() : one_line(value));
    }
  }
  return request;
}

// A simulation that was asked for, and what came of it.
struct Simulated {
  SimulationRequest request;
  Program program;
  Placement asked;
  RectifiedPlacement rectified;
  SimResult result;
};

Simulated simulate(const Json& params) {
  const auto request = request_of<SimulationRequest>(params, simulation_fields());
  Simulated run{request, lower(problem_of(request, load_problem(request))), {}, {}, {}};
  const Problem& problem = run.program.problem;
  try {
    run.asked = request.moving ? named_placement(request.mapping, problem)
                               : Placement(named_mapping(request.mapping, problem));
  } catch (const Error& mistake) {
    throw Error(with_prefix("mapping", mistake.what()));
  }
  run.rectified = PlacementRectifier(problem, request.planner).rectify(run.asked);
  if (request.strict && !run.rectified.feasible_as_asked()) {
    throw InfeasibleFailure("the mapping does not fit as asked");
  }
  run.result = make_simulator(request.model)->run(run.program, run.rectified.plan);
  return run;
}

Json report_of(const Simulated& run) {
  return to_json(
      make_simulation_report(header_of("simulate", simulation_fields(), run.request, run.program),
                             run.program, run.asked, run.rectified, run.result));
}

Json score_of(const Simulated& run) {
  const Program& program = run.program;
  const auto throughput = throughput_per_second(program.mode(), run.result);
  return {{"feasible", run.rectified.feasible_as_asked()},
          {"epsilon", run.rectified.epsilon.value()},
          {"latency_ps", run.result.latency},
          {"makespan_ps", run.result.makespan},
          {"throughput_per_s", throughput ? Json(*throughput) : Json(nullptr)},
          {"energy_pj", energy_of_inference(program, run.result)},
          {"area_um2", area_of(program.chip())}};
}

bool is_request(const Json& json) {
  return json.is_object() && json.value("jsonrpc", Json()) == "2.0" &&
         json.value("method", Json()).is_string();
}

Json error_json(const Json& id, Code code, const std::string& message) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}};
}

}  // namespace

Service::Service() = default;
Service::~Service() = default;

std::string Service::answer(std::string_view line) {
  const std::optional<Json> request = parse_json(line);
  if (!request) {
    return one_line(error_json(nullptr, kNoJson, "no JSON, or nested too deep"));
  }
  const bool is_call = request->is_object() && request->contains("id");
  const Json id = is_call ? (*request)["id"] : Json(nullptr);
  Json answer;
  try {
    answer = {{"jsonrpc", "2.0"}, {"id", id}, {"result", answer_to(*request)}};
  } catch (const Refused& refused) {
    answer = error_json(id, refused.code(), refused.what());
  } catch (const Error& mistake) {
    answer = error_json(id, kMistake, mistake.what());
  } catch (const InfeasibleFailure& failure) {
    answer = error_json(id, kInfeasible, printable(failure.what()));
  } catch (const std::exception& bug) {
    answer = error_json(id, kBug, printable(bug.what()));
  }
  // A notification that is one gets no answer, whatever became of it.
  const bool told = !is_call && is_request(*request);
  return told ? "" : one_line(printable_json(std::move(answer)));
}

Json Service::answer_to(const Json& request) {
  if (!is_request(request)) {
    throw Refused(kNoRequest,
                  R"(no request: expected {"jsonrpc": "2.0", "id": ..., "method": ...})");
  }
  const std::string& name = request["method"].get_ref<const std::string&>();
  std::vector<std::string> names;
  for (const Method& method : methods()) {
    names.emplace_back(method.name);
  }
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Refused(kUnknownMethod, unknown_name_message("method", name, names));
  }
  Json params = request.value("params", Json());
  if (params.is_null()) {
    params = Json::object();
  }
  if (!params.is_object()) {
    throw Error("params: expected an object, parameters by name");
  }
  check_params(methods()[static_cast<std::size_t>(found - names.begin())], params);
  return call(name, params);
}

Json Service::call(const std::string& method, const Json& params) {
  if (method == "describe") {
    Json list = Json::array();
    for (const Method& known : methods()) {
      list.push_back(method_json(known));
    }
    return {{"memplace_version", version()},
            {"schema_version", kSchemaVersion},
            {"methods", std::move(list)}};
  }
  if (method == "simulate") {
    return report_of(simulate(params));
  }
  if (method == "score") {
    return score_of(simulate(params));
  }
  if (method == "open") {
    return open(params);
  }
  const std::int64_t number = number_of(params.value("search", Json()), "search");
  const auto search = searches_.find(number);
  if (search == searches_.end()) {
    throw Error(fmt::format("search: {} is not open", number));
  }
  if (method == "evaluate") {
    return search->second->evaluate(text_of(params.value("mapping", Json()), "mapping"));
  }
  if (method == "ask") {
    return search->second->ask(params.value("most", Json()).is_null()
                                   ? 1
                                   : static_cast<std::size_t>(number_of(params["most"], "most")));
  }
  if (method == "tell") {
    return search->second->tell(params.value("results", Json()));
  }
  searches_.erase(search);
  return Json::object();
}

Json Service::open(const Json& params) {
  if (searches_.size() >= kMostServedSearches) {
    throw Error(fmt::format("{} searches are open, which is the most", searches_.size()));
  }
  auto search = std::make_unique<ServedSearch>(memplace::search_of(params), version());
  Json answer = {{"search", next_}};
  answer.update(search->describe());
  searches_.emplace(next_++, std::move(search));
  return answer;
}

}  // namespace memplace
