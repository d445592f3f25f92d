// SPDX-License-Identifier: Apache-2.0
// One number for all that a simulator computes: it changes with any picosecond.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/simulator.h"

namespace memplace::bench {

// FNV-1a over the bytes of 64-bit numbers, the lowest byte first on every machine.
class Fingerprint {
 public:
  void add(std::int64_t number);
  void add(Picoseconds time) { add(time.count()); }
  void add(Bytes bytes) { add(bytes.count()); }
  void add(const SimResult& result);  // every field
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

// A network on a chip in a mode, and how it is simulated.
struct SignatureCase {
  std::string workload;
  std::string chip;
  std::vector<std::string> overrides;  // of the chip's numbers
  std::optional<std::int64_t> streams;
  std::optional<std::int64_t> inferences;
  std::size_t mappings = 0;  // random ones, beside the heuristics'
};

// The built-in networks on both NNP-I chips, each in the latency mode and as twelve streams of two
// inferences, and a few chips with what those lack (split channels, bursts).
std::vector<SignatureCase> signature_cases();

// The fingerprint of all results of the cases: of each heuristic and of random mappings. In the
// latency mode also of what SimSession's shorter ways say: latency(), rebase(), latency_near().
// The same for all simulators that obey docs/timing-model.md, on every machine.
std::uint64_t signature(Simulator& simulator, std::span<const SignatureCase> cases);

// Sixteen hexadecimal digits.
std::string signature_text(std::uint64_t signature);

}  // namespace memplace::bench
