// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/architecture/source_rules.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

constexpr std::size_t kMostLines = 600;
constexpr std::string_view kSpdx = "// SPDX-License-Identifier: Apache-2.0\n";

constexpr std::string_view kOnnx = "workloads/onnx";
constexpr std::string_view kLoading = "optimizer/studies/loading";

using Folders = std::vector<std::string_view>;

// What the files of a folder may include, unless `never` names a folder within it. The first arrow
// whose folder holds a file counts.
struct Arrow {
  std::string_view folder;
  Folders may_use;
  Folders never;
};

// A room of a house that may use `rooms` of it, beside what lies `below` the house. Only rooms that
// `table` has already, so that there is no cycle.
void add_room(std::vector<Arrow>& table, std::string_view folder, const Folders& rooms,
              const Folders& below, const Folders& never) {
  Arrow arrow{folder, below, never};
  arrow.may_use.push_back(folder);
  for (const std::string_view room : rooms) {
    MEMPLACE_ASSERT(std::any_of(table.begin(), table.end(),
                                [&](const Arrow& row) { return row.folder == room; }),
                    fmt::format("{} uses {}", folder, room));
    arrow.may_use.push_back(room);
  }
  table.push_back(std::move(arrow));
}

// Of the optimizer, which uses what lies below it but models.
void add_room(std::vector<Arrow>& table, std::string_view folder, const Folders& rooms) {
  add_room(table, folder, rooms, {"base", "workloads", "sim"},
           {"base/mpi", "sim/systemc", "sim/event", "sim/check"});
}

// Of workloads/onnx, which knows no other part of workloads than graphs.
void add_onnx_rooms(std::vector<Arrow>& table) {
  const auto add = [&](std::string_view folder, const Folders& rooms) {
    add_room(table, folder, rooms, {"base", "workloads/graph"}, {"base/mpi"});
  };
  constexpr std::string_view kModel = "workloads/onnx/model";
  constexpr std::string_view kConvert = "workloads/onnx/convert";
  constexpr std::string_view kExport = "workloads/onnx/export";
  constexpr std::string_view kWire = "workloads/onnx/wire";
  constexpr std::string_view kInfer = "workloads/onnx/infer";
  add(kModel, {});
  add(kConvert, {kModel});
  add(kExport, {kConvert, kModel});
  add(kWire, {kModel});
  add(kInfer, {kModel});
  add("workloads/onnx/read", {kInfer, kModel, kWire});
  add("workloads/onnx/write", {kExport, kModel});
  table.push_back({kOnnx, {}, {}});  // what is in no room
}

