// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/run/run_directory.h"

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
#include "base/schema.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/search/mapping_hash.h"
#include "sim/placement/mapping_file.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMappingFile = "best.mapping.yaml";
// The best of the history, where a heuristic is better.
constexpr std::string_view kOwnMappingFile = "search.mapping.yaml";
constexpr std::string_view kResultFile = "result.json";
constexpr std::string_view kElapsedFile = "elapsed.json";
constexpr std::string_view kSnapshotFile = "snapshot.bin";
// What the run was given more of than run.yaml says.
constexpr std::string_view kLongerFile = "longer.json";

constexpr std::array kOwnFiles{kRunFile,    kWorkloadFile,  kHistoryFile, kMappingFile,
                               kResultFile, kElapsedFile,   kLongerFile,  kSnapshotFile,
                               kPolicyFile, kOwnMappingFile};
constexpr std::uint64_t kMostElapsedMs = 1'000'000'000'000;  // 31 years, which nanoseconds hold

// Without run.yaml these are of nobody. workload.yaml and the policy are not among them: they are
// written first.
constexpr std::array kPieces{kHistoryFile, kMappingFile, kOwnMappingFile, kResultFile,
                             kElapsedFile, kLongerFile,  kSnapshotFile};

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

// A file that the run began with, of which its run.yaml has this hash.
std::optional<std::string> stored_input(const std::optional<std::string>& hash,
                                        const std::string& path, std::string_view what) {
  if (!hash.has_value()) {
    return std::nullopt;
  }
  std::string content = read_file(path, kMostPolicyBytes);
  if (content_hash(content) != *hash) {
    throw Error(fmt::format("{}: not the {} that the run began with; it was damaged or changed",
                            path, what));
  }
  return content;
}

// What to expect of a run that goes on elsewhere.
std::string expectation(const std::string& before, const std::string& here) {
  return fmt::format(
      "is of another kind of processor (\"{}\"; this is \"{}\"), which may round otherwise; the "
      "history is told again, and the run is refused where it would differ here",
      printable(before), printable(here));
}

Json longer_json(const RunConfig& config) {
  Json budgets = config.earlier_budgets;
  budgets.push_back(config.budget);
  return {{"schema_version", kSchemaVersion},
          {"budgets", std::move(budgets)},
          {"time_limit_ps", config.time_limit ? Json(*config.time_limit) : Json()}};
}

// Makes of `config` what longer_json() said of it. Throws Error where that is damaged.
void read_longer(const std::string& path, RunConfig& config) {
  const Json json = parse_json(read_file(path)).value_or(Json());
  try {
    const auto budgets = json.at("budgets").get<std::vector<std::uint64_t>>();
    if (budgets.empty() || budgets.front() != config.budget || budgets.back() > kMostBudget) {
      throw Error("its first budget is not the run's");
    }
    for (const std::uint64_t budget : budgets) {
      lengthen(config, {.budget = budget});
    }
    if (const Json& time = json.at("time_limit_ps"); !time.is_null()) {
      lengthen(config, {.time_limit = Picoseconds(time.get<std::int64_t>())});
    }
    if (longer_json(config) != json) {
      throw Error("it says what memplace does not write");
    }
  } catch (const std::exception&) {
    throw Error(
        fmt::format("{}: not what a run was given more of; it was damaged or changed", path));
  }
}

Json found_json(const Evaluated& found) {
  return {{"latency_ps", found.measures.latency},
          {"cost", found.cost},
          {"demoted_bytes", found.epsilon.demoted_bytes}};
}

Json result_json(const SearchResult& result, const Verdict& verdict) {
  Json json;
  json["schema_version"] = kSchemaVersion;
  json["stopped"] = name_of(result.stopped);
  json["evaluations"] = result.history.size();
  json["best"] = {{"source", source_of(verdict)}};
  json["best"].update(found_json(verdict.best));
  json["search"] = nullptr;
  if (result.best.has_value()) {
    json["search"] = {{"evaluation", result.best_evaluation}};
    json["search"].update(found_json(*result.best));
  }
  return json;
}

// Whether the bytes are the result's. Older files do not name their form.
bool holds_result(const std::string& bytes, Json result) {
  if (bytes == pretty(result)) {
    return true;
  }
  result.erase("schema_version");
  return bytes == pretty(result);
}

}  // namespace

bool holds_run(const std::string& directory) { return path_exists(path_in(directory, kRunFile)); }

bool holds_ended_run(const std::string& directory) {
  return path_exists(path_in(directory, kResultFile));
}

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
  stored.config.policy =
      stored_input(read_run_policy_hash(document), path_in(directory, kPolicyFile), "policy");
  if (const std::string longer = path_in(directory, kLongerFile); path_exists(longer)) {
    read_longer(longer, stored.config);
  }
  if (comes_from_file(stored.config.workload)) {
    stored.workload_file = path_in(directory, kWorkloadFile);
    stored_input(read_run_workload_hash(document), *stored.workload_file, "network");
  }
  return stored;
}

