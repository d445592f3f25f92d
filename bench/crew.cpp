// SPDX-License-Identifier: Apache-2.0
#include "bench/crew.h"

#include <algorithm>

#include "base/error.h"
#include "base/units.h"

namespace memplace::bench {
namespace {

// Mappings that a thread takes at a time: enough that taking costs nothing, few enough that all end
// together.
constexpr std::int64_t kShare = 16;

}  // namespace

Crew::Crew(const SimSession& session, int threads, Way way, const Mapping& base,
           const std::vector<Mapping>& mappings)
    : threads_(static_cast<std::size_t>(threads)), way_(way), mappings_(mappings) {
  MEMPLACE_ASSERT(!mappings.empty(), "a crew without work");
  for (int i = 0; i < threads; ++i) {
    sessions_.push_back(session.fork());
    if (way_ == Way::kLatencyNear) {
      sessions_.back()->rebase(base);
    }
  }
}

void Crew::evaluate(std::int64_t count) {
  const auto shares = static_cast<std::size_t>(ceil_div(count, kShare));
  threads_.for_each(shares, [&](std::size_t thread, std::size_t share) {
    const auto begin = static_cast<std::int64_t>(share) * kShare;
    evaluate_part(*sessions_[thread], begin, std::min(begin + kShare, count));
  });
}

void Crew::evaluate_part(SimSession& session, std::int64_t begin, std::int64_t end) const {
  std::size_t next = static_cast<std::size_t>(begin) % mappings_.size();
  Picoseconds latest;
  for (std::int64_t i = begin; i < end; ++i) {
    const Mapping& mapping = mappings_[next];
    latest = std::max(
        latest, way_ == Way::kLatency ? session.latency(mapping) : session.latency_near(mapping));
    next = next + 1 == mappings_.size() ? 0 : next + 1;
  }
  // Uses the results, so that no compiler may leave the work out.
  MEMPLACE_ASSERT(latest >= Picoseconds(0), "a negative latency");
}

}  // namespace memplace::bench
