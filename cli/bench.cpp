// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/number_text.h"
#include "base/split.h"
#include "bench/signature.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/setup.h"
#include "optimizer/studies/loading/networks.h"
#include "optimizer/studies/loading/simulators.h"
#include "report/describe.h"
#include "sim/event/event_simulator.h"
#include "workloads/builtin/builtins.h"

#ifdef MEMPLACE_HAS_BENCHMARK
#include "bench/speed.h"
#include "bench/speed_report.h"
#endif

namespace memplace {
namespace {

const std::array<std::string, 6> kModelNames{"systemc",        "event",        "event-incremental",
                                             "systemc-moving", "event-moving", "learning"};

// What --signature prints: the frozen one, last.
const std::array<std::string, 2> kSignatures{"frozen", "all"};

std::string signature_of_event_model(const bench::SignatureSet& set) {
  EventSimulator simulator;
  return bench::signature_text(bench::signature(simulator, set));
}

void print_signature(const Arguments& arguments, const Console& console) {
  for (const char* const other :
       {"--workload", "--chip", "--set", "--model", "--threads", "--min-time", "--format"}) {
    if (arguments.has(other)) {
      throw arguments.error(fmt::format(
          "--signature is of all built-in networks and prints one number; {} does not go with it",
          other));
    }
  }
  std::string text;
  if (arguments.choice("--signature") == 1) {
    text = signature_of_event_model(bench::whole_signature()) + '\n';
  }
  text += signature_of_event_model(bench::frozen_signature()) + '\n';
  deliver(console, arguments.value("--output"), text);
}

#ifdef MEMPLACE_HAS_BENCHMARK

constexpr double kDefaultMinTime = 0.1;
constexpr double kLeastMinTime = 0.001;
constexpr double kMostMinTime = 60;
constexpr std::int64_t kDefaultThreads = 2;
constexpr std::int64_t kMostMeasuredThreads = 256;

// The parts of lists with commas. A part such as batch=4 belongs to the network before it.
std::vector<std::string> parts_of(const std::vector<std::string>& lists) {
  std::vector<std::string> parts;
  for (const std::string& list : lists) {
    bool continues = false;  // the part before, which has parameters
    for (const std::string_view part : split(list, ',')) {
      const bool is_parameter = part.find('=') != part.npos && part.find(':') == part.npos;
      if (continues && is_parameter) {
        parts.back().append(",").append(part);
      } else {
        parts.emplace_back(part);
        continues = part.find(':') != part.npos;
      }
    }
  }
  return parts;
}

double choose_min_time(const Arguments& arguments) {
  const auto text = arguments.value("--min-time");
  if (!text) {
    return kDefaultMinTime;
  }
  const auto seconds = parse_number<double>(*text);
  if (!seconds || !(*seconds >= kLeastMinTime && *seconds <= kMostMinTime)) {
    throw arguments.error(fmt::format("--min-time: got \"{}\", expected seconds from {} to {}",
                                      *text, kLeastMinTime, kMostMinTime));
  }
  return *seconds;
}

// The models asked for; all that this build has where none is.
std::vector<bench::Model> choose_models(const Arguments& arguments) {
  std::vector<bench::Model> models;
  if (!arguments.has("--model")) {
    models.assign(bench::kModels.begin(), bench::kModels.end());
    if (!has_systemc()) {
      models.erase(models.begin());
    }
    return models;
  }
  for (const std::string& name : parts_of(arguments.list("--model"))) {
    const auto found = std::find(kModelNames.begin(), kModelNames.end(), name);
    if (found == kModelNames.end()) {
      throw arguments.error(unknown_name_message("--model", name, kModelNames));
    }
    models.push_back(bench::kModels.at(static_cast<std::size_t>(found - kModelNames.begin())));
    MEMPLACE_ASSERT(bench::name_of(models.back()) == name, name);
  }
  return models;
}

struct Course {
  std::vector<std::string> workloads;
  std::string chip_name;
  Chip chip;
  Mode mode;
  bench::SpeedOptions options;
};

Course choose_course(const Arguments& arguments) {
  Course course;
  const auto names = builtin_names();
  course.workloads = arguments.has("--workload")
                         ? parts_of(arguments.list("--workload"))
                         : std::vector<std::string>(names.begin(), names.end());
  ProgramRequest request;
  take_fields<ProgramRequest>(arguments, select(program_fields(), {"chip", "set"}), request);
  course.chip_name = request.chip_name;
  course.chip = load_chip(arguments, request);
  course.mode = resolve_mode(course.chip, ModeChoice());
  course.options.models = choose_models(arguments);
  course.options.threads = static_cast<int>(
      arguments.integer("--threads", 1, kMostMeasuredThreads).value_or(kDefaultThreads));
  course.options.effort.min_time = choose_min_time(arguments);
  return course;
}

RunHeader header_of(const Arguments& arguments, const Course& course) {
  RunHeader header{version(), arguments.command(), {}, {}, {}};
  std::vector<std::string> words{"memplace", arguments.command()};
  const auto add = [&](const std::string& option, const std::string& value) {
    words.insert(words.end(), {option, value});
  };
  std::vector<std::string> models;
  for (const bench::Model model : course.options.models) {
    models.emplace_back(bench::name_of(model));
    add("--model", models.back());
  }
  for (const std::string& workload : course.workloads) {
    add("--workload", workload);
  }
  add("--chip", course.chip_name);
  for (const std::string& text : arguments.list("--set")) {
    add("--set", text);
  }
  add("--threads", std::to_string(course.options.threads));
  add("--min-time", fmt::format("{}", course.options.effort.min_time));
  header.config = {
      {"workload", course.workloads},      {"chip", course.chip_name},
      {"set", arguments.list("--set")},    {"model", models},
      {"threads", course.options.threads}, {"min_time", course.options.effort.min_time}};
  header.facts = {
      {"chip", fmt::format("{}: {}", course.chip.name, summary_of(course.chip))},
      {"mode", summary_of(course.mode)},
      {"effort", fmt::format("medians of {} rounds of {} s for each row",
                             course.options.effort.rounds, course.options.effort.min_time)}};
  header.again = shell_command(words);
  return header;
}

std::string render(const bench::SpeedReport& report, Format format,
                   std::optional<std::size_t> width) {
  switch (format) {
    case Format::kJson:
      return pretty(bench::to_json(report));
    case Format::kCsv:
      return bench::to_csv(report);
    case Format::kText:
      break;
  }
  return bench::to_text(report, width);
}

void measure(const Arguments& arguments, const Console& console) {
  const Format format = choose_format(arguments);
  const auto output = arguments.value("--output");
  const Course course = choose_course(arguments);
  const auto& models = course.options.models;
  const std::unique_ptr<Simulator> systemc =
      std::none_of(models.begin(), models.end(), bench::is_systemc) ? nullptr
                                                                    : make_simulator("systemc");
  EventSimulator event;
  // All networks are made before the first is measured, so that mistakes show at once.
  std::vector<Program> programs;
  for (const std::string& workload : course.workloads) {
    programs.push_back(arguments.named([&] {
      ProgramRequest request;
      request.workload = workload;
      return lower({load_network(request).graph, course.chip, course.mode});
    }));
  }
  bench::SpeedReport report;
  report.header = header_of(arguments, course);
  report.chip = course.chip.name;
  report.mode = course.mode;
  StatusLine status(console);
  for (const Program& program : programs) {
    status.draw("measuring " + printable(program.graph().name()));
    report.speeds.push_back(arguments.named(
        [&] { return bench::measure_speed(program, systemc.get(), event, course.options); }));
  }
  status.clear();
  if (format != Format::kCsv) {
    report.signature = signature_of_event_model(bench::frozen_signature());
  }
  deliver(console, output, render(report, format, output ? std::nullopt : console.out_width));
}

#else

void measure(const Arguments& arguments, const Console& /*console*/) {
  throw arguments.error(
      "this build measures nothing, as Google Benchmark was not found or MEMPLACE_BENCHMARK was "
      "off when it was configured; install libbenchmark-dev, then build anew. --signature works");
}

#endif

}  // namespace

void declare_bench(Arguments& arguments) {
  arguments.add_list("--workload", "NAME,...",
                     "networks to simulate (all built-in ones);\nrepeatable", workloads());
  declare_chip(arguments);
  arguments.add_list(
      "--model", "NAME,...",
      "systemc, event, event-incremental,\nsystemc-moving, event-moving or\nlearning (all); "
      "repeatable",
      any_of(kModelNames));
  arguments.add_value("--threads", "N", "measure with so many threads too (2)");
  arguments.add_value("--min-time", "S", "seconds of each measurement (0.1)");
  arguments.add_switch(
      "--signature",
      "print only the fingerprint of all simulated\ntimes; --signature=all: before "
      "it that of all\nnetworks, chips and heuristics there are now",
      kSignatures);
  declare_output(arguments);
}

void execute_bench(const Arguments& arguments, const Console& console) {
  if (arguments.has("--signature")) {
    print_signature(arguments, console);
  } else {
    measure(arguments, console);
  }
}

}  // namespace memplace
