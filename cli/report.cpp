// SPDX-License-Identifier: Apache-2.0
// What results look like: a page for a browser, and tables of what searches found.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/file_kinds.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/external_program.h"
#include "cli/report_sources.h"
#include "report/page/page_assets.h"
#include "report/page/page_html.h"

namespace memplace {
namespace {

// Throws Error where `path`, the value of `option`, is inside what is read.
void check_outside(const Arguments& arguments, const std::string& option, const std::string& path) {
  for (const std::string& input : arguments.list("INPUT")) {
    if (is_standard_stream(path) || !is_inside(path, input)) {
      continue;
    }
    if (is_inside(input, path)) {
      throw arguments.error(fmt::format("{} {} is what is read", option, memplace::quoted(path)));
    }
    throw arguments.error(fmt::format("{} {} is in {}, where the searches keep their files", option,
                                      memplace::quoted(path), memplace::quoted(input)));
  }
}

std::string write_tables(const Arguments& arguments, const std::string& out) {
  const std::vector<std::string>& inputs = arguments.list("INPUT");
  if (inputs.size() > 1) {
    throw arguments.error("--out takes the directory of one search or experiment");
  }
  check_outside(arguments, "--out", out);
  for (const FigureFile& file : SearchFigures().files()) {
    if (path_exists(path_in(out, file.name))) {
      throw arguments.error(
          fmt::format("--out {}: already holds {}; name another directory", out, file.name));
    }
  }
  const SearchesRead searches = read_searches(inputs.front());
  make_directory(out);
  std::string text;
  for (const FigureFile& file : searches.figures.files()) {
    const std::string path = path_in(out, file.name);
    write_file(path, file.csv);
    text += fmt::format("{}: {} rows written\n", path, file.rows);
  }
  for (const EmbeddingNote& note : searches.figures.embeddings()) {
    text += fmt::format(
        "{} on {}: {} of {} visited mappings embedded; two axes explain {:.1f}% of the variance\n",
        note.workload, note.chip, note.drawn, note.visited, note.explained_share * 100);
  }
  for (const std::string& note : searches.notes()) {
    text += note + "\n";
  }
  return text;
}

// Throws Error where this program cannot do what `option` asks for.
void check_can_draw(const Arguments& arguments, const std::string& option) {
  if (!can_make_pages()) {
    throw arguments.error(option +
                          ": this memplace was built without Vega-Lite, which draws the figures; "
                          "run scripts/bootstrap and build it again");
  }
}

std::string write_page(const PageDocument& document, const std::string& file) {
  const std::string html = page_html(document);
  write_file(file, html);
  return fmt::format("{}: {:.1f} MiB written; open it in a browser\n", file,
                     static_cast<double>(html.size()) / (1024 * 1024));
}

// Draws the figures with node, in which Vega-Lite runs as it does in a browser.
std::string write_pictures(const Arguments& arguments, const PageDocument& document,
                           const std::string& out) {
  const TemporaryDirectory place;
  const auto inside = [&](const std::string& file) { return place.path() + "/" + file; };
  for (const std::string file : {"vega.min.js", "vega-lite.min.js", "figures.js", "draw.mjs"}) {
    write_file(inside(file), page_asset(file).value_or(""));
  }
  write_file(inside("document.json"), one_line(document.json()));
  make_directory(out);
  const auto code =
      run_program({"node", inside("draw.mjs"), place.path(), out}, inside("output.txt"));
  if (!code.has_value()) {
    throw arguments.error("--png: needs node, which draws the figures; it is not in PATH");
  }
  std::string said = read_file(inside("output.txt"));
  if (*code != 0) {
    said.resize(said.find_last_not_of('\n') + 1);
    throw arguments.error("--png: " + said.substr(said.rfind('\n') + 1));
  }
  return said;
}

}  // namespace

void declare_report(Arguments& arguments) {
  arguments.add_positionals("INPUT",
                            "what optimize, experiment or sweep --out left,\n"
                            "or files of simulate --format json",
                            any_file());
  arguments.add_value("-o,--output", "FILE.html", "write a page with figures and tables there",
                      files_ending({".html"}));
  arguments.add_value("--png", "DIR", "write the page's figures there as PNG files", directory());
  arguments.add_value("--out", "OUT",
                      "write curves.csv, parts.csv, transitions.csv,\n"
                      "strips.csv and embedding.csv there",
                      directory());
  arguments.add_flag("--bound",
                     "prove, and show on the page, how much faster\nany mapping could be at most");
}

void execute_report(const Arguments& arguments, const Console& console) {
  if (arguments.list("INPUT").empty()) {
    throw arguments.error("INPUT is missing; see memplace report --help");
  }
  const auto page = arguments.value("--output");
  const auto pictures = arguments.value("--png");
  if (!page && !pictures && !arguments.has("--out")) {
    throw arguments.error("--output, --png or --out is missing; see memplace report --help");
  }
  for (const char* const option : {"--output", "--png"}) {
    if (const auto place = arguments.value(option)) {
      check_outside(arguments, option, *place);
      check_can_draw(arguments, option);
    }
  }
  if (arguments.has("--bound") && !page) {
    throw arguments.error("--bound goes with --output: it is a table of the page");
  }
  std::string text;
  if (const auto out = arguments.value("--out")) {
    text += write_tables(arguments, *out);
  }
  if (page || pictures) {
    const PageDocument document = page_of(arguments, console);
    text += page ? write_page(document, *page) : "";
    text += pictures ? write_pictures(arguments, document, *pictures) : "";
  }
  deliver(console, std::nullopt, text);
}

}  // namespace memplace
