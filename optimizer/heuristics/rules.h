// SPDX-License-Identifier: Apache-2.0
// The heuristics by name; callers go through optimizer/heuristics/heuristic.h.
#pragma once

#include <cstdint>

#include "sim/placement/mapping.h"
#include "sim/placement/placement.h"
#include "sim/placement/problem.h"

namespace memplace {

// Tensors that are placed between two looks for a stop (base/stopping.h), each of which may ask or
// fill as many steps as there are.
inline constexpr std::uint32_t kTensorsBetweenLooks = 64;

// The slowest memory that can hold the decision.
inline MemoryId slowest_for(const Problem& problem, TensorId id) {
  return problem.decisions().memories(id).slowest();
}

// Everything in the slowest memory.
Mapping map_all_slowest(const Problem& problem);

// The baseline of this project, assumed and ours: in schedule order, activations to the fastest
// memory, weights to the next slower one, each falling to the next memory where it does not fit.
// Weights go there because the public interface of one compiler of the kind (pytorch/glow,
// lib/Backends/NNPI) has an option to keep them out of the LLC, so in the LLC is its default.
Mapping map_native(const Problem& problem);

// In schedule order, every tensor to the fastest memory that it still fits.
Mapping map_sram_first(const Problem& problem);

// From the fastest memory down: the tensors whose reads and writes get most time shorter for each
// byte that they take, first. Blind to compute and to lifetimes, save that they must fit.
Mapping map_density_greedy(const Problem& problem);

// After the memory space assignment of XLA (openxla/xla, xla/service/memory_space_assignment): an
// op costs the larger of its compute and its operands' bytes over their memories' bandwidths, and
// each memory is packed by what a tensor's place saves of that for each byte and step it takes.
// Then what saves nothing makes room and the packing is repeated. Unlike XLA it moves no tensor
// between memories during its life.
Mapping map_memory_space_assignment(const Problem& problem);

// Weights stream: those that stay near are spread over the schedule so that the slow channel is
// busy throughout, the others are fetched in the order of their use into a ring. For each memory
// and several sizes of its ring the weights for which an op waits longest are kept, one after the
// other; the least latency that the flow model (flow_model.h) has on all these ways counts.
Placement place_stream(const Problem& problem);

// After the memory space assignment of XLA (openxla/xla, xla/service/memory_space_assignment), of
// which it takes the prefetches: by benefit for each byte and step, each tensor gets an interval in
// a faster memory from as late as hides its copy behind other ops; what cannot be hidden, or finds
// no room, stays in a faster memory throughout where there is room.
Placement place_prefetch(const Problem& problem);

}  // namespace memplace
