// SPDX-License-Identifier: Apache-2.0
// What a conversion costs grows with the model, not with its square: counted in allocations. Not
// seen by them are passes that only compare; of these none looks at all nodes for each node.
#include <cstddef>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/allocation_count.h"
#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

// A chain of `nodes` nodes of one name, each followed by one that changes nothing.
std::size_t allocations_of_chain(int nodes) {
  ModelMaker maker;
  ValueId at = maker.input("x", {1, 8});
  for (int i = 0; i < nodes; ++i) {
    at = maker.node("Exp", {at}, {1, 8}, {}, "one_name_for_each_of_them");
    at = maker.node("Identity", {at}, {1, 8}, {}, "identity");
  }
  maker.output(at);
  const std::size_t before = memplace::test::allocation_count();
  const Graph graph = maker.convert();
  CHECK(graph.ops().size() == static_cast<std::size_t>(nodes));
  return memplace::test::allocation_count() - before;
}

// With 2,000 nodes of one name, numbering each from 2 on made 2,000,000 texts.
TEST_CASE("twice the nodes of one name cost twice as much", "[onnx]") {
  const std::size_t once = allocations_of_chain(1000);
  const std::size_t twice = allocations_of_chain(2000);
  CHECK(once < 1000 * 200);
  CHECK(twice < 2 * once + once / 5);
}

// As many products of one matrix as nodes, each with a bias of its own, which all lie beside it.
TEST_CASE("twice the readers of one matrix cost twice as much", "[onnx]") {
  const auto allocations = [](int nodes) {
    ModelMaker maker;
    ValueId at = maker.input("x", {1, 8});
    const ValueId matrix = maker.constant("w", {8, 8});
    for (int i = 0; i < nodes; ++i) {
      at = maker.node("MatMul", {at, matrix}, {1, 8});
      at = maker.node("Add", {at, maker.constant("b" + std::to_string(i), {8})}, {1, 8});
    }
    maker.output(at);
    const std::size_t before = memplace::test::allocation_count();
    const Graph graph = maker.convert();
    // 64 elements, and a bias of four bytes each for every channel of every product.
    CHECK(graph.totals().weight_bytes == Bytes(64 + 4 * 8 * nodes));
    return memplace::test::allocation_count() - before;
  };
  const std::size_t once = allocations(1000);
  CHECK(allocations(2000) < 2 * once + once / 5);
}

}  // namespace
}  // namespace memplace::onnx::test