std::vector<Arrow> make_arrows() {
  std::vector<Arrow> table;
  add_onnx_rooms(table);
  const std::vector<Arrow> rows{
      {"base/mpi", {"base"}, {}},
      {"base", {"base"}, {"base/mpi"}},
      {"workloads", {"base", "workloads"}, {"base/mpi"}},
      {"sim/systemc", {"base", "workloads", "sim"}, {"base/mpi", "sim/event", "sim/check"}},
      {"sim/event", {"base", "workloads", "sim"}, {"base/mpi", "sim/systemc", "sim/check"}},
      {"sim/check", {"base", "workloads", "sim"}, {"base/mpi", "sim/systemc", "sim/event"}},
      {"sim/allocation", {"base", "sim/allocation"}, {"base/mpi"}},
      {"sim/chip", {"base", "workloads", "sim/chip"}, {"base/mpi"}},
      {"sim/placement",
       {"base", "workloads", "sim/allocation", "sim/chip", "sim/placement"},
       {"base/mpi"}},
      {"sim/feasible",
       {"base", "workloads", "sim/allocation", "sim/chip", "sim/placement", "sim/feasible"},
       {"base/mpi"}},
      {"sim/oracle",
       {"base", "workloads", "sim/chip", "sim/placement", "sim/timing", "sim/simulator.h",
        "sim/oracle"},
       {"base/mpi"}},
      {"sim",
       {"base", "workloads", "sim"},
       {"base/mpi", "sim/systemc", "sim/event", "sim/check", "sim/feasible", "sim/oracle"}},
      {"optimizer/blas", {"base", "optimizer/blas"}, {"base/mpi"}},
      {"optimizer/nn", {"base", "optimizer/blas", "optimizer/nn"}, {"base/mpi"}},
      {"report",
       {"base", "workloads", "sim", "optimizer", "report"},
       {"base/mpi", "sim/systemc", "sim/event"}},
  };
  table.insert(table.end(), rows.begin(), rows.end());
  constexpr std::string_view kBlas = "optimizer/blas";
  constexpr std::string_view kNn = "optimizer/nn";
  constexpr std::string_view kBound = "optimizer/bound";
  constexpr std::string_view kHeuristics = "optimizer/heuristics";
  constexpr std::string_view kSearch = "optimizer/search";
  constexpr std::string_view kMoves = "optimizer/moves";
  constexpr std::string_view kLearning = "optimizer/learning";
  constexpr std::string_view kEvolution = "optimizer/evolution";
  constexpr std::string_view kEgrl = "optimizer/egrl";
  constexpr std::string_view kStrategies = "optimizer/strategies";
  constexpr std::string_view kCatalog = "optimizer/catalog";
  constexpr std::string_view kSettings = "optimizer/studies/settings";
  constexpr std::string_view kRun = "optimizer/studies/run";
  add_room(table, kBound, {});
  add_room(table, kHeuristics, {});
  add_room(table, kSearch, {kHeuristics});
  add_room(table, kMoves, {kBound, kHeuristics, kSearch});
  add_room(table, kLearning, {kMoves, kNn, kSearch});
  add_room(table, kEvolution, {kLearning, kMoves, kSearch});
  add_room(table, kEgrl, {kEvolution, kLearning, kMoves, kSearch});
  add_room(table, kStrategies, {kHeuristics, kMoves, kSearch});
  add_room(table, kCatalog, {kEgrl, kSearch, kStrategies});
  add_room(table, kSettings, {kCatalog, kSearch});
  add_room(table, kRun, {kBlas, kCatalog, kLearning, kMoves, kSearch, kSettings});
  add_room(table, kLoading, {kSettings}, {"base", "workloads", "sim"}, {"base/mpi"});
  add_room(table, "optimizer/studies/experiment",
           {kCatalog, kHeuristics, kLoading, kRun, kSearch, kSettings});
  add_room(table, "optimizer/studies/sweep",
           {kBound, kCatalog, kHeuristics, kRun, kSearch, kSettings});
  add_room(table, "optimizer/studies/training", {kLearning, kSearch});
  return table;
}

const std::vector<Arrow>& arrows() {
  static const std::vector<Arrow> table = make_arrows();
  return table;
}

bool is_within_any(std::string_view path, const Folders& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [&](std::string_view folder) { return is_within(path, folder); });
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

// "optimizer/strategies/ea.cpp" without its extension.
std::string_view stem_of(std::string_view path) { return path.substr(0, path.rfind('.')); }

struct Include {
  std::size_t line;
  bool quoted;  // "...", as opposed to <...>
  std::string name;
};

std::vector<Include> includes_of(const std::string& text) {
  std::vector<Include> includes;
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::string_view rest = line;
    const auto skip_blanks = [&] {
      rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    };
    skip_blanks();
    if (!rest.starts_with('#')) {
      continue;
    }
    rest.remove_prefix(1);
    skip_blanks();
    if (!rest.starts_with("include")) {
      continue;
    }
    rest.remove_prefix(std::string_view("include").size());
    skip_blanks();
    if (rest.empty() || (rest[0] != '"' && rest[0] != '<')) {
      continue;
    }
    const bool quoted = rest[0] == '"';
    const std::size_t end = rest.find(quoted ? '"' : '>', 1);
    includes.push_back({number, quoted, std::string(rest.substr(1, end - 1))});
  }
  return includes;
}

// Why `path` may not include `name`, or "".
std::string objection(std::string_view path, std::string_view name) {
  if (is_within_any(path, {"cli", "bench", "tests"})) {
    return "";
  }
  const auto arrow = std::find_if(arrows().begin(), arrows().end(),
                                  [&](const Arrow& a) { return is_within(path, a.folder); });
  if (arrow == arrows().end()) {
    return "lies in no folder of docs/development/architecture.md";
  }
  if (!is_within_any(name, arrow->may_use) || is_within_any(name, arrow->never)) {
    return fmt::format("{}/ may not include \"{}\"", arrow->folder, name);
  }
  if (is_within(name, kOnnx) && !is_within(path, kOnnx) && arrow->folder != kLoading) {
    return fmt::format("only {} and programs may include \"{}\"", kLoading, name);
  }
  constexpr std::string_view kStrategies = "optimizer/strategies";
  if (is_within(name, kStrategies) && is_within(path, kStrategies) &&
      stem_of(name) != stem_of(path)) {
    return fmt::format("a strategy may not include another, \"{}\"", name);
  }
  return "";
}

}  // namespace

