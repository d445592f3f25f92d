// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/ground.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/stopping.h"

namespace memplace {
namespace {

// How hard addresses are looked for when a confined decision joins others.
constexpr PackingEffort kThorough{50, kMostAllocationBuffers, 5'000};

class GroundFinder {
 public:
  GroundFinder(const Problem& problem, const PlacingOrder& order, Placer& placer, Packer& packer)
      : chip_(problem.chip()),
        constraints_(problem.constraints()),
        order_(order),
        placer_(placer),
        packer_(packer) {}

  Ground find() {
    if (!placer_.fixed_fit()) {
      return ground_;
    }
    begin();
    ground_.io_packs =
        chip_.io_memory == chip_.slowest() || packer_.learn(ground_.mapping, chip_.io_memory);
    if (!ground_.io_packs) {
      return ground_;
    }
    if (!assign_confined(false)) {
      begin();
      if (!assign_confined(true)) {
        return ground_;
      }
    }
    for (const MemoryId memory : chip_.memories.ids()) {
      if (memory != chip_.slowest() && order_.confined > 0) {
        packer_.learn(ground_.mapping, memory);
      }
    }
    bool fits = true;
    for (std::size_t place = order_.confined; place < order_.decisions.size(); ++place) {
      const TensorId id = order_.decisions[place];
      fits = fits && placer_.fits(id, chip_.slowest());
      placer_.place(id, chip_.slowest());
      ground_.mapping[id] = chip_.slowest();
    }
    ground_.slowest_packs = fits && packer_.learn(ground_.mapping, chip_.slowest());
    ground_.grounded = ground_.slowest_packs;
    return ground_;
  }

 private:
  void begin() {
    ground_.mapping = Mapping(order_.schedule.size(), kNoMemory);
    placer_.clear();
    for (const TensorId id : order_.fixed) {
      ground_.mapping[id] = chip_.io_memory;
    }
  }

  // Each confined decision in the slowest memory where it has addresses; those with fewest memories
  // to choose from first. Thoroughly: those without a choice together.
  bool assign_confined(bool thoroughly) {
    ground_.homeless.reset();
    std::vector<TensorId> order(
        order_.decisions.begin(),
        order_.decisions.begin() + static_cast<std::ptrdiff_t>(order_.confined));
    const auto choices = [&](TensorId id) { return constraints_.allowed[id].size(); };
    std::stable_sort(order.begin(), order.end(),
                     [&](TensorId a, TensorId b) { return choices(a) < choices(b); });
    std::size_t first = 0;
    for (; thoroughly && first < order.size() && choices(order[first]) == 1; ++first) {
      const TensorId id = order[first];
      const MemoryId memory = constraints_.allowed[id].slowest();
      if (!placer_.fits(id, memory)) {
        ground_.homeless = id;
        return false;
      }
      placer_.place(id, memory);
      ground_.mapping[id] = memory;
    }
    for (std::size_t level = 1; first > 0 && level < chip_.memories.size(); ++level) {
      if (!packer_.learn(ground_.mapping, MemoryId(level))) {
        ground_.homeless = *std::find_if(order.begin(), order.end(), [&](TensorId id) {
          return ground_.mapping[id] == MemoryId(level);
        });
        return false;
      }
    }
    for (; first < order.size(); ++first) {
      look_for_stop();
      if (!place_confined(order[first], thoroughly)) {
        ground_.homeless = order[first];
        return false;
      }
    }
    return true;
  }

  bool place_confined(TensorId id, bool thoroughly) {
    for (const MemoryId memory : chip_.memories.ids()) {
      if (!constraints_.allows(id, memory) || !placer_.fits(id, memory)) {
        continue;
      }
      ground_.mapping[id] = memory;
      if (packer_.packs(ground_.mapping, memory) ||
          (thoroughly && packer_.learn(ground_.mapping, memory, kThorough))) {
        placer_.place(id, memory);
        return true;
      }
      ground_.mapping[id] = kNoMemory;
    }
    return false;
  }

  const Chip& chip_;
  const Constraints& constraints_;
  const PlacingOrder& order_;
  Placer& placer_;
  Packer& packer_;
  Ground ground_;
};

}  // namespace

Ground find_ground(const Problem& problem, const PlacingOrder& order, Placer& placer,
                   Packer& packer) {
  return GroundFinder(problem, order, placer, packer).find();
}

}  // namespace memplace
