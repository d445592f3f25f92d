// SPDX-License-Identifier: Apache-2.0
// What simulate and optimize have in common: a network on a chip in a mode, and an output.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/arguments.h"
#include "report/run_header.h"
#include "sim/timing/program.h"

namespace memplace {

enum class Format { kText, kJson, kCsv };

void declare_setup(Arguments& arguments);  // WORKLOAD, --chip, --set, --dtype and the mode
void declare_chip(Arguments& arguments);   // --chip and --set
void declare_dtype(Arguments& arguments);
void declare_output(Arguments& arguments);  // --format, --output

// A network as the user named it. A graph file's tensors have types of their own, so that --dtype
// with one is refused.
struct ChosenWorkload {
  std::shared_ptr<const Graph> graph;
  std::string spec;
  std::optional<DType> dtype;  // of a built-in network
};
ChosenWorkload choose_workload(const Arguments& arguments);

// `name_or_path` with the overrides of --set.
Chip choose_chip(const Arguments& arguments, const std::string& name_or_path);

Format choose_format(const Arguments& arguments);

// The version of memplace, as in "0.1.0".
std::string version();

// The lowered network with the beginnings of its header: settings are added with add().
class Setup {
 public:
  // Throws Error.
  explicit Setup(const Arguments& arguments);

  const Program& program() const { return *program_; }
  std::optional<DType> dtype() const { return dtype_; }  // of a built-in network
  // The header so far.
  RunHeader header() const;

  // A setting as it stands in the configuration, what it means, and the words that give it again.
  void add(const std::string& key, Json value, const std::string& fact,
           std::span<const std::string> words);

 private:
  std::string command_;
  std::unique_ptr<const Program> program_;
  std::optional<DType> dtype_;
  Json config_;
  std::vector<std::pair<std::string, std::string>> facts_;
  std::vector<std::string> words_;
};

}  // namespace memplace
