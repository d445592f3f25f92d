// SPDX-License-Identifier: Apache-2.0
// Addresses: found, refused, and checked.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/feasible/rectify.h"
#include "sim/oracle/address_validator.h"
#include "sim/oracle/validator.h"
#include "tests/support/small_chips.h"
#include "tests/support/tangled_graph.h"
#include "tests/unit/mapping/test_graphs.h"

namespace memplace {
namespace {

const MemoryId kSmallSram(1);

Address address_of(const Addresses& addresses, TensorId id) {
  return *std::find_if(addresses.tensors.begin(), addresses.tensors.end(),
                       [&](const Address& address) { return address.tensor == id; });
}

// sram holds a.weights (3) and a.out (8, steps 0 and 1), b.out (6, steps 1 and 2).
TEST_CASE("weights lie at the bottom, activations above them", "[mapping]") {
  const Graph graph = chain();
  const Chip chip = small_chip({100, 17});
  const Mapping mapping =
      make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}, {"b.out", "sram"}});
  const auto addresses = allocate(Problem(graph, chip), mapping);
  REQUIRE(addresses.has_value());
  CHECK(validate(Problem(graph, chip), mapping, *addresses) == AddressValidation{});
  CHECK(address_of(*addresses, tensor(graph, "a.weights")) ==
        Address{tensor(graph, "a.weights"), kSmallSram, 0_B, 3_B, {0, 3}});
  CHECK(address_of(*addresses, tensor(graph, "a.out")) ==
        Address{tensor(graph, "a.out"), kSmallSram, 3_B, 8_B, {0, 2}});
  CHECK(address_of(*addresses, tensor(graph, "b.out")) ==
        Address{tensor(graph, "b.out"), kSmallSram, 11_B, 6_B, {1, 3}});
  // x, c.weights and c.out are in dram.
  CHECK(addresses->tensors.size() == 6);
}

// At an alignment of 4 they take 4, 8 and 8: 20 in all. 23 B count as 20, 19 B as 16.
TEST_CASE("storages take whole multiples of the alignment", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 23});
  chip.memories[kSmallSram].alignment = 4_B;
  const Mapping mapping =
      make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}, {"b.out", "sram"}});
  const auto addresses = allocate(Problem(graph, chip), mapping);
  REQUIRE(addresses.has_value());
  CHECK(validate(Problem(graph, chip), mapping, *addresses) == AddressValidation{});
  CHECK(address_of(*addresses, tensor(graph, "a.out")).offset == 4_B);
  CHECK(address_of(*addresses, tensor(graph, "b.out")).offset == 12_B);
  const Occupancy filling = occupancy(Problem(graph, chip), mapping);
  CHECK(filling[kSmallSram].capacity == 20_B);
  CHECK(filling[kSmallSram].live == std::vector<Bytes>{12_B, 20_B, 12_B});

  chip.memories[kSmallSram].capacity = 19_B;
  CHECK_FALSE(allocate(Problem(graph, chip), mapping).has_value());
  CHECK(validate(Problem(graph, chip), mapping) ==
        Validation{Violation::kOverCapacity, TensorId(), kSmallSram, 1, 20_B, 16_B});
}

// Two streams in 3 + 2 x 14 B: weights once, then an arena of 14 B each. One byte less makes arenas
// of 13 B.
TEST_CASE("every stream has an arena of its own", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 31});
  chip.engines.count = 2;
  const Mode two{2, 1, 1};
  const Mapping mapping =
      make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}, {"b.out", "sram"}});
  const auto addresses = allocate(Problem(graph, chip, two), mapping);
  REQUIRE(addresses.has_value());
  CHECK(addresses->arenas[kSmallSram] == Arenas{2, 14_B});
  CHECK(address_of(*addresses, tensor(graph, "a.out")).offset == 3_B);
  CHECK(address_of(*addresses, tensor(graph, "b.out")).offset == 11_B);
  CHECK(validate(Problem(graph, chip, two), mapping, *addresses) == AddressValidation{});
  chip.memories[kSmallSram].capacity = 30_B;
  CHECK_FALSE(allocate(Problem(graph, chip, two), mapping).has_value());
}

// See knot(). The largest that stands out of a layout of 4 B goes.
TEST_CASE("a knot has the bytes but no addresses", "[mapping]") {
  const Graph graph = knot(1);
  const Chip chip = small_chip({100, 4});
  const Mapping asked = uniform_mapping(Problem(graph, chip), kSmallSram);
  CHECK(validate(Problem(graph, chip), asked).violation == Violation::kNone);
  CHECK_FALSE(is_feasible(Problem(graph, chip), asked));
  CHECK_FALSE(allocate(Problem(graph, chip, Mode{}, {}, kExactPacking), asked).has_value());
  CHECK(is_feasible(Problem(graph, small_chip({100, 5})), asked));

  const RectifyResult result = rectify(Problem(graph, chip), asked);
  REQUIRE(std::holds_alternative<Rectified>(result));
  const auto& rectified = std::get<Rectified>(result);
  REQUIRE(rectified.demotions.size() == 1);
  const Demotion& demotion = rectified.demotions[0];
  // Any one of the seven unties it, so one of 1 B goes.
  CHECK(graph.tensor(demotion.tensor).bytes == 1_B);
  CHECK(rectified.epsilon == Epsilon{1_B, 11_B});
  REQUIRE(demotion.refusals.size() == 1);
  CHECK(demotion.refusals[0].reason == RefusalReason::kAddresses);
  CHECK(demotion.refusals[0].bytes_asked == 1_B);
  CHECK(demotion.refusals[0].bytes_free >= 1_B);
  CHECK(is_feasible(Problem(graph, chip), rectified.mapping));
}