StoredFindings load_findings(const std::string& directory) {
  const auto file = [&](std::string_view name) { return path_in(directory, name); };
  StoredFindings findings;
  // Before the history, which is whole where there is a result.
  findings.over = holds_ended_run(directory);
  if (path_exists(file(kHistoryFile))) {
    findings.history = read_history(read_file(file(kHistoryFile)), file(kHistoryFile),
                                    fnv1a(read_file(file(kRunFile))))
                           .entries;
  }
  if (path_exists(file(kMappingFile))) {
    findings.best_mapping_file = findings.own_mapping_file = file(kMappingFile);
  }
  if (path_exists(file(kOwnMappingFile))) {
    findings.own_mapping_file = file(kOwnMappingFile);
  }
  return findings;
}

RunDirectory::RunDirectory(std::string path, const RunConfig& config, const Program& program,
                           std::chrono::milliseconds snapshot_every, std::string processor)
    : path_(std::move(path)),
      program_(program),
      timed_(config.time_limit.has_value()),
      snapshot_every_(snapshot_every),
      processor_(std::move(processor)),
      lock_(claim_directory(path_, "run")),
      lines_(0),
      written_(Clock::now()),
      synced_(written_),
      kept_(written_) {
  if (holds_run(path_)) {
    resume(config);
  } else {
    begin(config);
  }
  lines_ = LineChain(run_hash_);
  if (!ended_.has_value()) {
    remove_leftovers(path_, kOwnFiles);
    appended_.emplace(file(kHistoryFile), history_.bytes);
  }
}

void RunDirectory::begin(RunConfig config) {
  for (const std::string_view name : kPieces) {
    if (path_exists(file(name))) {
      throw Error(
          fmt::format("{}: holds {}, but no {}; name another directory", path_, name, kRunFile));
    }
  }
  if (comes_from_file(config.workload)) {
    write_input(kWorkloadFile, write_graph_yaml(program_.graph()));
  }
  if (config.policy.has_value()) {
    write_input(kPolicyFile, *config.policy);
  }
  config.processor = processor_;
  const std::string text = run_yaml(config, program_.problem);
  run_hash_ = fnv1a(text);
  // Last: from here on there is a run.
  write_file(file(kRunFile), text);
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
  const Problem& problem = program_.problem;
  const bool same_chip = stored.chip == problem.chip() && stored.mode == problem.mode();
  const Problem posed = same_chip ? problem : Problem(problem.graph(), stored.chip, stored.mode);
  stored.config.init = read_run_init(stored.document, posed);
  // It may go on elsewhere than where it began.
  began_on_ = std::exchange(stored.config.processor, config.processor);
  stored.config.mode_choice = config.mode_choice;  // older files lack it; the mode is compared
  const RunConfig before = stored.config;
  const bool longer = config.budget > before.budget || config.time_limit > before.time_limit;
  if (longer) {
    lengthen(stored.config, {config.budget, config.time_limit});
  }
  if (!same_chip || stored.config != config) {
    throw Error(fmt::format(
        "{}: the run there is another one, not with \"{}\"", file(kRunFile),
        printable(first_difference(run_yaml(stored.config, posed), run_yaml(config, problem)))));
  }
  const std::string there = file(kWorkloadFile);
  if (path_exists(there) && read_file(there) != write_graph_yaml(program_.graph())) {
    throw Error(fmt::format("{}: the run there is of another network; {} was changed", there,
                            printable(config.workload)));
  }
  run_hash_ = fnv1a(read_file(file(kRunFile)));
  const std::string history = file(kHistoryFile);
  if (path_exists(history)) {
    history_ = read_history(read_file(history), history, run_hash_);
    if (history_.entries.size() > config.budget) {
      throw too_long(config.budget);
    }
  }
  read_end();
  if (longer) {
    go_on(before, config);
  }
}

// A run that is over, which `before` was, becomes one that is not.
void RunDirectory::go_on(const RunConfig& before, const RunConfig& config) {
  if (ended_.has_value()) {
    const bool enough = (*ended_ == StopReason::kBudget && config.budget == before.budget) ||
                        (*ended_ == StopReason::kTime && config.time_limit == before.time_limit);
    if (enough || (*ended_ != StopReason::kBudget && *ended_ != StopReason::kTime)) {
      throw Error(fmt::format("{}: the run ended with \"{}\", which that does not change", path_,
                              name_of(*ended_)));
    }
    ended_.reset();
    end_text_.clear();
  }
  longer_ = pretty(longer_json(config));
}

// Only once all that is recorded was told again: until then the run may still be refused.
void RunDirectory::note_longer() {
  if (longer_.empty()) {
    return;
  }
  // First: what is not over can be ended once more, with what was found.
  std::error_code failed;
  if (!fs::remove(file(kResultFile), failed) && failed) {
    throw Error(fmt::format("{}: cannot remove: {}", file(kResultFile), failed.message()));
  }
  write_file(file(kLongerFile), std::exchange(longer_, ""));
}

