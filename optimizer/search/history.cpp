// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/history.h"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "base/line_chain.h"
#include "sim/feasible/rectify.h"

namespace memplace {
namespace {

// The value of a key where it has the type asked for, else zero, which the line then does not
// match.
template <class T>
T whole_of(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number_integer() ? whole<T>(*found) : T{};
}

double fraction(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number() ? found->get<double>() : 0.0;
}

std::string text(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t hash(const Json& line, const char* key) {
  const std::string digits = text(line, key);
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

}  // namespace

std::string history_line(const HistoryEntry& entry) {
  Json line;
  line["evaluation"] = entry.evaluation;
  line["part"] = entry.part;
  line["asked_hash"] = fmt::format("{:016x}", entry.asked_hash);
  line["given_hash"] = fmt::format("{:016x}", entry.given_hash);
  line["demoted_bytes"] = entry.demoted;
  line["asked_bytes"] = entry.asked_above;
  line["epsilon"] = Epsilon{entry.demoted, entry.asked_above}.value();
  line["latency_ps"] = entry.latency;
  line["cost"] = entry.cost;
  line["improved"] = entry.improved;
  if (!entry.given.empty()) {
    line["given"] = entry.given;
  }
  return one_line(line);
}

std::optional<HistoryEntry> read_history_line(std::string_view line) {
  const std::optional<Json> parsed = parse_json(line);
  if (!parsed.has_value() || !parsed->is_object()) {
    return std::nullopt;
  }
  const Json& json = *parsed;
  HistoryEntry entry;
  entry.evaluation = whole_of<std::uint64_t>(json, "evaluation");
  entry.part = text(json, "part");
  entry.asked_hash = hash(json, "asked_hash");
  entry.given_hash = hash(json, "given_hash");
  entry.demoted = Bytes(whole_of<std::int64_t>(json, "demoted_bytes"));
  entry.asked_above = Bytes(whole_of<std::int64_t>(json, "asked_bytes"));
  entry.latency = Picoseconds(whole_of<std::int64_t>(json, "latency_ps"));
  entry.cost = fraction(json, "cost");
  const auto improved = json.find("improved");
  entry.improved = improved != json.end() && improved->is_boolean() && improved->get<bool>();
  entry.given = text(json, "given");
  return history_line(entry) == line ? std::optional(entry) : std::nullopt;
}

std::size_t proposal_of(std::span<const HistoryEntry> history, std::size_t index) {
  const std::uint64_t hash = history[index].asked_hash;
  std::size_t i = index;
  while (i > 0 && (history[i].part == kRemeasurePart || history[i].asked_hash != hash)) {
    --i;
  }
  return i;
}

StoredHistory read_history(const std::string& text, const std::string& file,
                           std::uint64_t run_hash) {
  StoredHistory history;
  LineChain chain(run_hash);
  const auto take = [&](std::size_t number, const std::string& object) {
    std::optional<HistoryEntry> entry = read_history_line(object);
    if (!entry.has_value() || entry->evaluation != number) {
      throw Error(
          fmt::format("{}:{}: not a line of a history; it was damaged or changed", file, number));
    }
    history.entries.push_back(*std::move(entry));
    history.checks.push_back(chain.value());
  };
  history.bytes = read_lines(text, file, "run.yaml", chain, take);
  history.torn = history.bytes < text.size();
  return history;
}

}  // namespace memplace
