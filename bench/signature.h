// SPDX-License-Identifier: Apache-2.0
// One number for all that a simulator computes: it changes with any picosecond.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fnv.h"
#include "sim/simulator.h"

namespace memplace::bench {

// FNV-1a over the bytes of 64-bit numbers, the lowest byte first on every machine.
class Fingerprint {
 public:
  void add(std::int64_t number);
  void add(Picoseconds time) { add(time.count()); }
  void add(Bytes bytes) { add(bytes.count()); }
  void add(const SimResult& result);  // every field
  std::uint64_t value() const { return hash_.value(); }

 private:
  Fnv1a hash_;
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

// What a signature is of.
struct SignatureSet {
  std::vector<SignatureCase> cases;
  std::vector<std::string> heuristics;
};

// Frozen, so that one number can be held against that of any version: five networks on both NNP-I
// chips, each in the latency mode and as twelve streams of two inferences, and a few chips with
// what those lack (split channels, bursts).
SignatureSet frozen_signature();

// Whatever comes with memplace now: every network on every chip but the toy, each heuristic. It
// moves when something is added.
SignatureSet whole_signature();

// The fingerprint of all results of the cases: of each heuristic and of random mappings. In the
// latency mode also of what SimSession's shorter ways say: latency(), rebase(), latency_near().
// The same for all simulators that obey docs/model/timing.md, on every machine.
std::uint64_t signature(Simulator& simulator, const SignatureSet& set);

// Sixteen hexadecimal digits.
std::string signature_text(std::uint64_t signature);

}  // namespace memplace::bench
