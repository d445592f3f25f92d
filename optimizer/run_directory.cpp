// SPDX-License-Identifier: Apache-2.0
#include "optimizer/run_directory.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/mapping_hash.h"
#include "sim/mapping/mapping_file.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWorkloadFile = "workload.yaml";
constexpr std::string_view kMappingFile = "best.mapping.yaml";
constexpr std::string_view kResultFile = "result.json";
constexpr std::string_view kElapsedFile = "elapsed.json";
constexpr std::string_view kSnapshotFile = "snapshot.bin";

constexpr std::array kOwnFiles{kRunFile,    kWorkloadFile, kHistoryFile,  kMappingFile,
                               kResultFile, kElapsedFile,  kSnapshotFile, kPolicyFile};
// Without run.yaml these are of nobody. workload.yaml and the policy are not among them: they are
// written first.
constexpr std::array kPieces{kHistoryFile, kMappingFile, kResultFile, kElapsedFile, kSnapshotFile};

bool is_file(const std::string& workload) {
  return workload.ends_with(".yaml") || workload.ends_with(".yml") || workload.ends_with(".onnx");
}

void write_if_changed(const std::string& path, const std::string& text) {
  if (!path_exists(path) || read_file(path) != text) {
    write_file(path, text);
  }
}

void check_version(const YamlMap& map, const std::string& written, const std::string& running) {
  if (written != running) {
    throw map.value().error(fmt::format(
        "the run is of memplace {} and this is {}, whose results could differ; continue it with {}",
        printable(written), running, printable(written)));
  }
}

// The first line in which two configurations differ, as the second has it.
std::string first_difference(const std::string& a, const std::string& b) {
  std::size_t begin = 0;
  while (begin < b.size()) {
    const std::size_t end = b.find('\n', begin);
    const std::string line = b.substr(begin, end - begin + 1);
    if (a.compare(begin, line.size(), line) != 0) {
      return line.substr(0, line.size() - 1);
    }
    begin = end + 1;
  }
  return "";
}

// What the run of this run.yaml began with.
std::optional<std::string> stored_policy(const YamlDocument& document,
                                         const std::string& directory) {
  const std::optional<std::string> hash = read_run_policy_hash(document);
  if (!hash.has_value()) {
    return std::nullopt;
  }
  const std::string path = path_in(directory, kPolicyFile);
  std::string policy = read_file(path, kMostPolicyBytes);
  if (policy_hash(policy) != *hash) {
    throw Error(
        fmt::format("{}: not the policy that the run began with; it was damaged or changed", path));
  }
  return policy;
}

// The hash of `text` up to the end of each of its whole lines.
std::vector<std::uint64_t> hashes_by_line(std::string_view text) {
  std::vector<std::uint64_t> hashes;
  Fnv1a hash;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    hash.add(text.substr(0, end + 1));
    hashes.push_back(hash.value());
    text.remove_prefix(end + 1);
  }
  return hashes;
}

Json best_of(const SearchResult& result) {
  if (!result.best.has_value()) {
    return nullptr;
  }
  const Evaluated& best = *result.best;
  return {{"evaluation", result.best_evaluation},
          {"latency_ps", best.latency},
          {"cost", best.cost},
          {"demoted_bytes", best.epsilon.demoted_bytes}};
}

std::string result_text(const SearchResult& result) {
  Json json;
  json["stopped"] = name_of(result.stopped);
  json["evaluations"] = result.history.size();
  json["best"] = best_of(result);
  return pretty(json);
}

}  // namespace

bool holds_run(const std::string& directory) { return path_exists(path_in(directory, kRunFile)); }

bool is_run_file(const std::string& directory, const std::string& path) {
  const auto resolved = [](const fs::path& name) {
    std::error_code unknown;
    return fs::weakly_canonical(fs::absolute(name, unknown), unknown);
  };
  const fs::path file = resolved(path);
  return std::any_of(kOwnFiles.begin(), kOwnFiles.end(), [&](std::string_view own) {
    return file == resolved(fs::path(directory) / own);
  });
}

StoredRun load_run(const std::string& directory, const std::string& version) {
  const std::string path = path_in(directory, kRunFile);
  if (!path_exists(path)) {
    throw Error(fmt::format("{}: holds no run: there is no {} in it", directory, kRunFile));
  }
  YamlDocument document = YamlDocument::from_file(path);
  // Before anything else: another version may write another form.
  YamlMap map(document.root());
  check_version(map, map.required("version").as_string(), version);
  StoredRun stored{read_run(document), document, std::nullopt};
  stored.config.policy = stored_policy(document, directory);
  if (is_file(stored.config.workload)) {
    stored.workload_file = path_in(directory, kWorkloadFile);
  }
  return stored;
}

