// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "base/stopping.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/studies/loading/simulators.h"
#include "optimizer/studies/settings/search_fields.h"
#include "optimizer/studies/training/training.h"
#include "report/describe.h"
#include "report/training_report.h"

namespace memplace {
namespace {

// What is as usual.
SearchRequest usual_lesson() {
  SearchRequest request;
  request.strategy = kLearningStrategy;
  request.budget = 1000;
  return request;
}

// Everything that a training's results depend on.
struct Lesson {
  SearchRequest request;  // of each workload
  std::vector<std::string> workloads;
  std::vector<Graph> graphs;
  Chip chip;
  Mode mode;
};

std::span<const RequestField<SearchRequest>> lesson_fields() {
  static const auto fields =
      select(search_fields(), {"chip", "set", "dtype", "dim", "value", "allow_unknown", "streams",
                               "engines_per_stream", "inferences", "strategy", "options", "budget",
                               "seed", "policy"});
  return fields;
}

Lesson choose_lesson(const Arguments& arguments) {
  Lesson lesson{usual_lesson(), {}, {}, {}, {}};
  SearchRequest& request = lesson.request;
  const StrategyInfo& info = choose_strategy(arguments, kLearningStrategy);
  if (!info.learns) {
    throw arguments.error(fmt::format("--strategy {} learns no policy; {} do", info.name,
                                      fmt::join(strategies().learning(), " and ")));
  }
  request.strategy = info.name;
  request.options = choose_options(arguments, info).resolved();
  take_fields(arguments, lesson_fields(), request);
  lesson.chip = load_chip(arguments, request);
  lesson.mode = arguments.named([&] { return resolve_mode(lesson.chip, request.mode_choice); });
  static_cast<void>(arguments.required("WORKLOAD"));
  for (const std::string& spec : arguments.list("WORKLOAD")) {
    if (std::find(lesson.workloads.begin(), lesson.workloads.end(), spec) !=
        lesson.workloads.end()) {
      throw arguments.error(fmt::format("workload {} is given twice", memplace::quoted(spec)));
    }
    request.workload = spec;
    check_request(arguments, request);
    lesson.workloads.push_back(spec);
    lesson.graphs.push_back(load_graph(arguments, request));
  }
  return lesson;
}

RunHeader header_of(const Arguments& arguments, const Lesson& lesson, const std::string& output) {
  const std::vector<std::string>& names = lesson.workloads;
  SearchRequest request = lesson.request;
  request.mode_choice = choice_of(lesson.mode);
  const Json config = settings_of(lesson_fields(), request).config;
  Settings settings = settings_of(lesson_fields(), lesson.request, usual_lesson());
  settings.config = {{"workloads", names},
                     {"dtype", name_of(request.dtype)},
                     {"dim", request.dims},
                     {"allow_unknown", request.allow_unknown}};
  settings.config.update(config);
  settings.config["dtype"] = name_of(request.dtype);
  std::vector<std::pair<std::string, std::string>> facts{
      {"workloads", joined(names)},
      {"chip", fmt::format("{}: {}", lesson.chip.name, summary_of(lesson.chip))},
      {"mode", summary_of(lesson.mode)}};
  for (auto& [label, fact] : settings.facts) {
    facts.emplace_back(label, label == "budget" ? fact + " a workload" : fact);
  }
  settings.facts = std::move(facts);
  settings.words.insert(settings.words.begin(), names.begin() + 1, names.end());
  settings.words.insert(settings.words.end(), {"--policy-out", output});
  return plain_header(arguments.command(), names.front(), std::move(settings));
}

}  // namespace

void declare_train(Arguments& arguments) {
  arguments.add_positionals("WORKLOAD", "networks to learn from, each as optimize\ntakes it",
                            workloads());
  declare_chip(arguments);
  declare_network_options(arguments);
  declare_mode(arguments);
  declare_strategy(arguments, "(egrl)");
  arguments.add_value("--policy-in", "FILE", "a policy to begin with", any_file());
  arguments.add_value("--policy-out", "FILE", "where to write the policy; needed", any_file());
  arguments.add_value("--budget", "N", "evaluations of each workload (1000)");
  declare_fields<SearchRequest>(arguments, select(search_fields(), {"seed"}));
  arguments.add_value("--threads", "N",
                      "evaluations at once; no result depends on it\n(all cores)");
  declare_output(arguments);
}

void execute_train(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const std::array<std::string, 3> inputs{"WORKLOAD", "--chip", "--policy-in"};
  check_outputs(arguments, std::array<std::string, 2>{"--output", "--policy-out"}, inputs);
  TrainingPlan plan;
  plan.threads = thread_count(arguments);
  const Lesson lesson = choose_lesson(arguments);
  const std::string policy_out = arguments.required("--policy-out");
  const SearchRequest& request = lesson.request;
  if (const std::string& file = request.policy_file; !file.empty()) {
    plan.policy =
        std::make_shared<const TrainedPolicy>(read_policy(read_file(file, kMostPolicyBytes), file));
    check_policy_fits(*plan.policy, lesson.chip, file);
  }
  std::vector<std::shared_ptr<const Program>> owned;
  std::vector<const Program*> programs;
  for (const Graph& graph : lesson.graphs) {
    owned.push_back(lower_for(arguments, Problem(graph, lesson.chip, lesson.mode)));
    check_something_fits(arguments, owned.back()->problem);
    programs.push_back(owned.back().get());
  }

  plan.seed = request.seed;
  plan.budget = request.budget;
  const InterruptGuard guard;
  const StopScope scope(InterruptGuard::overdue);
  plan.stop = [] { return InterruptGuard::signal() != 0; };
  const TrainingResult result = arguments.named([&] {
    WorkProgress progress(console, "train", "evaluations", {request.budget * programs.size()});
    plan.on_batch = [&, shown = std::uint64_t{0}](std::uint64_t evaluations) mutable {
      progress.add(evaluations - std::exchange(shown, evaluations));
    };
    const StrategyInfo& info = strategies().find(request.strategy);
    return train(programs, *make_simulator(kDefaultModel), info, options_of(request), plan);
  });
  write_file(policy_out, policy_bytes(result.policy));
  if (result.stopped) {
    throw Interrupted{
        InterruptGuard::signal(),
        fmt::format("train: stopped after {} of {} evaluations; what was learnt so far is in {}",
                    result.evaluations, request.budget * programs.size(),
                    memplace::quoted(policy_out))};
  }
  RunHeader header = header_of(arguments, lesson, policy_out);
  for (const Graph& graph : lesson.graphs) {
    add_warnings(header, graph.warnings());
  }
  show_warnings(console, "train", header.warnings);
  const TrainingReport report =
      make_training_report(std::move(header), policy_out, request.seed, lesson.workloads, result);
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
