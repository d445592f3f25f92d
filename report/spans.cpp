// SPDX-License-Identifier: Apache-2.0
#include "report/spans.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "base/rates.h"

namespace memplace {
namespace {

// As the sequencers stand in the pipeline; the kinds of requests with compute among them.
constexpr std::array<std::string_view, 5> kLanes{"weight", "input", "compute", "output", "move"};
constexpr std::size_t kCompute = 2;

std::size_t lane_of(RequestKind kind) {
  switch (kind) {
    case RequestKind::kWeight:
      return 0;
    case RequestKind::kInput:
      return 1;
    case RequestKind::kOutput:
      return 3;
    case RequestKind::kMove:
      break;
  }
  return 4;
}

}  // namespace

void SpanRecorder::Sum::add(Picoseconds from, Picoseconds to, Picoseconds service, Bytes moved) {
  begin = used ? std::min(begin, from) : from;
  end = std::max(end, to);
  busy += service;
  bytes += moved;
  used = true;
}

SpanRecorder::SpanRecorder(const Program& program)
    : program_(program),
      sums_(program.ops.size() * kLanes.size() * program.chip().memories.size()) {}

void SpanRecorder::on_transfer(const TransferEvent& event) {
  if (event.key.stream != 0 || event.key.position >= program_.ops.size() ||
      event.bytes == Bytes(0)) {
    return;
  }
  const MemoryInstances instance =
      instances_of(program_.chip().memories[event.memory], program_.mode());
  const Picoseconds service = transfer_time(
      event.bytes, event.key.is_write() ? instance.write_bandwidth : instance.read_bandwidth);
  const std::size_t lane = event.key.position * kLanes.size() + lane_of(event.key.kind);
  sums_[lane * program_.chip().memories.size() + event.memory.index()].add(
      event.granted, event.served, service, event.bytes);
}

void SpanRecorder::on_compute(const ComputeEvent& event) {
  if (event.stream != 0 || event.position >= program_.ops.size()) {
    return;
  }
  const std::size_t lane = event.position * kLanes.size() + kCompute;
  sums_[lane * program_.chip().memories.size()].add(event.begin, event.end, event.end - event.begin,
                                                    Bytes(0));
}

std::vector<OpSpan> SpanRecorder::spans() const {
  const std::size_t memories = program_.chip().memories.size();
  std::vector<OpSpan> spans;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    const Sum& sum = sums_[i];
    if (!sum.used) {
      continue;
    }
    const std::size_t lane = i / memories % kLanes.size();
    const std::string memory =
        lane == kCompute ? "" : program_.chip().memories[MemoryId(i % memories)].name;
    spans.push_back({i / memories / kLanes.size(), std::string(kLanes[lane]), memory, sum.begin,
                     sum.end, sum.busy, sum.bytes});
  }
  return spans;
}

}  // namespace memplace
