// SPDX-License-Identifier: Apache-2.0
// What a compiler does to a mapping that does not fit: demote tensors to slower memories.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/strong_id.h"
#include "sim/chip/chip.h"
#include "sim/feasible/demotion.h"
#include "sim/feasible/demotion_log.h"
#include "sim/feasible/ground.h"
#include "sim/feasible/packer.h"
#include "sim/feasible/placer.h"
#include "sim/feasible/placing_order.h"
#include "sim/placement/addresses.h"
#include "sim/placement/mapping.h"
#include "sim/placement/problem.h"

namespace memplace {

// Makes mappings feasible.
//
// The tensors that no mapping decides on are in Chip::io_memory first. Then decisions are placed
// in schedule order, an op's weights before its output; one that does not fit the memory it asks
// for over its lifetime gets the next slower memory that it fits. At last, from the fastest memory
// to the slowest, addresses are looked for (sim/feasible/packer.h); where none are found, what
// stands out of the best layout is demoted likewise, until they are. So a mapping with addresses
// comes back as it was, and the result always has some.
//
// Where the slowest memory has no room for everything, what fits it no more gets the next faster
// memory that it fits. Where that does not work out either, everything is put where one placement
// with addresses has it, the ground (sim/feasible/ground.h), which is looked for at construction;
// with a ground every mapping can be rectified.
//
// Memories not allowed, or that cannot hold a decision, are passed over. The decisions that may not
// be in the slowest memory ("confined") cannot always give way, so they are placed before the
// others and no search for addresses moves them. Where the memories they ask for do not work out,
// all of them get those of one assignment that is found at construction.
//
// All is a function of problem and mapping alone. Not thread-safe: one for each thread.
class Rectifier {
 public:
  explicit Rectifier(const Problem& problem);

  // The search's path: no explanations and, where `given` has its size already and no small problem
  // is searched, no allocation. Only the decisions of `asked` are looked at. False where no mapping
  // can be given; then `given` and `epsilon` are of no use. `asked` and `given` may be one object.
  //
  // Where slowest_allowed() can be rectified, so can everything.
  bool rectify_into(const Mapping& asked, Mapping& given, Epsilon& epsilon);

  // The same placement, explained.
  RectifyResult rectify(const Mapping& asked);

  // Addresses for everything, or nothing where none were found for some memory. Finds them for
  // whatever rectify() gave. `mapping` is settled; constraints are not asked.
  std::optional<Addresses> addresses(const Mapping& mapping);
  // The same where something is fetched to the memories `low`: there the layout is the lowest that
  // the packer's rules give, as MovePlanner has it.
  std::optional<Addresses> addresses(const Mapping& mapping, MemorySet low);

  // What finds the addresses.
  Packer& packer() { return packer_; }

 private:
  enum class Outcome { kDone, kStuck, kFailed };

  void find_whole_ground();
  bool rectify(Mapping& given, DemotionLog* log);
  bool on_ground(std::size_t place) const;
  // `order` has every place in order_.decisions, the confined ones first.
  Outcome place_all(const std::vector<std::size_t>& order, Mapping& given, bool by_ground,
                    DemotionLog* log);
  std::optional<MemoryId> choose(TensorId id, MemoryId wanted, bool rises) const;
  bool rises(std::size_t place) const { return place < order_.confined || !ground_.slowest_packs; }
  Outcome failed(bool by_ground) const;
  Outcome find_addresses(Mapping& given, MemoryId memory, bool by_ground, DemotionLog* log);
  bool confined_pack(const Mapping& given, MemoryId memory);
  bool evict(Mapping& given, MemoryId memory, DemotionLog* log);
  Epsilon measure(const Mapping& given) const;

  Problem problem_;
  Placer placer_;
  Packer packer_;
  PlacingOrder order_;
  std::vector<std::size_t> in_order_;  // 0, 1, ...: the places in order_.decisions
  Ground ground_;
  Mapping asked_;
  Mapping scratch_;
  std::vector<TensorId> evicted_;
};

// Rectifies one mapping. For many, make a Rectifier.
RectifyResult rectify(const Problem& problem, const Mapping& asked);

// Addresses for a settled mapping, or nothing where none were found.
std::optional<Addresses> allocate(const Problem& problem, const Mapping& mapping);

}  // namespace memplace