// dram holds x (1 B to step 10) and w.out (1 B at step 11) beside the knot: at step 1 x, d1 and e1.
TEST_CASE("a slowest memory without addresses is named", "[mapping]") {
  const Graph graph = knot(1);
  const Chip chip = small_chip({5});
  const Mapping asked = uniform_mapping(Problem(graph, chip), MemoryId(0));
  const RectifyResult result = rectify(Problem(graph, chip), asked);
  REQUIRE(std::holds_alternative<Infeasible>(result));
  CHECK(std::get<Infeasible>(result).message ==
        "network \"knot\" does not fit chip \"small\": no addresses were found for what is left to "
        "dram, the slowest memory, although its 5 B hold the 5 B that are live at step 1 (op "
        "\"e1\"), and no step has more");
  CHECK(std::holds_alternative<Rectified>(rectify(Problem(graph, small_chip({6})), asked)));
}

TEST_CASE("each way for addresses to be wrong is found", "[mapping]") {
  const Graph graph = chain();
  Chip chip = small_chip({100, 40});
  chip.engines.count = 2;
  chip.memories[kSmallSram].alignment = 2_B;
  const Mode two{2, 1, 1};
  const Mapping mapping = make_mapping(graph, chip, {{"a.weights", "sram"}, {"a.out", "sram"}});
  const TensorId weights = tensor(graph, "a.weights");
  const TensorId out = tensor(graph, "a.out");
  const Addresses right = allocate(Problem(graph, chip, two), mapping).value();
  CHECK(validate(Problem(graph, chip, two), mapping, right) == AddressValidation{});
  // weights at 0 to 4, then two arenas of (40 - 4) / 2 B.
  REQUIRE(address_of(right, out).offset == 4_B);
  REQUIRE(right.arenas[kSmallSram].stride == 18_B);

  const auto check = [&](const auto& change) {
    Addresses wrong = right;
    for (Address& address : wrong.tensors) {
      change(address, wrong);
    }
    return validate(Problem(graph, chip, two), mapping, wrong);
  };
  using A = Address;
  Addresses missing = right;
  std::erase_if(missing.tensors, [&](const Address& address) { return address.tensor == out; });
  CHECK(validate(Problem(graph, chip, two), mapping, missing) ==
        AddressValidation{AddressViolation::kMissing, out, {}});
  Addresses twice = right;
  twice.tensors.push_back(address_of(right, out));
  CHECK(validate(Problem(graph, chip, two), mapping, twice) ==
        AddressValidation{AddressViolation::kMissing, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.memory = a.tensor == out ? MemoryId(0) : a.memory; }) ==
        AddressValidation{AddressViolation::kOtherPlace, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.bytes = a.tensor == out ? 7_B : a.bytes; }) ==
        AddressValidation{AddressViolation::kOtherPlace, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.steps.end -= a.tensor == out ? 1U : 0U; }) ==
        AddressValidation{AddressViolation::kOtherTime, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.offset = a.tensor == out ? 5_B : a.offset; }) ==
        AddressValidation{AddressViolation::kMisaligned, out, {}});
  // The second stream's copy ends at 16 + 18 + 8 = 42.
  CHECK(check([&](A& a, Addresses&) { a.offset = a.tensor == out ? 16_B : a.offset; }) ==
        AddressValidation{AddressViolation::kOutside, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.offset = a.tensor == out ? Bytes(-2) : a.offset; }) ==
        AddressValidation{AddressViolation::kOutside, out, {}});
  CHECK(check([&](A& a, Addresses&) { a.offset = a.tensor == out ? 2_B : a.offset; }) ==
        AddressValidation{AddressViolation::kOverlap, weights, out});
  // Copies of two streams share bytes, although each lives with itself alone.
  CHECK(check([&](A&, Addresses& all) { all.arenas[kSmallSram].stride = 6_B; }) ==
        AddressValidation{AddressViolation::kOverlap, out, out});
  CHECK(name_of(AddressViolation::kOverlap) == "overlap");
}

// A packer that keeps no pairs finds the same layouts.
TEST_CASE("layouts do not depend on how neighbours in time are found", "[mapping]") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 7);
    const Graph graph = tangled(rng, 40, 8, 20);
    Chip chip = small_chip({1 << 20, 1});
    const Mapping mapping = uniform_mapping(Problem(graph, chip), kSmallSram);
    fit_bytes(chip, graph, Mode{}, mapping);
    chip.memories[kSmallSram].capacity += 4_B;
    Packer pairs{Problem(graph, chip)};
    Packer none(Problem(graph, chip), 0);
    const bool found = pairs.lay_out(mapping, kSmallSram);
    REQUIRE(none.lay_out(mapping, kSmallSram) == found);
    for (std::size_t i = 0; found && i < pairs.buffers().size(); ++i) {
      CHECK(pairs.offset(i) == none.offset(i));
    }
  }
}

// With 60 ops the rules give up sometimes where the search does not; never the other way.
TEST_CASE("the exact search finds addresses that the rules do not", "[mapping]") {
  int more = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Rng rng(seed, 8);
    const Graph graph = tangled(rng, 60, 8, 20);
    Chip chip = small_chip({1 << 20, 1});
    const Mapping mapping = uniform_mapping(Problem(graph, chip), kSmallSram);
    fit_bytes(chip, graph, Mode{}, mapping);
    const bool quick =
        allocate(Problem(graph, chip, Mode{}, {}, kQuickPacking), mapping).has_value();
    const bool exact =
        allocate(Problem(graph, chip, Mode{}, {}, kExactPacking), mapping).has_value();
    CHECK((exact || !quick));
    more += exact && !quick ? 1 : 0;
  }
  CHECK(more > 0);
}

}  // namespace
}  // namespace memplace
