// SPDX-License-Identifier: Apache-2.0
// Tables of what searches found, for figures.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "cli/simulators.h"
#include "report/search_figures/search_figures.h"
#include "report/search_figures/stored_searches.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

std::string path_in(const std::string& directory, const std::string& file) {
  return (fs::path(directory) / file).string();
}

// Throws Error where something would be overwritten, or mixed up with what is read.
void check_free(const Arguments& arguments, const std::string& source, const std::string& out) {
  std::error_code unknown;
  const fs::path inside = fs::weakly_canonical(source, unknown);
  const fs::path path = fs::weakly_canonical(out, unknown);
  if (std::mismatch(inside.begin(), inside.end(), path.begin(), path.end()).first == inside.end()) {
    throw arguments.error(fmt::format("--out {} is in {}, where the searches keep their files",
                                      memplace::quoted(out), memplace::quoted(source)));
  }
  for (const FigureFile& file : SearchFigures().files()) {
    if (fs::exists(path_in(out, file.name), unknown)) {
      throw arguments.error(
          fmt::format("--out {}: already holds {}; name another directory", out, file.name));
    }
  }
}

// How far the runs are that were read.
struct Census {
  std::size_t runs = 0;
  std::size_t unfinished = 0;
  std::size_t empty = 0;  // not begun, or without an evaluation
};

std::string notes_of(const Census& census, const SearchFigures& figures) {
  std::string text;
  for (const EmbeddingNote& note : figures.embeddings()) {
    text += fmt::format(
        "{} on {}: {} of {} visited mappings embedded; two axes explain {:.1f}% of the variance\n",
        note.workload, note.chip, note.drawn, note.visited, note.explained_share * 100);
  }
  if (figures.embeddings().empty()) {
    text += "no embedding: the searches did not keep their mappings (--keep-mappings)\n";
  }
  if (census.unfinished > 0) {
    text += fmt::format("not over: {} of {} runs, shown as far as they are\n", census.unfinished,
                        census.runs);
  }
  if (census.empty > 0) {
    text +=
        fmt::format("without an evaluation: {} of {} runs, left out\n", census.empty, census.runs);
  }
  return text;
}

}  // namespace

void declare_report(Arguments& arguments) {
  arguments.add_positional("DIR", "what optimize --out or experiment --out left");
  arguments.add_value("--out", "OUT",
                      "write curves.csv, parts.csv, transitions.csv,\n"
                      "strips.csv and embedding.csv there");
}

void execute_report(const Arguments& arguments, const Console& console) {
  const std::string source = arguments.required("DIR");
  const std::string out = arguments.required("--out");
  const SearchPlaces places = find_searches(source, version());
  check_free(arguments, source, out);
  SearchFigures figures;
  Census census{places.missing, 0, places.missing};
  for (const GroupPlaces& group : places.groups) {
    const SearchGroup searches = read_group(group, version(), make_simulator);
    census.runs += group.runs.size();
    census.empty += searches.empty;
    census.unfinished +=
        static_cast<std::size_t>(std::count_if(searches.runs.begin(), searches.runs.end(),
                                               [](const StoredSearch& run) { return !run.over; }));
    if (!searches.runs.empty()) {
      figures.add(searches);
    }
  }
  if (census.empty == census.runs) {
    throw Error(fmt::format("{}: no search there has made an evaluation yet", source));
  }
  make_directory(out);
  std::string text;
  for (const FigureFile& file : figures.files()) {
    const std::string path = path_in(out, file.name);
    write_file(path, file.csv);
    text += fmt::format("{}: {} rows written\n", path, file.rows);
  }
  deliver(console, std::nullopt, text + notes_of(census, figures));
}

}  // namespace memplace
