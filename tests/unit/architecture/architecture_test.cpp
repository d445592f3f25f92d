// SPDX-License-Identifier: Apache-2.0
// The repository keeps to docs/development/architecture.md, and each check is able to fail.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/unit/architecture/source_rules.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;
using Findings = std::vector<std::string>;

const Findings kNone;

const std::vector<std::string> kFolders{"base",   "workloads", "sim",   "optimizer",
                                        "report", "cli",       "bench", "tests"};

// Every file below the folders above for which `wanted` holds, in order of path.
template <class Predicate>
std::vector<SourceFile> files_where(Predicate wanted) {
  const fs::path root = MEMPLACE_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const std::string& folder : kFolders) {
    if (!fs::is_directory(root / folder)) {
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file() && wanted(entry.path())) {
        files.push_back({entry.path().lexically_relative(root).generic_string(),
                         read_file(entry.path().string())});
      }
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<SourceFile> sources() {
  return files_where(
      [](const fs::path& path) { return path.extension() == ".h" || path.extension() == ".cpp"; });
}

Findings of_all(Findings (*check)(const SourceFile&)) {
  Findings findings;
  for (const SourceFile& file : sources()) {
    const Findings found = check(file);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

// Whether `path` may include `name`.
bool may_include(const std::string& path, const std::string& name) {
  return forbidden_includes({path, "#include \"" + name + "\"\n"}).empty();
}

TEST_CASE("the sources are found", "[architecture]") {
  const std::vector<SourceFile> files = sources();
  const auto has = [&](const std::string& path) {
    return std::any_of(files.begin(), files.end(),
                       [&](const SourceFile& file) { return file.path == path; });
  };
  CHECK(has("base/units.h"));
  CHECK(has("sim/systemc/arbiter.cpp"));
  CHECK(has("tests/unit/architecture/architecture_test.cpp"));
}

TEST_CASE("includes follow the arrows", "[architecture]") {
  CHECK(of_all(forbidden_includes) == kNone);
}

TEST_CASE("SystemC, MPI, Boost.Graph, ONNX and Google Benchmark stay in their folders",
          "[architecture]") {
  CHECK(of_all(escaped_libraries) == kNone);
}

TEST_CASE("each source begins with the SPDX line and has at most 600 lines", "[architecture]") {
  CHECK(of_all(bad_form) == kNone);
}

TEST_CASE("each test is registered", "[architecture]") {
  std::vector<std::string> tests;
  for (const SourceFile& file : sources()) {
    if (file.path.starts_with("tests/") && file.path.ends_with("_test.cpp")) {
      tests.push_back(file.path);
    }
  }
  CHECK(tests.size() > 10);
  const std::vector<SourceFile> cmake_files =
      files_where([](const fs::path& path) { return path.filename() == "CMakeLists.txt"; });
  CHECK(unregistered_tests(tests, cmake_files) == kNone);
}

TEST_CASE("a folder may include what its arrows lead to", "[architecture]") {
  CHECK(may_include("base/error.cpp", "base/error.h"));
  CHECK(may_include("workloads/graph/graph.h", "base/units.h"));
  CHECK(may_include("base/mpi/mpi_ranks.cpp", "base/ranks.h"));
  CHECK(may_include("cli/launch.cpp", "base/mpi/mpi_ranks.h"));
  CHECK(may_include("workloads/graph/graph.cpp", "workloads/graph/graph.h"));
  CHECK(may_include("workloads/onnx/model/model.h", "workloads/graph/types.h"));
  CHECK(may_include("workloads/onnx/export/to_model.cpp", "workloads/onnx/convert/convert.h"));
  CHECK(may_include("workloads/onnx/read/inliner.h", "workloads/onnx/infer/inference.h"));
  CHECK(may_include("workloads/onnx/write/writer.cpp", "workloads/onnx/export/export.h"));
  CHECK(may_include("cli/networks.cpp", "workloads/onnx/read/reader.h"));
  CHECK(may_include("sim/chip/chip.h", "workloads/graph/types.h"));
  CHECK(may_include("sim/simulator.h", "sim/placement/mapping.h"));
  CHECK(may_include("sim/systemc/machine.cpp", "sim/timing/program.h"));
  CHECK(may_include("sim/systemc/machine.cpp", "sim/systemc/machine.h"));
  CHECK(may_include("sim/event/machine.cpp", "sim/event/machine.h"));
  CHECK(may_include("sim/check/checked_simulator.cpp", "sim/simulator.h"));
  CHECK(may_include("optimizer/search/driver.h", "sim/simulator.h"));
  CHECK(may_include("optimizer/strategies/ea.cpp", "optimizer/strategies/ea.h"));
  CHECK(may_include("optimizer/strategies/ea.cpp", "optimizer/search/strategy.h"));
  CHECK(may_include("optimizer/strategies/ea.cpp", "optimizer/heuristics/rules.h"));
  CHECK(may_include("optimizer/catalog/strategies.cpp", "optimizer/strategies/ea.h"));
  CHECK(may_include("optimizer/nn/dense.cpp", "optimizer/nn/dense.h"));
  CHECK(may_include("optimizer/nn/parameters.h", "base/rng.h"));
  CHECK(may_include("optimizer/learning/learner.h", "optimizer/nn/dense.h"));
  CHECK(may_include("optimizer/nn/dense.cpp", "optimizer/blas/openblas.h"));
  CHECK(may_include("optimizer/moves/starts.cpp", "optimizer/heuristics/rules.h"));
  CHECK(may_include("optimizer/egrl/egrl.h", "optimizer/evolution/evolution.h"));
  CHECK(may_include("optimizer/studies/run/run.cpp", "optimizer/learning/trained_policy.h"));
  CHECK(may_include("optimizer/studies/sweep/sweep.cpp", "optimizer/studies/run/run.h"));
  CHECK(may_include("report/table.cpp", "optimizer/search/driver.h"));
  CHECK(may_include("cli/main.cpp", "sim/systemc/systemc_simulator.h"));
  CHECK(may_include("cli/main.cpp", "cli/options.h"));
  CHECK(may_include("tests/unit/x_test.cpp", "sim/systemc/machine.h"));
  CHECK(may_include("bench/bench.cpp", "sim/event/machine.h"));
}

TEST_CASE("a folder may not include what lies against its arrows", "[architecture]") {
  CHECK_FALSE(may_include("base/error.cpp", "workloads/graph/graph.h"));
  CHECK_FALSE(may_include("base/error.cpp", "error.h"));  // written from the root
  CHECK_FALSE(may_include("base/ranks.h", "base/mpi/mpi_ranks.h"));
  CHECK_FALSE(may_include("optimizer/studies/sweep/sweep.cpp", "base/mpi/mpi_ranks.h"));
  CHECK_FALSE(may_include("workloads/graph/graph.h", "sim/chip/chip.h"));
  CHECK_FALSE(may_include("workloads/workload.cpp", "workloads/onnx/read/reader.h"));
  CHECK_FALSE(may_include("workloads/onnx/model/model.h", "workloads/onnx/convert/draft.h"));
  CHECK_FALSE(may_include("workloads/onnx/convert/draft.h", "workloads/onnx/infer/inference.h"));
  CHECK_FALSE(may_include("workloads/onnx/infer/rules.cpp", "workloads/onnx/read/proto.h"));
  CHECK_FALSE(may_include("workloads/onnx/read/reader.h", "workloads/onnx/convert/convert.h"));
  CHECK_FALSE(may_include("workloads/onnx/write/writer.cpp", "workloads/onnx/read/proto.h"));
  CHECK_FALSE(may_include("workloads/onnx/convert/emit.cpp", "workloads/builtin/builtins.h"));
  CHECK_FALSE(may_include("workloads/onnx/model.h", "workloads/graph/types.h"));  // in no room
  CHECK_FALSE(may_include("sim/chip/chip.h", "workloads/onnx/model/model.h"));
  CHECK_FALSE(may_include("report/table.cpp", "workloads/onnx/convert/convert.h"));
  CHECK_FALSE(may_include("sim/chip/chip.h", "optimizer/search/driver.h"));
  CHECK_FALSE(may_include("sim/chip/chip.cpp", "sim/systemc/machine.h"));
  CHECK_FALSE(may_include("sim/placement/mapping.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("sim/timing/lowering.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("sim/simulator.cpp", "sim/systemc/machine.h"));
  CHECK_FALSE(may_include("sim/systemc/machine.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("sim/systemc/machine.cpp", "report/table.h"));
  CHECK_FALSE(may_include("sim/systemc/machine.cpp", "cli/options.h"));
  CHECK_FALSE(may_include("sim/event/machine.cpp", "sim/systemc/machine.h"));
  CHECK_FALSE(may_include("sim/check/checked_simulator.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("optimizer/search/driver.cpp", "sim/systemc/machine.h"));
  CHECK_FALSE(may_include("optimizer/search/driver.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("optimizer/search/driver.cpp", "report/table.h"));
  CHECK_FALSE(may_include("optimizer/strategies/ea.cpp", "optimizer/strategies/pg.h"));
  CHECK_FALSE(may_include("optimizer/strategies/ea.h", "optimizer/strategies/ea_parts.h"));
  CHECK_FALSE(may_include("optimizer/nn/dense.cpp", "optimizer/search/strategy.h"));
  CHECK_FALSE(may_include("optimizer/nn/dense.cpp", "workloads/graph/graph.h"));
  CHECK_FALSE(may_include("optimizer/blas/openblas.cpp", "sim/chip/chip.h"));
  CHECK_FALSE(may_include("optimizer/bound/bound.cpp", "optimizer/search/strategy.h"));
  CHECK_FALSE(may_include("optimizer/search/strategy.h", "optimizer/learning/learner.h"));
  CHECK_FALSE(may_include("optimizer/search/snapshot.cpp", "optimizer/moves/search_space.h"));
  CHECK_FALSE(may_include("optimizer/moves/starts.cpp", "optimizer/strategies/ea.h"));
  CHECK_FALSE(may_include("optimizer/strategies/ea.cpp", "optimizer/nn/dense.h"));
  CHECK_FALSE(may_include("optimizer/strategies/ea.cpp", "optimizer/egrl/egrl.h"));
  CHECK_FALSE(may_include("optimizer/learning/learner.cpp", "optimizer/evolution/evolution.h"));
  CHECK_FALSE(may_include("optimizer/egrl/companion.cpp", "optimizer/catalog/strategies.h"));
  CHECK_FALSE(may_include("optimizer/catalog/strategies.cpp", "optimizer/studies/run/run.h"));
  CHECK_FALSE(may_include("optimizer/studies/run/run.h", "optimizer/strategies/ea.h"));
  CHECK_FALSE(may_include("optimizer/studies/sweep/spec.h", "optimizer/studies/experiment/spec.h"));
  CHECK_FALSE(may_include("optimizer/driver.cpp", "base/units.h"));       // in no room
  CHECK_FALSE(may_include("optimizer/other/other.cpp", "base/units.h"));  // in none of the table
  CHECK_FALSE(may_include("report/table.cpp", "sim/event/machine.h"));
  CHECK_FALSE(may_include("report/table.cpp", "cli/options.h"));
  CHECK_FALSE(may_include("optimizer/search/driver.cpp", "tests/support/random_graph.h"));
  CHECK_FALSE(may_include("base/rng.cpp", "bench/bench.h"));
  CHECK_FALSE(may_include("extras/tool.cpp", "base/units.h"));
}

TEST_CASE("an include against an arrow is named with its line", "[architecture]") {
  const std::string text =
      "// #include \"cli/a.h\"\n#include \"base/units.h\"\n  #  include \"cli/b.h\"\n";
  CHECK(forbidden_includes({"sim/simulator.h", text}) ==
        Findings{"sim/simulator.h:3: sim/ may not include \"cli/b.h\""});
  CHECK(forbidden_includes(
            {"optimizer/strategies/ea.h", "#include \"optimizer/strategies/pg.h\"\n"}) ==
        Findings{"optimizer/strategies/ea.h:1: a strategy may not include another, "
                 "\"optimizer/strategies/pg.h\""});
}

TEST_CASE("libraries that escape are named with their line", "[architecture]") {
  const auto found = [](const std::string& path, const std::string& name) {
    return escaped_libraries({path, "\n#include <" + name + ">\n"});
  };
  CHECK(found("sim/event/machine.cpp", "systemc") ==
        Findings{"sim/event/machine.cpp:2: <systemc> outside sim/systemc/"});
  CHECK(found("tests/x_test.cpp", "tlm_utils/simple_target_socket.h").size() == 1);
  CHECK(found("cli/main.cpp", "tlm").size() == 1);
  CHECK(found("cli/main.cpp", "systemc.h").size() == 1);
  CHECK(found("cli/main.cpp", "sysc/kernel/sc_time.h").size() == 1);
  CHECK(found("sim/systemc/machine.h", "systemc").empty());
  CHECK(found("cli/launch.cpp", "boost/mpi/communicator.hpp") ==
        Findings{"cli/launch.cpp:2: <boost/mpi/communicator.hpp> outside base/mpi/"});
  CHECK(found("cli/launch.cpp", "boost/mpi.hpp").size() == 1);
  CHECK(found("tests/x_test.cpp", "mpi.h").size() == 1);
  CHECK(found("base/mpi/mailbox.cpp", "boost/mpi/communicator.hpp").empty());
  CHECK(found("cli/bench.cpp", "benchmark/benchmark.h") ==
        Findings{"cli/bench.cpp:2: <benchmark/benchmark.h> outside bench/"});
  CHECK(found("bench/interleaved.cpp", "benchmark/benchmark.h").empty());
  CHECK(found("sim/chip/chip.cpp", "boost/graph/adjacency_list.hpp") ==
        Findings{"sim/chip/chip.cpp:2: <boost/graph/adjacency_list.hpp> outside "
                 "workloads/graph/"});
  CHECK(found("workloads/onnx/convert/convert.cpp", "onnx/onnx_pb.h") ==
        Findings{"workloads/onnx/convert/convert.cpp:2: <onnx/onnx_pb.h> outside "
                 "workloads/onnx/{read,write}/"});
  CHECK(found("cli/networks.cpp", "google/protobuf/message.h").size() == 1);
  CHECK(found("workloads/onnx/read/proto.h", "onnx/onnx_pb.h").empty());
  CHECK(found("workloads/graph/graph.cpp", "boost/graph/adjacency_list.hpp").empty());
  CHECK(found("workloads/io/reader.cpp", "boost/graph/graph_traits.hpp").size() == 1);
  CHECK(found("sim/chip/chip.cpp", "boost/container/small_vector.hpp").empty());
}

TEST_CASE("a missing SPDX line and a long file are named", "[architecture]") {
  const std::string spdx = "// SPDX-License-Identifier: Apache-2.0\n";
  CHECK(bad_form({"base/a.h", spdx + std::string(599, '\n')}).empty());
  CHECK(bad_form({"base/a.h", spdx + std::string(600, '\n')}) ==
        Findings{"base/a.h: 601 lines, at most 600 are allowed"});
  CHECK(bad_form({"base/a.h", "#pragma once\n" + spdx}) ==
        Findings{"base/a.h: does not begin with the SPDX line"});
  CHECK(bad_form({"base/a.h", ""}).size() == 1);
}

TEST_CASE("a test that no CMakeLists.txt names is named", "[architecture]") {
  const std::vector<SourceFile> cmake_files{
      {"tests/CMakeLists.txt", "add_subdirectory(unit)\n"},
      {"tests/unit/CMakeLists.txt",
       "memplace_test(base SOURCES base/rates_test.cpp\n  base/files_test.cpp)\n"
       "# base/old_test.cpp\n"}};
  const auto missing = [&](const std::string& path) {
    return unregistered_tests({path}, cmake_files);
  };
  CHECK(missing("tests/unit/base/rates_test.cpp").empty());
  CHECK(missing("tests/unit/base/files_test.cpp").empty());
  CHECK(missing("tests/unit/base/old_test.cpp") ==
        Findings{"tests/unit/base/old_test.cpp: named in no CMakeLists.txt under tests/"});
  CHECK(missing("tests/unit/base/es_test.cpp").size() == 1);    // the end of another name
  CHECK(missing("tests/unit/sim/rates_test.cpp").size() == 1);  // of another folder
  CHECK(missing("tests/property/rates_test.cpp").size() == 1);
}

}  // namespace
}  // namespace memplace
