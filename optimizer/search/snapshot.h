// SPDX-License-Identifier: Apache-2.0
// What a search has become, put aside between two batches, so that one that continues it need not
// tell its strategy all of the history again. The history itself is not in it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "optimizer/search/driver.h"
#include "optimizer/search/strategy.h"
#include "sim/placement/problem.h"

namespace memplace {

// The search and its strategy as bytes; nothing where the strategy does not save.
std::optional<std::string> search_state(const SearchResult& so_far, const Problem& problem,
                                        const Strategy& strategy);

// What search_state() was given: its `history` comes from elsewhere, and the strategy, which is
// fresh, becomes what it was. Throws Error where `state` is not of that history or not of such a
// strategy; then the strategy may not be used any more. Errors begin with `name`.
SearchResult restore_search(std::string_view state, const std::string& name,
                            std::span<const HistoryEntry> history, const Problem& problem,
                            Strategy& strategy);

// A state with what it belongs to.
struct Snapshot {
  std::uint64_t run_hash = 0;      // of the text of run.yaml
  std::uint64_t evaluations = 0;   // of the history, > 0
  std::uint64_t history_hash = 0;  // of so many lines: StoredHistory::checks
  std::string processor;           // processor_kind() where it matters to the strategy, else empty
  std::string state;
};

std::string snapshot_bytes(const Snapshot& snapshot);

// Throws Error, beginning with `name`, where `bytes` are not, every one of them, what
// snapshot_bytes() made.
Snapshot read_snapshot(std::string_view bytes, const std::string& name);

}  // namespace memplace
