// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/placer.h"

#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "tests/support/decisions.h"
#include "tests/support/random_chip.h"
#include "tests/support/random_graph.h"
#include "tests/support/small_chips.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

// The example in sim/feasible/placer.h:
//   step   0   1   2   3   4
//   a          aaaaaaa
//   b          bbbbbbbbbbbbbbb
//   needs      |--12 B-|-8 B--|
TEST_CASE("a decision's needs are disjoint segments", "[mapping]") {
  const Graph graph = parse_graph_text(
      "input x 1\n"
      "s: copy(1) in=x out=1\n"
      "p: copy(1) w=7 in=s out=4,8\n"
      "q: copy(1) in=p out=0\n"
      "r: copy(1) in=q out=0\n"
      "t: copy(1) in=r,p.out1 out=1\n");
  const Placer placer(Problem(graph, small_chip({100, 20})));
  const auto needs = placer.segments(tensor(graph, "p.out"), MemoryId(1));
  CHECK(std::vector<Segment>(needs.begin(), needs.end()) ==
        std::vector<Segment>{{{1, 3}, 12_B}, {{3, 5}, 8_B}});
  const auto weights = placer.segments(tensor(graph, "p.weights"), MemoryId(1));
  CHECK(std::vector<Segment>(weights.begin(), weights.end()) ==
        std::vector<Segment>{{{0, 5}, 7_B}});
  CHECK(placer.segments(tensor(graph, "q.out"), MemoryId(1)).empty());
}

TEST_CASE("place_from takes the next slower memory that has room", "[mapping]") {
  const Graph graph = chain();
  Placer placer(Problem(graph, small_chip({20, 10, 8})));
  CHECK(placer.place_from(tensor(graph, "a.out"), MemoryId(2)) == MemoryId(2));
  CHECK(placer.place_from(tensor(graph, "b.out"), MemoryId(2)) == MemoryId(1));
  CHECK(placer.place_from(tensor(graph, "c.weights"), MemoryId(1)) == MemoryId(0));
  CHECK(placer.taken(MemoryId(2), 1) == 8_B);
  CHECK(placer.taken(MemoryId(2), 2) == 0_B);
  CHECK(placer.taken(MemoryId(0), 0) == 9_B);
  placer.clear();
  CHECK(placer.taken(MemoryId(2), 1) == 0_B);
  CHECK(placer.taken(MemoryId(0), 0) == 4_B);

  Placer none(Problem(graph, small_chip({7, 1, 1})));
  CHECK(none.fixed_fit());
  CHECK_FALSE(none.place_from(tensor(graph, "a.out"), MemoryId(2)).has_value());
  CHECK(none.taken(MemoryId(0), 0) == 4_B);
  CHECK_FALSE(Placer(Problem(graph, small_chip({3, 50, 50}))).fixed_fit());
}

// The shortcuts of Placer against sums over every step.
TEST_CASE("placing and removing at random agrees with plain sums", "[mapping]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 1);
    const Graph graph = random_graph(rng, {});
    const Chip chip = random_chip(rng, graph);
    const Mode mode = random_mode(rng, chip);
    Placer placer(Problem(graph, chip, mode));
    const Placer empty = placer;
    std::vector<std::pair<TensorId, MemoryId>> placed;
    const auto taken = [&](MemoryId memory, std::size_t step) {
      Bytes sum = empty.taken(memory, step);
      for (const auto& [id, where] : placed) {
        for (const Segment& segment : placer.segments(id, where)) {
          if (where == memory && segment.steps.contains(step)) {
            sum += segment.bytes * placer.copies(id, memory);
          }
        }
      }
      return sum;
    };
    for (int i = 0; i < 40 && !decisions_of(graph).empty(); ++i) {
      if (!placed.empty() && rng.chance(0.4)) {
        const auto index = static_cast<std::size_t>(rng.below(placed.size()));
        placer.remove(placed[index].first, placed[index].second);
        placed.erase(placed.begin() + static_cast<std::ptrdiff_t>(index));
      } else {
        const TensorId id =
            decisions_of(graph)[static_cast<std::size_t>(rng.below(decisions_of(graph).size()))];
        const MemoryId memory(static_cast<std::size_t>(rng.below(chip.memories.size())));
        bool fits = true;
        for (const Segment& segment : placer.segments(id, memory)) {
          for (std::size_t step = segment.steps.begin; step < segment.steps.end; ++step) {
            fits = fits && taken(memory, step) + segment.bytes * placer.copies(id, memory) <=
                               placer.capacity(memory);
          }
        }
        REQUIRE(placer.fits(id, memory) == fits);
        placer.place(id, memory);
        placed.emplace_back(id, memory);
      }
      for (const MemoryId memory : chip.memories.ids()) {
        for (std::size_t step = 0; step < placer.steps(); ++step) {
          REQUIRE(placer.taken(memory, step) == taken(memory, step));
        }
      }
    }
  }
}

}  // namespace
}  // namespace memplace
