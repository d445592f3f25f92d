// SPDX-License-Identifier: Apache-2.0
// Sessions at work on one set of mappings, each on one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "sim/simulator.h"

namespace memplace::bench {

class Crew {
 public:
  enum class Way { kLatency, kLatencyNear };

  // Forks of `session`; for kLatencyNear each is given `base` by rebase(). `mappings` outlives the
  // crew. The calling thread is one of them.
  Crew(const SimSession& session, int threads, Way way, const Mapping& base,
       const std::vector<Mapping>& mappings);

  // Evaluates `count` mappings, going through the set again and again.
  void evaluate(std::int64_t count);

 private:
  void evaluate_part(SimSession& session, std::int64_t begin, std::int64_t end) const;

  ThreadPool threads_;
  std::vector<std::unique_ptr<SimSession>> sessions_;
  Way way_;
  const std::vector<Mapping>& mappings_;
};

}  // namespace memplace::bench
