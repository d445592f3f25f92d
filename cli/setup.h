// SPDX-License-Identifier: Apache-2.0
// What most commands have in common: a network on a chip in a mode, and an output.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/ranks.h"
#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/fields.h"
#include "optimizer/studies/settings/problem_of.h"
#include "optimizer/studies/settings/program_fields.h"
#include "report/run_header.h"
#include "report/simulation_report.h"
#include "sim/timing/program.h"

namespace memplace {

enum class Format { kText, kJson, kCsv };

void declare_program(Arguments& arguments);          // WORKLOAD and the options of a ProgramRequest
void declare_chip(Arguments& arguments);             // --chip and --set
void declare_network_options(Arguments& arguments);  // --dtype, --dim, --value and --allow-unknown
void declare_mode(Arguments& arguments);
void declare_output(Arguments& arguments);  // --format, --output

// The table of a request that asks for nothing else.
std::span<const RequestField<ProgramRequest>> network_fields();  // WORKLOAD, --dtype, ...
std::span<const RequestField<ProgramRequest>> program_fields();  // and the chip, mode and model

// Takes over the arguments of `fields` and WORKLOAD. Throws Error also where they cannot go
// together, or need what this build lacks.
template <class Request>
Request choose_request(const Arguments& arguments, std::span<const RequestField<Request>> fields,
                       Request request = {}) {
  request.workload = arguments.required("WORKLOAD");
  take_fields(arguments, fields, request);
  check_request(arguments, request);
  return request;
}
void check_request(const Arguments& arguments, const ProgramRequest& request);

// Throws Error for a model that was left out of this build.
void check_model(const Arguments& arguments, const std::string& model);

// Whether the text is the directory of a run, and no network that is built in.
bool names_run(const std::string& text);

// The network, its chip, and both in their mode. Throw Error.
Graph load_graph(const Arguments& arguments, const ProgramRequest& request);
Chip load_chip(const Arguments& arguments, const ProgramRequest& request);
Problem load_problem(const Arguments& arguments, const ProgramRequest& request);

std::shared_ptr<const Program> lower_for(const Arguments& arguments, Problem problem);
// The problem that the request poses, lowered.
template <class Request>
std::shared_ptr<const Program> load_program(const Arguments& arguments, const Request& request) {
  const Problem loaded = load_problem(arguments, request);
  return lower_for(arguments, arguments.named([&] { return problem_of(request, loaded); }));
}
std::string type_of(const ProgramRequest& request);  // for people

// What a header says of a program: the facts of its workload, chip and mode are of what was loaded.
RunHeader header_of(const std::string& command, const ProgramRequest& request, Settings settings,
                    const Program& program);
template <class Request>
RunHeader header_of(const std::string& command, std::span<const RequestField<Request>> fields,
                    const Request& request, const Program& program, const Request& usual = {}) {
  Settings settings = settings_of(fields, request, usual);
  Request filled = request;
  filled.mode_choice = choice_of(program.mode());
  settings.config = settings_of(fields, filled).config;
  return header_of(command, request, std::move(settings), program);
}
// Says on standard error what was taken for granted when a network was imported.
void show_warnings(const Console& console, const std::string& command,
                   std::span<const std::string> warnings);
// Of a command without a program.
RunHeader plain_header(const std::string& command, const std::string& subject, Settings settings);
void add_flag(RunHeader& header, const std::string& name);  // a setting that is on

// Throws Error where one of the options `outputs` names the file that is the value of one of
// `inputs`, so that it would be lost; where two of them name the same, or standard output; and
// where one cannot be written.
void check_outputs(const Arguments& arguments, std::span<const std::string> outputs,
                   std::span<const std::string> inputs);

// Throws Error where two inputs are "-".
void check_one_reads_input(const Arguments& arguments);

// The value of --resume, which neither SPEC nor --out may stand beside.
std::optional<std::string> choose_resumed(const Arguments& arguments);

// Throws Error where --output would overwrite one of `files`, of which some may be no files...
void check_kept_files(const Arguments& arguments, const std::string& output,
                      std::span<const std::string> files);
// ...or is in `directory`, where the `owner` (an experiment, a sweep) keeps its files.
void check_outside(const Arguments& arguments, const std::string& output,
                   const std::string& directory, const std::string& owner);

Format choose_format(const Arguments& arguments);

inline constexpr std::size_t kRowsShown = 10;  // of a long table, where nobody says how many

// What shapes the output of a command with several tables, checked before anything runs.
template <class Table>
struct ReportOptions {
  Format format = Format::kText;
  Table table{};     // of --format csv
  TextOptions text;  // of --format text
};
// --format, --table, --ops and --tensors.
ReportOptions<std::size_t> report_options(const Arguments& arguments, const Console& console);
template <class Table>
ReportOptions<Table> report_options(const Arguments& arguments, const Console& console) {
  const ReportOptions<std::size_t> options = report_options(arguments, console);
  return {options.format, static_cast<Table>(options.table), options.text};
}

template <class Report, class Table>
std::string render(const Report& report, const ReportOptions<Table>& options) {
  switch (options.format) {
    case Format::kJson:
      return pretty(to_json(report));
    case Format::kCsv:
      return to_csv(report, options.table);
    case Format::kText:
      break;
  }
  return to_text(report, options.text);
}

// A report in that format; `width` is for text.
template <class Report>
std::string render(const Report& report, Format format, std::optional<std::size_t> width) {
  switch (format) {
    case Format::kJson:
      return pretty(to_json(report));
    case Format::kCsv:
      return to_csv(report);
    case Format::kText:
      break;
  }
  return to_text(report, width);
}

// The value of --threads, or as many as there are processors.
std::size_t thread_count(const Arguments& arguments);
// Of a command that shares its work with other ranks, which are as many as there are processors.
std::size_t thread_count(const Arguments& arguments, const Ranks& ranks);

// The version of memplace, as in "0.1.0".
std::string version();

}  // namespace memplace
