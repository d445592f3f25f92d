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
#include "cli/commands.h"
#include "cli/search_setup.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "optimizer/training.h"
#include "report/describe.h"
#include "report/training_report.h"
#include "sim/mapping/rectify.h"

namespace memplace {
namespace {

constexpr std::int64_t kDefaultBudget = 1000;

// Everything that a training's results depend on.
struct Lesson {
  std::vector<ChosenWorkload> workloads;
  std::string chip_name;
  Chip chip;
  Mode mode;
  const StrategyInfo* strategy = nullptr;
  std::optional<Options> options;
  std::uint64_t seed = 0;
  std::uint64_t budget = 0;
  std::string policy_file;  // to begin with; empty: none
};

// On stderr: a line drawn again and again on a terminal, elsewhere one at each tenth.
class TrainingProgress {
 public:
  TrainingProgress(const Console& console, std::uint64_t total)
      : console_(console), total_(total) {}
  TrainingProgress(const TrainingProgress&) = delete;
  TrainingProgress& operator=(const TrainingProgress&) = delete;
  ~TrainingProgress() {
    if (width_ > 0) {
      console_.err << '\r' << std::string(width_, ' ') << '\r' << std::flush;
    }
  }

  void show(std::uint64_t evaluations) {
    const std::string line = fmt::format("train: {} of {} evaluations", evaluations, total_);
    const std::uint64_t tenth = evaluations * 10 / total_;
    if (console_.err_is_terminal) {
      width_ = line.size();
      console_.err << '\r' << line << std::flush;
    } else if (tenth > tenths_) {
      console_.err << line << '\n' << std::flush;
    }
    tenths_ = tenth;
  }

