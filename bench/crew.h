// SPDX-License-Identifier: Apache-2.0
// Sessions at work on one set of mappings, each on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/simulator.h"

namespace memplace::bench {

class Crew {
 public:
  enum class Way { kLatency, kLatencyNear };

  // Forks of `session`; for kLatencyNear each is given `base` by rebase(). `mappings` outlives the
  // crew. With one thread it is the calling one.
  Crew(const SimSession& session, int threads, Way way, const Mapping& base,
       const std::vector<Mapping>& mappings);

  // Evaluates `count` mappings, going through the set again and again.
  void evaluate(std::int64_t count);

 private:
  void evaluate_part(SimSession& session, std::int64_t begin, std::int64_t end) const;

  std::vector<std::unique_ptr<SimSession>> sessions_;
  Way way_;
  const std::vector<Mapping>& mappings_;
};

}  // namespace memplace::bench
