// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/directory.h"

#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "base/error.h"
#include "base/fnv.h"

namespace memplace {
namespace {

constexpr std::string_view kJournalFile = "journal.jsonl";
constexpr std::array kOwnFiles{kSweepFile,  kJournalFile,  kPointsFile,
                               kParetoFile, kMarginalFile, kSummaryFile};

}  // namespace

bool holds_sweep(const std::string& directory) {
  return path_exists(path_in(directory, kSweepFile));
}

SweepSpec load_sweep(const std::string& directory, const std::string& version) {
  const std::string path = path_in(directory, kSweepFile);
  if (!path_exists(path)) {
    throw Error(fmt::format("{}: holds no sweep: there is no {} in it", directory, kSweepFile));
  }
  SweepSpec spec = read_sweep(YamlDocument::from_file(path));
  if (spec.version.empty()) {
    throw Error(
        fmt::format("{}: not the file of a sweep that began: it has no version; sweep it "
                    "into another directory",
                    path));
  }
  if (spec.version != version) {
    throw Error(fmt::format(
        "{}: the sweep is of memplace {} and this is {}, whose results could differ; continue it "
        "with {}",
        path, printable(spec.version), version, printable(spec.version)));
  }
  return spec;
}

SweepDirectory::SweepDirectory(std::string path, const Sweep& sweep)
    : path_(std::move(path)),
      lock_(claim_directory(path_, "sweep")),
      points_(sweep.grid().points()),
      spec_(write_sweep(sweep.spec())),
      chain_(fnv1a(spec_)) {
  std::uint64_t journal_bytes = 0;
  if (holds_sweep(path_)) {
    // Another memplace may have said the same in other words; its journal goes with those.
    const std::string there = read_file(file(kSweepFile));
    if (there != spec_ &&
        write_sweep(read_sweep(YamlDocument::from_text(there, file(kSweepFile)))) != spec_) {
      throw Error(fmt::format("{}: the sweep there is another one", file(kSweepFile)));
    }
    spec_ = there;
    chain_ = LineChain(fnv1a(spec_));
    over_ = path_exists(file(kPointsFile)) && !path_exists(file(kJournalFile));
    if (over_) {
      read_points(file(kPointsFile), sweep, true);
      return;
    }
    if (path_exists(file(kJournalFile))) {
      journal_bytes = read_points(file(kJournalFile), sweep, false);
    }
  } else {
    for (const std::string_view piece : kOwnFiles) {
      if (path_exists(file(piece))) {
        throw Error(fmt::format("{}: holds {}, but no {}; name another directory", path_, piece,
                                kSweepFile));
      }
    }
    write_file(file(kSweepFile), spec_);
  }
  remove_leftovers(path_, kOwnFiles);
  journal_.emplace(file(kJournalFile), journal_bytes);
}

// Returns how many bytes its whole lines take; behind them may be the beginning of another, unless
// the file has to be `whole`.
std::uint64_t SweepDirectory::read_points(const std::string& name, const Sweep& sweep, bool whole) {
  const std::string text = read_file(name);
  std::size_t count = 0;
  const auto take = [&](std::size_t number, const std::string& object) {
    count = number;
    std::optional<SweepPoint> point = read_point_line(object);
    if (!point.has_value()) {
      throw Error(
          fmt::format("{}:{}: not a point of a sweep; it was damaged or changed", name, number));
    }
    if (point->index >= points_.size() || point->hash != sweep.describe(point->index).hash) {
      throw Error(fmt::format("{}:{}: a point of another sweep, or of another version of memplace",
                              name, number));
    }
    std::optional<SweepPoint>& known = points_[point->index];
    if (known.has_value() && *known != *point) {
      throw Error(fmt::format("{}:{}: another result of point {}; it was damaged or changed", name,
                              number, point->index));
    }
    known = std::move(point);
  };
  const std::size_t bytes = read_lines(text, name, kSweepFile, chain_, take);
  if (whole && (bytes < text.size() || count != points_.size())) {
    throw Error(fmt::format("{}: not all points of the sweep; it was damaged or changed", name));
  }
  return bytes;
}

void SweepDirectory::record(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += chain_.close(line) + '\n';
  }
  journal_->append(text);
  journal_->sync();
}

void SweepDirectory::finish(const SweepPoints& points,
                            const std::vector<std::pair<std::string, std::string>>& files) {
  if (over_) {
    // They follow from the points.
    for (const auto& [name, content] : files) {
      if (!path_exists(file(name))) {
        write_file(file(name), content);
      }
    }
    return;
  }
  LineChain chain(fnv1a(spec_));
  std::string lines;
  for (const std::optional<SweepPoint>& point : points) {
    lines += chain.close(point_line(*point)) + '\n';
  }
  write_file(file(kPointsFile), lines);
  for (const auto& [name, content] : files) {
    write_file(file(name), content);
  }
  // Last: from here on it is over.
  journal_.reset();
  std::filesystem::remove(file(kJournalFile));
  over_ = true;
}

std::string SweepDirectory::file(std::string_view name) const { return path_in(path_, name); }

}  // namespace memplace
