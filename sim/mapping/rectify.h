// SPDX-License-Identifier: Apache-2.0
// What a compiler does to a mapping that does not fit: demote tensors to slower memories.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"
#include "sim/chip/chip.h"
#include "sim/mapping/addresses.h"
#include "sim/mapping/constraints.h"
#include "sim/mapping/mapping.h"
#include "sim/mapping/packer.h"
#include "sim/mapping/placer.h"
#include "workloads/graph/graph.h"

namespace memplace {

// How far a mapping was from feasible, as exact integers. The bytes are those of the network's
// tensors, counted once whatever the mode.
struct Epsilon {
  Bytes demoted_bytes;  // of demoted tensors
  Bytes asked_bytes;    // of all tensors asked above the slowest memory

  // demoted / asked, in [0, 1]; 0 where nothing was asked.
  double value() const;
  bool operator==(const Epsilon&) const = default;
};

// A tensor that takes room where another was refused. `bytes` counts all its copies in the
// instance, each in whole multiples of the alignment.
struct Holder {
  TensorId tensor;
  Bytes bytes;

  bool operator==(const Holder&) const = default;
};

// Why a tensor was not given a memory.
enum class RefusalReason {
  kBytes,      // it would hold more live bytes than it has
  kAddresses,  // the bytes are free, but no addresses were found that are
  kForbidden,  // a constraint
  kOthers,     // constraints of other tensors, which were given their memories together
};
std::string_view name_of(RefusalReason reason);  // bytes, addresses, forbidden, others

// A memory that a tensor was not given. At `step`, the step with the largest lack (the first of
// those), it asked for `bytes_asked` of one instance of which `bytes_free` were left; for kBytes
// these are fewer, for kAddresses they are not. The holders are the tensors placed before it, or
// for kAddresses beside it, that are live then, largest first.
struct Refusal {
  MemoryId memory;
  RefusalReason reason = RefusalReason::kBytes;
  std::size_t step = 0;
  Bytes bytes_asked;
  Bytes bytes_free;
  std::vector<Holder> holders;

  bool operator==(const Refusal&) const = default;
};

// A tensor that got another memory than asked, and what refused it in the order that was tried:
// from the asked memory down to the one above the given. Where constraints leave no slower memory,
// from the asked one down to the slowest and then those up to the given.
struct Demotion {
  TensorId tensor;
  MemoryId asked;
  MemoryId given;
  std::vector<Refusal> refusals;

  bool operator==(const Demotion&) const = default;
};

// A feasible mapping, and what it took to get there.
struct Rectified {
  Mapping mapping;
  Epsilon epsilon;
  std::vector<Demotion> demotions;  // in schedule order

  bool feasible_as_asked() const { return demotions.empty(); }
};

// No mapping can be given: even the slowest memory cannot hold what is left, or no addresses were
// found there, or for what constraints keep out of it. The message names the network and what
// lacks.
struct Infeasible {
  std::string message;
};

using RectifyResult = std::variant<Rectified, Infeasible>;

// Makes mappings feasible, for one network on one chip in one mode.
//
// The tensors that no mapping decides on are in the slowest memory first. Then decisions are placed
// in schedule order, an op's weights before its output; one that does not fit the memory it asks
// for over its lifetime gets the next slower memory that it fits. At last, from the fastest memory
// to the slowest, addresses are looked for (sim/mapping/packer.h); where none are found, what
// stands out of the best layout is demoted likewise, until they are. So a mapping with addresses
// comes back as it was, and the result always has some.
//
// Constraints: memories not allowed are passed over. The decisions that may not be in the slowest
// memory ("confined") cannot always give way, so they are placed before the others and no search
// for addresses moves them. Where the memories they ask for do not work out, all of them get those
// of one assignment that is found at construction.
//
// All is a function of the arguments alone. Not thread-safe: one for each thread.
class Rectifier {
 public:
  Rectifier(const Graph& graph, const Chip& chip, const Mode& mode,
            const PackingEffort& effort = kQuickPacking, const Constraints& constraints = {});

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

 private:
  enum class Outcome { kDone, kConfinedStuck, kFailed };
  // What the explained path writes down.
  struct Log {
    std::vector<Demotion> demotions;
    std::string failure;
  };

  void find_decisions();
  void find_ground();
  bool assign_confined(bool thoroughly);
  bool place_confined(TensorId id, bool thoroughly);
  bool rectify(Mapping& given, Log* log);
  Outcome place_all(Mapping& given, bool by_ground, Log* log);
  std::optional<MemoryId> choose(std::size_t place, MemoryId wanted) const;
  Outcome find_addresses(Mapping& given, MemoryId memory, bool by_ground, Log* log);
  bool confined_pack(const Mapping& given, MemoryId memory);
  bool evict(Mapping& given, MemoryId memory, Log* log);
  Epsilon measure(const Mapping& given) const;

  void log_placing(std::size_t place, MemoryId found, const Mapping& given, Log& log) const;
  void log_eviction(TensorId id, MemoryId from, MemoryId found, const Mapping& given,
                    Log& log) const;
  RefusalReason reason_against(TensorId id, MemoryId memory) const;
  Refusal explain(TensorId id, MemoryId memory, RefusalReason reason, const Mapping& given) const;
  std::string describe_failure(TensorId tensor, const Mapping& given) const;
  std::string describe_fixed() const;
  std::string describe_no_addresses() const;
  std::string describe_confined() const;
  std::size_t fullest_step() const;

  Graph graph_;
  Chip chip_;
  Constraints constraints_;
  Placer placer_;
  Packer packer_;
  std::vector<TensorId> decisions_;           // as they are placed: the confined ones first
  std::size_t confined_ = 0;                  // so many
  IdVector<TensorId, std::size_t> rank_;      // place of a decision in decisions_
  IdVector<TensorId, std::size_t> schedule_;  // and in the schedule's order
  std::vector<Bytes> bytes_;                  // of each decision's group
  std::vector<TensorId> fixed_;
  std::vector<std::pair<TensorId, TensorId>> followers_;  // and whom they follow
  IdVector<TensorId, char> movable_;                      // the decisions that are not confined

  // The confined decisions where they have addresses together, all others in the slowest memory.
  Mapping ground_;
  std::optional<TensorId> homeless_;  // the first confined decision without a place in it
  bool slowest_packs_ = false;        // whatever is in it
  Mapping asked_;
  Mapping scratch_;
  std::vector<TensorId> evicted_;
};

// Rectifies one mapping. For many, make a Rectifier.
RectifyResult rectify(const Graph& graph, const Chip& chip, const Mode& mode, const Mapping& asked,
                      const PackingEffort& effort = kQuickPacking,
                      const Constraints& constraints = {});

// Addresses for a settled mapping, or nothing where none were found.
std::optional<Addresses> allocate(const Graph& graph, const Chip& chip, const Mode& mode,
                                  const Mapping& mapping,
                                  const PackingEffort& effort = kQuickPacking);

}  // namespace memplace