// Whether the run is over, and how long it took so far.
void RunDirectory::read_end() {
  constexpr std::array kReasons{StopReason::kBudget, StopReason::kDone, StopReason::kTarget,
                                StopReason::kPatience, StopReason::kTime};
  if (path_exists(file(kResultFile))) {
    end_text_ = read_file(file(kResultFile));
    const Json json = parse_json(end_text_).value_or(Json());
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
    const Json json = parse_json(read_file(file(kElapsedFile))).value_or(Json());
    if (!json.is_object() || !json.contains("elapsed_ms") ||
        !json["elapsed_ms"].is_number_unsigned() ||
        json["elapsed_ms"].get<std::uint64_t>() > kMostElapsedMs) {
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
    lines_ = LineChain(history_.checks[so_far.history.size() - 1]);
    return;
  }
  note_longer();
  pending_ += lines_.close(history_line(entry)) + '\n';
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
  lines_ = LineChain(history_.checks[so_far.history.size() - 1]);
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
  if (snapshot.history_hash != history_.checks[snapshot.evaluations - 1]) {
    throw Error(fmt::format("{}: is of another history", name));
  }
  if (snapshot.processor != processor_) {
    throw Error(fmt::format("{}: {}", name, expectation(snapshot.processor, processor_)));
  }
  return snapshot;
}

std::optional<std::string> RunDirectory::other_processor() const {
  if (began_on_ == processor_ || history_.entries.empty()) {
    return std::nullopt;
  }
  return fmt::format("{}: {}", file(kRunFile), expectation(began_on_, processor_));
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
             snapshot_bytes({run_hash_, so_far.history.size(), lines_.value(), processor_, state}));
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
    const std::string name = own_mapping_file();
    Mapping mapping = read_mapping(YamlDocument::from_file(name), program_.problem);
    if (mapping_hash(mapping) != entry.given_hash) {
      throw Error(fmt::format("{}: not what {} says; one of them was changed", name, kHistoryFile));
    }
    result.best_evaluation = last.evaluation;
    const double first = result.history[proposal_of(result.history, last.evaluation - 1)].cost;
    result.best = Evaluated{mapping,         mapping,   {entry.demoted, entry.asked_above},
                            {entry.latency}, last.cost, first};
  }
  return result;
}

void RunDirectory::save(const SearchResult& result) {
  check_all_recalled(result);
  note_longer();
  write_lines();
  write_state(result);
}

void RunDirectory::finish(const SearchResult& result) {
  const Verdict verdict = verdict_of(result);
  const Json json = result_json(result, verdict);
  if (ended_.has_value()) {
    check_all_recalled(result);
    if (!holds_result(end_text_, json)) {
      throw Error(fmt::format("{}: not what {} says; one of them was changed", file(kResultFile),
                              kHistoryFile));
    }
    const std::string mapping = file(kMappingFile);
    if (!path_exists(mapping)) {
      write_state(result);
    } else if (mapping_hash(read_mapping(YamlDocument::from_file(mapping), program_.problem)) !=
               mapping_hash(verdict.best.given)) {
      throw Error(
          fmt::format("{}: not what {} says; one of them was changed", mapping, kResultFile));
    }
    return;
  }
  save(result);
  // Before the result: what is over is not touched again.
  std::error_code ignored;
  fs::remove(snapshot_file(), ignored);
  write_file(file(kResultFile), pretty(json));
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
  if ((so_far.best.has_value() || judge_ != nullptr) && so_far.best_evaluation != best_written_) {
    write_mappings(so_far);
    best_written_ = so_far.best_evaluation;
  }
  if (timed_ && !ended_.has_value()) {
    write_file(file(kElapsedFile), pretty(Json{{"elapsed_ms", elapsed_.count()}}));
  }
}

void RunDirectory::write_mappings(const SearchResult& so_far) {
  const auto write = [&](std::string_view name, const Mapping& mapping) {
    write_if_changed(file(name), write_mapping(program_.problem, mapping));
  };
  const Verdict verdict = verdict_of(so_far);
  if (!verdict.own() && so_far.best.has_value()) {
    write(kOwnMappingFile, so_far.best->given);
  }
  write(kMappingFile, verdict.best.given);
  if (verdict.own()) {
    std::error_code ignored;
    fs::remove(file(kOwnMappingFile), ignored);
  }
}

Verdict RunDirectory::verdict_of(const SearchResult& result) const {
  if (judge_ != nullptr) {
    return judge_->of(result);
  }
  return result.best.has_value() ? Verdict{*result.best, {}, result.best->cost} : Verdict{};
}

std::string RunDirectory::own_mapping_file() const {
  const std::string own = file(kOwnMappingFile);
  return path_exists(own) ? own : file(kMappingFile);
}

// A search that ends early has not heard all that is recorded.
void RunDirectory::check_all_recalled(const SearchResult& result) const {
  if (result.history.size() < history_.entries.size()) {
    throw too_long(result.history.size());
  }
}

Error RunDirectory::too_long(std::size_t evaluations) const {
  return Error(
      fmt::format("{}:{}: the search ends before this evaluation; the history or {} was "
                  "changed",
                  file(kHistoryFile), evaluations + 1, kRunFile));
}

std::string RunDirectory::file(std::string_view name) const { return path_in(path_, name); }

}  // namespace memplace
