// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/run_request.h"

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/studies/run/run_directory.h"
#include "sim/chip/chip_reader.h"

namespace memplace {

SimulationRequest best_of_run(const std::string& directory, const std::string& version,
                              bool other_chip) {
  const StoredRun stored = load_run(directory, version);
  const std::optional<std::string> best = load_findings(directory).best_mapping_file;
  if (!best) {
    throw Error(fmt::format("{}: the run has found no mapping yet", directory));
  }
  SimulationRequest request;
  static_cast<ProgramRequest&>(request) = static_cast<const ProgramRequest&>(stored.config);
  if (stored.workload_file) {
    request.workload = *stored.workload_file;
    forget_onnx(request);
  }
  // As it was looked up, so that the simulation can be asked for without the run.
  if (!other_chip && load_chip(request.chip_name, request.overrides) != stored.chip) {
    throw Error(fmt::format("{}: chip {} is not the one that the run had; it was changed",
                            directory, memplace::quoted(request.chip_name)));
  }
  request.mapping = *best;
  request.exact_allocator = stored.config.exact_allocator;
  return request;
}

}  // namespace memplace
