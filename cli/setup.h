// SPDX-License-Identifier: Apache-2.0
// What simulate and optimize have in common: a network on a chip in a mode, and an output.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/ranks.h"
#include "cli/arguments.h"
#include "cli/networks.h"
#include "report/run_header.h"
#include "sim/timing/program.h"

namespace memplace {

enum class Format { kText, kJson, kCsv };

void declare_setup(Arguments& arguments);  // WORKLOAD, --chip, --set, --dtype, mode and --model
void declare_chip(Arguments& arguments);   // --chip and --set
void declare_network_options(Arguments& arguments);  // --dtype, --dim and --allow-unknown
NetworkOptions network_options(const Arguments& arguments);
void declare_mode(Arguments& arguments);
void declare_allocator(Arguments& arguments);  // --allocator
bool wants_exact_allocator(const Arguments& arguments);
void declare_output(Arguments& arguments);  // --format, --output

// A network as the user named it. A graph file's tensors have types of their own, so that options
// of other networks are refused with one.
struct ChosenWorkload {
  std::shared_ptr<const Graph> graph;
  std::string spec;
  std::optional<DType> dtype;      // none of a graph file
  Json config;                     // its settings: workload, dtype; of an .onnx file more
  std::vector<std::string> words;  // that choose it again, after its name
};
ChosenWorkload choose_workload(const Arguments& arguments);
// The same where `spec` is the value of WORKLOAD.
ChosenWorkload choose_workload(const Arguments& arguments, const std::string& spec);
// The same without its graph: how `spec` is named. Each of `dims` is NAME=N.
ChosenWorkload name_workload(const std::string& spec, DType dtype,
                             std::span<const std::string> dims, bool allow_unknown);
std::string type_of(const ChosenWorkload& workload);  // for people

// Throws Error where the value of `output` names the file that is the value of one of `inputs`: it
// would be lost.
void check_kept(const Arguments& arguments, const std::string& output,
                std::span<const std::string> inputs);

// The value of --resume, which neither SPEC nor --out may stand beside.
std::optional<std::string> choose_resumed(const Arguments& arguments);

// Throws Error where --output would overwrite one of `files`, of which some may be no files...
void check_kept_files(const Arguments& arguments, const std::string& output,
                      std::span<const std::string> files);
// ...or is in `directory`, where the `owner` (an experiment, a sweep) keeps its files.
void check_outside(const Arguments& arguments, const std::string& output,
                   const std::string& directory, const std::string& owner);

inline constexpr const char* kDefaultChip = "nnpi";

// `name_or_path` with the overrides of --set.
Chip choose_chip(const Arguments& arguments, const std::string& name_or_path);
// What declare_mode() declares.
Mode choose_mode(const Arguments& arguments, const Chip& chip);

Format choose_format(const Arguments& arguments);

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

// What Setup is made of.
struct Choices {
  ChosenWorkload workload;
  std::string chip_name;  // as it was given
  std::vector<std::string> overrides;
  Chip chip;  // overrides applied
  Mode mode;
  std::string model;
};

// All but the model, which is the default one. Throws Error.
Choices choose_program(const Arguments& arguments);

// The lowered network with the beginnings of its header: settings are added with add().
class Setup {
 public:
  // Throws Error.
  explicit Setup(const Arguments& arguments);
  Setup(const std::string& command, Choices choices);

  const Program& program() const { return *program_; }
  std::optional<DType> dtype() const { return choices_.workload.dtype; }  // not of a graph file
  const std::string& model() const { return choices_.model; }             // cli/simulators.h
  const Choices& choices() const { return choices_; }
  // The header so far.
  RunHeader header() const;

  // A setting as it stands in the configuration, what it means, and the words that give it again.
  void add(const std::string& key, Json value, const std::string& fact,
           std::span<const std::string> words);
  void add_fact(const std::string& key, const std::string& fact);  // unless empty

 private:
  std::string command_;
  Choices choices_;
  std::shared_ptr<const Program> program_;
  Json config_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::vector<std::string> words_;
};

// The setting `allocator`.
void add_allocator(Setup& setup, bool exact);

}  // namespace memplace
