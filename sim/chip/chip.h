// SPDX-License-Identifier: Apache-2.0
// The chip: engines and memories, complete and validated. Read from YAML by sim/chip/chip_reader.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "workloads/graph/types.h"

namespace memplace {

using MemoryId = StrongId<struct MemoryTag>;

// The most that any chip may have; the SystemC model elaborates this much once.
inline constexpr std::size_t kMaxMemories = 8;
inline constexpr std::size_t kMaxStreams = 12;
inline constexpr std::int64_t kMaxEngines = 4096;
inline constexpr std::int64_t kMaxInferences = 10'000;  // of a stream

// Whether a memory exists once, or once in each engine.
enum class Scope { kChip, kEngine };

// Whether reads and writes share one channel or have one each.
enum class Channels { kShared, kSplit };

// One memory level. Energies, power and area are for reports; they do not change time.
struct Memory {
  std::string name;
  Bytes capacity;  // of one instance (one engine's, for Scope::kEngine)
  Bandwidth read_bandwidth;
  Bandwidth write_bandwidth;
  Picoseconds latency;  // added after service, pipelined
  Scope scope = Scope::kChip;
  Channels channels = Channels::kShared;
  std::optional<Bytes> max_burst;  // longer requests queue again after each burst
  Bytes alignment = Bytes(1);      // of addresses inside the memory
  bool read_only = false;          // while a network runs: it holds weights alone
  EnergyPerByte read_energy;
  EnergyPerByte write_energy;
  Power static_power;
  AreaPerMebibyte area;

  bool operator==(const Memory&) const = default;
};

// Elements the MAC grid handles at once along its three unrolled dimensions.
struct Grid {
  std::int64_t output_channels = 1;
  std::int64_t input_channels = 1;
  std::int64_t positions = 1;

  bool operator==(const Grid&) const = default;
};

// The vector unit: `width` bytes of operands a cycle, and for each kind of work a cost in
// operations an element. `cycles = ceil(elements x cost x bytes per element / width)`.
struct VectorUnit {
  Bytes width;
  std::array<std::int64_t, kVectorKindCount> cost{};

  bool operator==(const VectorUnit&) const = default;
};

// Shares of one engine's staging buffer. There are two input and two output slots.
struct Staging {
  Bytes weights;
  Bytes input_slot;
  Bytes output_slot;

  bool operator==(const Staging&) const = default;
};

struct Engines {
  std::int64_t count = 1;
  Frequency clock;
  Grid grid;
  // Grid passes an element type costs, relative to int8: {int8, fp16, fp32}.
  std::array<std::int64_t, 3> passes{1, 1, 1};
  VectorUnit vector;
  Bytes staging_buffer;  // of one engine; holds the shares below
  Staging staging;
  Picoseconds dispatch_overhead;  // dispatch and synchronisation, once an op
  Area area;                      // of one engine without its memories

  bool operator==(const Engines&) const = default;
};

// Who goes first on a channel: demand, with pieces of moves where none waits; or whoever came
// first.
enum class MoverService { kDemandFirst, kFcfs };
std::string_view name_of(MoverService service);  // demand_first, fcfs

inline constexpr std::int64_t kMaxMoverPlaces = 64;

// The DMA engine of each stream that fetches tensors during an inference (law 9).
struct Mover {
  Bytes piece = Bytes(64 << 10);
  std::int64_t in_flight = 2;  // pieces at once, at most kMaxMoverPlaces
  Picoseconds overhead;        // before each piece is read
  MoverService service = MoverService::kDemandFirst;

  bool operator==(const Mover&) const = default;
};

// A chip. Memories are ordered from slow and large to fast and small; there is at least one.
struct Chip {
  std::string name;
  std::string description;  // for people, may be empty
  Engines engines;
  IdVector<MemoryId, Memory> memories;
  MemoryId io_memory;  // of the network's inputs and outputs; not read-only
  Mover mover;

  MemoryId slowest() const { return MemoryId(0); }
  MemoryId fastest() const { return MemoryId(memories.size() - 1); }
  std::optional<MemoryId> find_memory(std::string_view memory_name) const;

  bool operator==(const Chip&) const = default;
};

// How the engines are used: `streams` independent inferences at once, each on `engines_per_stream`
// engines, each running `inferences` one after the other.
struct Mode {
  std::int64_t streams = 1;
  std::int64_t engines_per_stream = 1;
  std::int64_t inferences = 1;

  bool operator==(const Mode&) const = default;
};

// Fills in the defaults of docs/guide/glossary.md: one stream, all engines divided among the
// streams, one inference for one stream and eight for more. Throws Error where the chip has too few
// engines, or for numbers below 1 or above kMaxStreams streams or 10,000 inferences.
Mode resolve_mode(const Chip& chip, std::optional<std::int64_t> streams,
                  std::optional<std::int64_t> engines_per_stream,
                  std::optional<std::int64_t> inferences);

// A memory as one mode sees it: an engine-scope memory is pooled over the engines of a stream, and
// there is one such pool a stream. Bandwidths and capacity are those of one instance.
struct MemoryInstances {
  std::size_t instances = 1;
  Bytes capacity;
  Bandwidth read_bandwidth;
  Bandwidth write_bandwidth;
};
MemoryInstances instances_of(const Memory& memory, const Mode& mode);

}  // namespace memplace
