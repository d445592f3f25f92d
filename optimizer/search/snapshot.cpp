// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/snapshot.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/archive.h"
#include "base/error.h"
#include "base/fnv.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/mapping_hash.h"

namespace memplace {
namespace {

constexpr std::string_view kMagic = "memplace snapshot\n";
constexpr std::uint64_t kFormat = 3;
constexpr std::size_t kChecksumBytes = 9;  // an item of an archive

bool is_of(const Evaluated& best, const HistoryEntry& entry) {
  return entry.asked_hash == mapping_hash(best.asked) &&
         entry.given_hash == mapping_hash(best.given) && entry.latency == best.measures.latency &&
         entry.demoted == best.epsilon.demoted_bytes &&
         entry.asked_above == best.epsilon.asked_bytes;
}

void visit(auto& archive, auto& improvements, auto& best, auto& strategy, const Problem& problem) {
  archive.items(improvements, [&](auto& improvement) {
    archive.item(improvement.evaluation);
    cost_item(archive, improvement.cost);
  });
  item(archive, best, problem);
  archive.item(strategy);
}

}  // namespace

std::optional<std::string> search_state(const SearchResult& so_far, const Problem& problem,
                                        const Strategy& strategy) {
  MEMPLACE_ASSERT(so_far.best.has_value(), "nothing was evaluated yet");
  ArchiveWriter of_strategy;
  if (!strategy.save(of_strategy)) {
    return std::nullopt;
  }
  ArchiveWriter archive;
  visit(archive, so_far.improvements, *so_far.best, of_strategy.bytes(), problem);
  return archive.bytes();
}

SearchResult restore_search(std::string_view state, const std::string& name,
                            std::span<const HistoryEntry> history, const Problem& problem,
                            Strategy& strategy) {
  ArchiveReader archive(state, name);
  SearchResult result;
  result.history.assign(history.begin(), history.end());
  std::string of_strategy;
  visit(archive, result.improvements, result.best.emplace(), of_strategy, problem);
  std::vector<std::uint64_t> improved;
  for (const HistoryEntry& entry : history) {
    if (entry.improved) {
      improved.push_back(entry.evaluation);
    }
  }
  if (improved.empty() ||
      !std::equal(improved.begin(), improved.end(), result.improvements.begin(),
                  result.improvements.end(), [](std::uint64_t evaluation, const Improvement& row) {
                    return evaluation == row.evaluation;
                  })) {
    archive.fail("holds other improvements than the history");
  }
  result.best_evaluation = improved.back();
  if (!is_of(*result.best, history[result.best_evaluation - 1])) {
    archive.fail("holds another best mapping than the history");
  }
  archive.check_end();
  ArchiveReader strategy_archive(of_strategy, name);
  strategy.load(strategy_archive);
  strategy_archive.check_end();
  return result;
}

std::string snapshot_bytes(const Snapshot& snapshot) {
  ArchiveWriter archive;
  archive.write_u64(kFormat);
  archive.write_u64(snapshot.run_hash);
  archive.write_u64(snapshot.evaluations);
  archive.write_u64(snapshot.history_hash);
  archive.write_string(snapshot.processor);
  archive.write_string(snapshot.state);
  std::string bytes(kMagic);
  bytes += archive.bytes();
  ArchiveWriter checksum;
  checksum.write_u64(fnv1a(bytes));
  bytes += checksum.bytes();
  return bytes;
}

Snapshot read_snapshot(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(kMagic)) {
    throw Error(fmt::format("{}: is no snapshot", name));
  }
  ArchiveReader archive(bytes.substr(kMagic.size()), name);
  const std::uint64_t format = archive.read_u64();
  if (format != kFormat) {
    archive.fail(fmt::format("is of format {} where {} was expected", format, kFormat));
  }
  Snapshot snapshot;
  snapshot.run_hash = archive.read_u64();
  snapshot.evaluations = archive.read_u64();
  snapshot.history_hash = archive.read_u64();
  snapshot.processor = archive.read_string();
  snapshot.state = archive.read_string();
  const std::uint64_t checksum = archive.read_u64();
  archive.check_end();
  if (checksum != fnv1a(bytes.substr(0, bytes.size() - kChecksumBytes))) {
    archive.fail("was damaged");
  }
  if (snapshot.evaluations == 0) {
    archive.fail("is of no evaluation");
  }
  return snapshot;
}

}  // namespace memplace