 private:
  const Console& console_;
  std::uint64_t total_;
  std::uint64_t tenths_ = 0;
  std::size_t width_ = 0;
};

Lesson choose_lesson(const Arguments& arguments) {
  Lesson lesson;
  lesson.strategy = &choose_strategy(arguments, kLearningStrategy);
  if (!lesson.strategy->learns) {
    throw arguments.error(fmt::format("--strategy {} learns no policy; {} do",
                                      lesson.strategy->name,
                                      fmt::join(learning_strategies(), " and ")));
  }
  lesson.options = choose_options(arguments, *lesson.strategy);
  lesson.seed = choose_seed(arguments);
  lesson.budget = static_cast<std::uint64_t>(
      arguments.integer("--budget", 1, kMaxBudget).value_or(kDefaultBudget));
  lesson.policy_file = arguments.value("--policy-in").value_or("");
  lesson.chip_name = arguments.value("--chip").value_or(kDefaultChip);
  lesson.chip = choose_chip(arguments, lesson.chip_name);
  lesson.mode = choose_mode(arguments, lesson.chip);
  static_cast<void>(arguments.required("WORKLOAD"));
  for (const std::string& spec : arguments.list("WORKLOAD")) {
    for (const ChosenWorkload& other : lesson.workloads) {
      if (other.spec == spec) {
        throw arguments.error(fmt::format("workload {} is given twice", memplace::quoted(spec)));
      }
    }
    lesson.workloads.push_back(choose_workload(arguments, spec));
  }
  return lesson;
}

std::vector<std::string> names_of(const Lesson& lesson) {
  std::vector<std::string> names;
  names.reserve(lesson.workloads.size());
  for (const ChosenWorkload& workload : lesson.workloads) {
    names.push_back(workload.spec);
  }
  return names;
}

RunHeader header_of(const Arguments& arguments, const Lesson& lesson, const std::string& output) {
  const std::vector<std::string> names = names_of(lesson);
  std::vector<std::string> words{"memplace", arguments.command()};
  words.insert(words.end(), names.begin(), names.end());
  const auto add = [&](const std::string& option, const std::string& value) {
    words.insert(words.end(), {option, value});
  };
  const std::vector<std::string>& set = arguments.list("--set");
  const std::vector<std::string>& dims = arguments.list("--dim");
  const Mode& mode = lesson.mode;
  const auto dtype = arguments.value("--dtype");
  add("--chip", lesson.chip_name);
  for (const std::string& text : set) {
    add("--set", text);
  }
  if (dtype) {
    add("--dtype", *dtype);
  }
  for (const std::string& text : dims) {
    add("--dim", text);
  }
  if (arguments.has("--allow-unknown")) {
    words.emplace_back("--allow-unknown");
  }
  add("--streams", std::to_string(mode.streams));
  add("--engines-per-stream", std::to_string(mode.engines_per_stream));
  add("--inferences", std::to_string(mode.inferences));
  add("--strategy", lesson.strategy->name);
  Json options = Json::object();
  std::string facts = lesson.strategy->name;
  for (const auto& [name, value] : lesson.options->resolved()) {
    options[name] = value;
    facts += fmt::format(" {}={}", name, value);
    add("--option", fmt::format("{}={}", name, value));
  }
  add("--budget", std::to_string(lesson.budget));
  add("--seed", std::to_string(lesson.seed));
  const bool begins = !lesson.policy_file.empty();
  if (begins) {
    add("--policy-in", lesson.policy_file);
  }
  add("--policy-out", output);
  RunHeader header{version(), arguments.command(), {}, {}, shell_command(words)};
  header.config = {{"workloads", names},
                   {"dtype", dtype ? Json(*dtype) : Json(name_of(DType::kInt8))},
                   {"dim", dims},
                   {"allow_unknown", arguments.has("--allow-unknown")},
                   {"chip", lesson.chip_name},
                   {"set", set},
                   {"streams", mode.streams},
                   {"engines_per_stream", mode.engines_per_stream},
                   {"inferences", mode.inferences},
                   {"strategy", lesson.strategy->name},
                   {"options", options},
                   {"budget", lesson.budget},
                   {"seed", lesson.seed},
                   {"policy_in", begins ? Json(lesson.policy_file) : Json(nullptr)}};
  header.facts = {
      {"workloads", fmt::format("{}", fmt::join(names, " "))},
      {"chip", fmt::format("{}: {}", lesson.chip.name, summary_of(lesson.chip))},
      {"mode", summary_of(mode)},
      {"strategy", facts},
      {"budget", fmt::format("{} evaluations a workload", lesson.budget)},
  };
  if (begins) {
    header.facts.emplace_back("policy", lesson.policy_file);
  }
  header.facts.emplace_back("seed", std::to_string(lesson.seed));
  return header;
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
  declare_seed(arguments);
  arguments.add_value("--threads", "N",
                      "evaluations at once; no result depends on it\n(all cores)");
  declare_output(arguments);
}

void execute_train(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const std::array<std::string, 3> inputs{"WORKLOAD", "--chip", "--policy-in"};
  check_kept(arguments, "--output", inputs);
  TrainingPlan plan;
  plan.threads = thread_count(arguments);
  const Lesson lesson = choose_lesson(arguments);
  const std::string policy_out = arguments.required("--policy-out");
  std::optional<TrainedPolicy> begin;
  if (!lesson.policy_file.empty()) {
    begin = read_policy(read_file(lesson.policy_file, kMostPolicyBytes), lesson.policy_file);
    check_policy_fits(*begin, lesson.chip, lesson.policy_file);
    plan.policy = &*begin;
  }
  std::vector<std::unique_ptr<const Program>> owned;
  std::vector<const Program*> programs;
  for (const ChosenWorkload& workload : lesson.workloads) {
    owned.push_back(arguments.named([&] {
      return std::make_unique<const Program>(lower(workload.graph, lesson.chip, lesson.mode));
    }));
    check_something_fits(arguments, *owned.back(), {});
    programs.push_back(owned.back().get());
  }
  check_policy_output(arguments, inputs);

  plan.seed = lesson.seed;
  plan.budget = lesson.budget;
  const TrainingResult result = arguments.named([&] {
    TrainingProgress progress(console, lesson.budget * programs.size());
    plan.on_batch = [&](std::uint64_t evaluations) { progress.show(evaluations); };
    return train(programs, *make_simulator(kDefaultModel), *lesson.strategy, *lesson.options, plan);
  });
  write_file(policy_out, policy_bytes(result.policy));
  const TrainingReport report = make_training_report(
      header_of(arguments, lesson, policy_out), policy_out, lesson.seed, names_of(lesson), result);
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

}  // namespace memplace