bool is_within(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::vector<std::string> forbidden_includes(const SourceFile& file) {
  std::vector<std::string> findings;
  for (const Include& include : includes_of(file.text)) {
    if (!include.quoted) {
      continue;
    }
    const std::string why = objection(file.path, include.name);
    if (!why.empty()) {
      findings.push_back(fmt::format("{}:{}: {}", file.path, include.line, why));
    }
  }
  return findings;
}

std::vector<std::string> escaped_libraries(const SourceFile& file) {
  std::vector<std::string> findings;
  for (const Include& include : includes_of(file.text)) {
    const std::string_view name = include.name;
    const bool is_systemc = name == "systemc" || name == "systemc.h" || name == "tlm" ||
                            name == "tlm.h" || is_within_any(name, {"tlm_utils", "sysc"});
    if (is_systemc && !is_within(file.path, "sim/systemc")) {
      findings.push_back(
          fmt::format("{}:{}: <{}> outside sim/systemc/", file.path, include.line, name));
    }
    if (is_within(name, "benchmark") && !is_within(file.path, "bench")) {
      findings.push_back(fmt::format("{}:{}: <{}> outside bench/", file.path, include.line, name));
    }
    if ((is_within(name, "boost/mpi") || name == "boost/mpi.hpp" || name == "mpi.h") &&
        !is_within(file.path, "base/mpi")) {
      findings.push_back(
          fmt::format("{}:{}: <{}> outside base/mpi/", file.path, include.line, name));
    }
    const bool is_coin = name.starts_with("Cbc") || name.starts_with("Cgl") ||
                         name.starts_with("Clp") || name.starts_with("Coin") ||
                         name.starts_with("Osi");
    if (is_coin && file.path != "optimizer/bound/coin_solver.cpp") {
      findings.push_back(fmt::format("{}:{}: <{}> outside optimizer/bound/coin_solver.cpp",
                                     file.path, include.line, name));
    }
    if ((is_within(name, "onnx") || is_within(name, "google/protobuf")) &&
        !is_within_any(file.path,
                       {"workloads/onnx/read", "workloads/onnx/write", "tests/unit/onnx"})) {
      findings.push_back(fmt::format("{}:{}: <{}> outside workloads/onnx/{{read,write}}/",
                                     file.path, include.line, name));
    }
    if (is_within(name, "boost/graph") && !is_within(file.path, "workloads/graph")) {
      findings.push_back(
          fmt::format("{}:{}: <{}> outside workloads/graph/", file.path, include.line, name));
    }
  }
  return findings;
}

std::vector<std::string> bad_form(const SourceFile& file) {
  std::vector<std::string> findings;
  if (!file.text.starts_with(kSpdx)) {
    findings.push_back(fmt::format("{}: does not begin with the SPDX line", file.path));
  }
  const auto lines = static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
  if (lines > kMostLines) {
    findings.push_back(
        fmt::format("{}: {} lines, at most {} are allowed", file.path, lines, kMostLines));
  }
  return findings;
}

std::vector<std::string> unregistered_tests(const std::vector<std::string>& test_paths,
                                            const std::vector<SourceFile>& cmake_files) {
  std::vector<std::string> findings;
  for (const std::string& path : test_paths) {
    const auto names_it = [&](const SourceFile& cmake) {
      const std::string_view folder = folder_of(cmake.path);
      if (!is_within(path, folder)) {
        return false;
      }
      const std::string name = path.substr(folder.size() + 1);
      constexpr std::string_view kEnds = " \t\r\n()\"";
      std::istringstream lines(cmake.text);
      for (std::string line; std::getline(lines, line);) {
        line.erase(std::min(line.find('#'), line.size()));
        for (std::size_t at = line.find(name); at != std::string::npos;
             at = line.find(name, at + 1)) {
          const std::size_t end = at + name.size();
          if ((at == 0 || kEnds.find(line[at - 1]) != std::string_view::npos) &&
              (end == line.size() || kEnds.find(line[end]) != std::string_view::npos)) {
            return true;
          }
        }
      }
      return false;
    };
    if (std::none_of(cmake_files.begin(), cmake_files.end(), names_it)) {
      findings.push_back(fmt::format("{}: named in no CMakeLists.txt under tests/", path));
    }
  }
  return findings;
}

}  // namespace memplace
