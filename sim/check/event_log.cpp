// SPDX-License-Identifier: Apache-2.0
#include "sim/check/event_log.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace memplace {
namespace {

// Which stream and inference, where they are not the first.
std::string run_name(const Program& program, std::uint32_t stream, std::uint32_t position) {
  const auto ops = static_cast<std::uint32_t>(program.ops.size());
  std::string name;
  if (stream > 0) {
    name += fmt::format("s{} ", stream);
  }
  if (position >= ops) {
    name += fmt::format("i{} ", position / ops);
  }
  return name;
}

std::string tile_name(const Program& program, std::uint32_t stream, std::uint32_t position,
                      std::uint32_t tile) {
  const OpId op(position % program.ops.size());
  return run_name(program, stream, position) +
         fmt::format("{}{}", program.graph().op(op).name,
                     tile - program.ops[op.index()].first_tile);
}

std::string piece_name(const Program& program, const RequestKey& key) {
  return fmt::format("{} {}{}{}", key.is_write() ? "write" : "read",
                     run_name(program, key.stream, key.position),
                     program.graph().tensor(TensorId(key.tile)).name, key.operand / 2);
}

}  // namespace

bool is_before(const TransferEvent& a, const TransferEvent& b) { return a.key < b.key; }

bool is_before(const ComputeEvent& a, const ComputeEvent& b) {
  return std::tie(a.stream, a.position, a.tile) < std::tie(b.stream, b.position, b.tile);
}

void EventLog::sort() {
  const auto in_order = [](const auto& a, const auto& b) { return is_before(a, b); };
  std::sort(transfers.begin(), transfers.end(), in_order);
  std::sort(computes.begin(), computes.end(), in_order);
}

std::string EventLog::text(const Program& program) const {
  std::vector<TransferEvent> by_grant = transfers;
  std::stable_sort(by_grant.begin(), by_grant.end(),
                   [](const TransferEvent& a, const TransferEvent& b) {
                     return std::tie(a.granted, a.key) < std::tie(b.granted, b.key);
                   });
  std::vector<ComputeEvent> by_begin = computes;
  std::stable_sort(by_begin.begin(), by_begin.end(),
                   [](const ComputeEvent& a, const ComputeEvent& b) {
                     return std::tie(a.begin, a.stream) < std::tie(b.begin, b.stream);
                   });
  std::string text;
  for (const TransferEvent& e : by_grant) {
    text += line_of(program, e) + '\n';
  }
  for (const ComputeEvent& e : by_begin) {
    text += line_of(program, e) + '\n';
  }
  return text;
}

std::string name_of(const Program& program, const TransferEvent& event) {
  return fmt::format(
      "{} {} {}", program.chip().memories[event.memory].name, name_of(event.key.kind),
      event.key.kind == RequestKind::kMove
          ? piece_name(program, event.key)
          : tile_name(program, event.key.stream, event.key.position, event.key.tile));
}

std::string name_of(const Program& program, const ComputeEvent& event) {
  return "compute " + tile_name(program, event.stream, event.position, event.tile);
}

std::string line_of(const Program& program, const TransferEvent& event) {
  return fmt::format("{} posted {} served {}-{} arrived {}", name_of(program, event),
                     nanoseconds(event.posted), nanoseconds(event.granted),
                     nanoseconds(event.served), nanoseconds(event.arrived));
}

std::string line_of(const Program& program, const ComputeEvent& event) {
  return fmt::format("{} {}-{}", name_of(program, event), nanoseconds(event.begin),
                     nanoseconds(event.end));
}

std::string nanoseconds(Picoseconds time) {
  return time.count() % 1000 == 0
             ? fmt::format("{}", time.count() / 1000)
             : fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000);
}

}  // namespace memplace
