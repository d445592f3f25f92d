// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/experiment/directory.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/archive.h"
#include "base/error.h"
#include "base/yaml_reader.h"

namespace memplace {
namespace {

constexpr std::array kOwnFiles{kExperimentFile, kExperimentTable, kExperimentSummary,
                               kExperimentCurves};

}  // namespace

bool holds_experiment(const std::string& directory) {
  return path_exists(path_in(directory, kExperimentFile));
}

Experiment new_experiment(const std::string& source, std::optional<std::string> directory) {
  return {read_experiment(YamlDocument::from_file(source)), source, std::move(directory)};
}

Experiment stored_experiment(const std::string& directory) {
  if (!holds_experiment(directory)) {
    throw Error(fmt::format("{}: holds no experiment (no {})", directory, kExperimentFile));
  }
  const std::string file = path_in(directory, kExperimentFile);
  return {read_experiment(YamlDocument::from_file(file)), file, directory};
}

std::unique_ptr<DirectoryLock> claim(const Experiment& experiment) {
  if (!experiment.directory) {
    return nullptr;
  }
  std::unique_ptr<DirectoryLock> lock = claim_directory(*experiment.directory, "experiment");
  remove_leftovers(*experiment.directory, kOwnFiles);
  return lock;
}

void begin_directory(const Experiment& experiment) {
  if (holds_experiment(*experiment.directory)) {
    throw Error(fmt::format(
        "{0}: already holds an experiment; continue it with --resume {0}, or name another "
        "directory",
        *experiment.directory));
  }
  write_file(path_in(*experiment.directory, kExperimentFile), write_experiment(experiment.spec));
}

std::string write_shared(const Experiment& experiment) {
  ArchiveWriter archive;
  archive.write_string(write_experiment(experiment.spec));
  archive.write_string(experiment.source);
  archive.write_flag(experiment.directory.has_value());
  archive.write_string(experiment.directory.value_or(""));
  return archive.bytes();
}

Experiment read_shared(const std::string& bytes) {
  ArchiveReader archive(bytes, "the experiment of rank 0");
  const std::string spec = archive.read_string();
  const std::string source = archive.read_string();
  Experiment experiment{read_experiment(YamlDocument::from_text(spec, source)), source, {}};
  const bool kept = archive.read_flag();
  const std::string directory = archive.read_string();
  if (kept) {
    experiment.directory = directory;
  }
  return experiment;
}

}  // namespace memplace
