// SPDX-License-Identifier: Apache-2.0
// history.jsonl: a line an evaluation, and what becomes of it when a machine stops half-way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "optimizer/search/driver.h"

namespace memplace {

// A line, without its newline: `evaluation`, `part`, `asked_hash` and `given_hash` as 16
// hexadecimal digits, `demoted_bytes`, `asked_bytes`, `epsilon`, `latency_ps`, `cost`, `improved`,
// and `given` where mappings are kept.
// No wall times, so that equal searches give equal bytes. In the file it has its check behind it
// (base/line_chain.h).
std::string history_line(const HistoryEntry& entry);

// Nothing where `line` is not, byte by byte, what history_line() makes of some entry.
std::optional<HistoryEntry> read_history_line(std::string_view line);

// The index of the entry that proposed what entry `index` measured: itself, unless the driver
// measured again. `index` is in the history.
std::size_t proposal_of(std::span<const HistoryEntry> history, std::size_t index);

struct StoredHistory {
  std::vector<HistoryEntry> entries;
  std::vector<std::uint64_t> checks;  // of the lines so far, by entry: LineChain::value()
  std::uint64_t bytes = 0;            // of the lines of `entries`
  bool torn = false;                  // behind them is the beginning of a line
};
// `run_hash` is that of the text of the run's run.yaml. Throws Error with file:line where a line
// that has its newline is damaged, of another run, or out of turn.
StoredHistory read_history(const std::string& text, const std::string& file,
                           std::uint64_t run_hash);

}  // namespace memplace