StoredFindings load_findings(const std::string& directory) {
  const auto file = [&](std::string_view name) { return path_in(directory, name); };
  StoredFindings findings;
  // Before the history, which is whole where there is a result.
  findings.over = path_exists(file(kResultFile));
  if (path_exists(file(kHistoryFile))) {
    findings.history = read_history(read_file(file(kHistoryFile)), file(kHistoryFile)).entries;
  }
  if (path_exists(file(kMappingFile))) {
    findings.best_mapping_file = file(kMappingFile);
  }
  return findings;
}

RunDirectory::RunDirectory(std::string path, const RunConfig& config, const Program& program,
                           std::chrono::milliseconds snapshot_every)
    : path_(std::move(path)),
      program_(program),
      timed_(config.time_limit.has_value()),
      snapshot_every_(snapshot_every),
      run_hash_(fnv1a(run_yaml(config, *program.graph))),
      written_(Clock::now()),
      synced_(written_),
      kept_(written_) {
  make_directory(path_);
  lock_ = std::make_unique<DirectoryLock>(path_);
  if (!lock_->held()) {
    throw Error(fmt::format("{}: another process is writing this run", path_));
  }
  if (holds_run(path_)) {
    resume(config);
  } else {
    begin(config);
  }
  if (!ended_.has_value()) {
    remove_leftovers(path_, kOwnFiles);
    appended_.emplace(file(kHistoryFile), history_.bytes);
  }
}

void RunDirectory::begin(const RunConfig& config) {
  for (const std::string_view name : kPieces) {
    if (path_exists(file(name))) {
      throw Error(
          fmt::format("{}: holds {}, but no {}; name another directory", path_, name, kRunFile));
    }
  }
  if (is_file(config.workload)) {
    write_input(kWorkloadFile, write_graph_yaml(*program_.graph));
  }
  if (config.policy.has_value()) {
    write_input(kPolicyFile, *config.policy);
  }
  // Last: from here on there is a run.
  write_file(file(kRunFile), run_yaml(config, *program_.graph));
}

void RunDirectory::write_input(std::string_view name, const std::string& bytes) {
  const std::string there = file(name);
  if (path_exists(there) && read_file(there) != bytes) {
    throw Error(
        fmt::format("{}: holds a {} of something else; name another directory", path_, name));
  }
  write_if_changed(there, bytes);
}

void RunDirectory::resume(const RunConfig& config) {
  StoredRun stored = load_run(path_, config.version);
  stored.config.init = read_run_init(stored.document, *program_.graph, stored.config.chip);
  if (stored.config != config) {
    throw Error(fmt::format("{}: the run there is another one, not with \"{}\"", file(kRunFile),
                            printable(first_difference(run_yaml(stored.config, *program_.graph),
                                                       run_yaml(config, *program_.graph)))));
  }
  const std::string there = file(kWorkloadFile);
  if (path_exists(there) && read_file(there) != write_graph_yaml(*program_.graph)) {
    throw Error(fmt::format("{}: the run there is of another network; {} was changed", there,
                            printable(config.workload)));
  }
  const std::string history = file(kHistoryFile);
  if (path_exists(history)) {
    const std::string text = read_file(history);
    history_ = read_history(text, history);
    history_hashes_ = hashes_by_line(text);
  }
  read_end();
}

// Whether the run is over, and how long it took so far.
void RunDirectory::read_end() {
  constexpr std::array kReasons{StopReason::kBudget, StopReason::kDone, StopReason::kTarget,
                                StopReason::kPatience, StopReason::kTime};
  if (path_exists(file(kResultFile))) {
    end_text_ = read_file(file(kResultFile));
    const Json json = Json::parse(end_text_, nullptr, false);
    for (const StopReason reason : kReasons) {
      if (json.is_object() && json.contains("stopped") && json["stopped"] == name_of(reason)) {
        ended_ = reason;
      }
    }
    if (!ended_.has_value()) {
      throw Error(
          fmt::format("{}: not the result of a run; it was damaged or changed", file(kResultFile)));
    }
  }
  if (timed_ && path_exists(file(kElapsedFile))) {
    const Json json = Json::parse(read_file(file(kElapsedFile)), nullptr, false);
    if (!json.is_object() || !json.contains("elapsed_ms") ||
        !json["elapsed_ms"].is_number_unsigned()) {
      throw Error(fmt::format("{}: not a time; it was damaged or changed", file(kElapsedFile)));
    }
    elapsed_ = std::chrono::milliseconds(json["elapsed_ms"].get<std::int64_t>());
  }
}

void RunDirectory::on_evaluation(const SearchResult& so_far, bool recalled) {
  const HistoryEntry& entry = so_far.history.back();
  if (recalled) {
    if (entry != history_.entries[so_far.history.size() - 1]) {
      throw Error(fmt::format(
          "{}:{}: not what the search finds now; another version of memplace made it, or it was "
          "changed",
          file(kHistoryFile), entry.evaluation));
    }
    history_hash_ = Fnv1a(history_hashes_[so_far.history.size() - 1]);
    return;
  }
  const std::string line = history_line(entry) + '\n';
  history_hash_.add(line);
  pending_ += line;
  const Clock::time_point now = Clock::now();
  if (now - written_ < kWritePeriod) {
    return;
  }
  write_lines();
  written_ = now;
  if (now - synced_ >= kSyncPeriod) {
    write_state(so_far);
    synced_ = now;
  }
}

