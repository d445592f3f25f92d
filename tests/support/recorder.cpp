// SPDX-License-Identifier: Apache-2.0
#include "tests/support/recorder.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace memplace::test {
namespace {

std::string nanoseconds(Picoseconds time) {
  return time.count() % 1000 == 0
             ? fmt::format("{}", time.count() / 1000)
             : fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000);
}

std::string tile_name(const Program& program, std::uint32_t stream, std::uint32_t position,
                      std::uint32_t tile) {
  const auto ops = static_cast<std::uint32_t>(program.ops.size());
  const OpId op(position % ops);
  std::string name;
  if (stream > 0) {
    name += fmt::format("s{} ", stream);
  }
  if (position >= ops) {
    name += fmt::format("i{} ", position / ops);
  }
  return name +
         fmt::format("{}{}", program.graph->op(op).name, tile - program.ops[op.index()].first_tile);
}

}  // namespace

void Recorder::sort() {
  const auto compute_key = [](const ComputeEvent& e) {
    return std::tuple(e.stream, e.position, e.tile);
  };
  std::sort(transfers.begin(), transfers.end(),
            [](const TransferEvent& a, const TransferEvent& b) { return a.key < b.key; });
  std::sort(computes.begin(), computes.end(), [&](const ComputeEvent& a, const ComputeEvent& b) {
    return compute_key(a) < compute_key(b);
  });
}

std::string Recorder::text(const Program& program) const {
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
    text += fmt::format("{} {} {} posted {} served {}-{} arrived {}\n",
                        program.chip.memories[e.memory].name, name_of(e.key.kind),
                        tile_name(program, e.key.stream, e.key.position, e.key.tile),
                        nanoseconds(e.posted), nanoseconds(e.granted), nanoseconds(e.served),
                        nanoseconds(e.arrived));
  }
  for (const ComputeEvent& e : by_begin) {
    text += fmt::format("compute {} {}-{}\n", tile_name(program, e.stream, e.position, e.tile),
                        nanoseconds(e.begin), nanoseconds(e.end));
  }
  return text;
}

}  // namespace memplace::test