void RunDirectory::on_restored(const SearchResult& so_far) {
  history_hash_ = Fnv1a(history_hashes_[so_far.history.size() - 1]);
  kept_evaluations_ = so_far.history.size();
}

std::string RunDirectory::snapshot_file() const { return file(kSnapshotFile); }

std::optional<Snapshot> RunDirectory::snapshot() const {
  const std::string name = snapshot_file();
  if (!path_exists(name)) {
    return std::nullopt;
  }
  Snapshot snapshot = read_snapshot(read_file(name), name);
  if (snapshot.run_hash != run_hash_) {
    throw Error(fmt::format("{}: is of another run", name));
  }
  if (snapshot.evaluations > history_.entries.size()) {
    throw Error(fmt::format("{}: is of evaluation {} where {} ends with {}", name,
                            snapshot.evaluations, kHistoryFile, history_.entries.size()));
  }
  if (snapshot.history_hash != history_hashes_[snapshot.evaluations - 1]) {
    throw Error(fmt::format("{}: is of another history", name));
  }
  return snapshot;
}

bool RunDirectory::wants_snapshot() {
  return !ended_.has_value() && Clock::now() - kept_ >= snapshot_every_;
}

void RunDirectory::keep(const SearchResult& so_far, const std::string& state) {
  if (ended_.has_value() || so_far.history.size() == kept_evaluations_) {
    return;
  }
  // A snapshot is of no use without all of its history.
  write_lines();
  appended_->sync();
  write_file(snapshot_file(),
             snapshot_bytes({run_hash_, so_far.history.size(), history_hash_.value(), state}));
  kept_evaluations_ = so_far.history.size();
  kept_ = Clock::now();
}

// An entry has no mapping but the best one's, and that as it was simulated.
SearchResult RunDirectory::read_result(std::uint64_t remeasurements) const {
  MEMPLACE_ASSERT(ended_.has_value(), path_);
  SearchResult result;
  result.history = history_.entries;
  result.improvements = improvements_of(history_.entries, remeasurements);
  result.stopped = *ended_;
  if (!result.improvements.empty()) {
    const Improvement& last = result.improvements.back();
    const HistoryEntry& entry = result.history[last.evaluation - 1];
    const std::string name = file(kMappingFile);
    Mapping mapping = read_mapping(YamlDocument::from_file(name), *program_.graph, program_.chip);
    if (mapping_hash(mapping) != entry.given_hash) {
      throw Error(fmt::format("{}: not what {} says; one of them was changed", name, kHistoryFile));
    }
    result.best_evaluation = last.evaluation;
    result.best =
        Evaluated{mapping, mapping, {entry.demoted, entry.asked_above}, entry.latency, last.cost};
  }
  return result;
}

void RunDirectory::save(const SearchResult& result) {
  check_all_recalled(result);
  write_lines();
  write_state(result);
}

void RunDirectory::finish(const SearchResult& result) {
  const std::string text = result_text(result);
  if (ended_.has_value()) {
    check_all_recalled(result);
    if (text != end_text_) {
      throw Error(fmt::format("{}: not what {} says; one of them was changed", file(kResultFile),
                              kHistoryFile));
    }
    if (result.best.has_value() && !path_exists(file(kMappingFile))) {
      write_state(result);
    }
    return;
  }
  save(result);
  // Before the result: what is over is not touched again.
  std::error_code ignored;
  fs::remove(snapshot_file(), ignored);
  write_file(file(kResultFile), text);
}

void RunDirectory::write_lines() {
  if (!pending_.empty()) {
    appended_->append(pending_);
    pending_.clear();
  }
}

// What follows from the history, which is on the disk before it.
void RunDirectory::write_state(const SearchResult& so_far) {
  if (appended_.has_value()) {
    appended_->sync();
  }
  if (so_far.best.has_value() && so_far.best_evaluation != best_written_) {
    write_if_changed(file(kMappingFile),
                     write_mapping(*program_.graph, program_.chip, so_far.best->given));
    best_written_ = so_far.best_evaluation;
  }
  if (timed_ && !ended_.has_value()) {
    write_file(file(kElapsedFile), pretty(Json{{"elapsed_ms", elapsed_.count()}}));
  }
}

// A search that ends early has not heard all that is recorded.
void RunDirectory::check_all_recalled(const SearchResult& result) const {
  if (result.history.size() < history_.entries.size()) {
    throw Error(
        fmt::format("{}:{}: the search ends before this evaluation; the history or {} was "
                    "changed",
                    file(kHistoryFile), result.history.size() + 1, kRunFile));
  }
}

std::string RunDirectory::file(std::string_view name) const { return path_in(path_, name); }

}  // namespace memplace
