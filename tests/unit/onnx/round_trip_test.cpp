// SPDX-License-Identifier: Apache-2.0
// Networks as models and back, without files.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/rng.h"
#include "sim/chip/chip_reader.h"
#include "sim/timing/program.h"
#include "tests/support/random_graph.h"
#include "tests/unit/onnx/model_maker.h"
#include "tests/unit/onnx/same_work.h"
#include "workloads/builtin/builtins.h"
#include "workloads/onnx/export/export.h"

namespace memplace::onnx::test {
namespace {

Graph there_and_back(const Graph& graph) {
  std::vector<std::string> notes;
  return convert(to_model(graph), {.dtype = network_type(graph)}, notes);
}

}  // namespace

TEST_CASE("built-in networks make the round trip", "[onnx]") {
  const std::vector<std::string> specs{"resnet50",        "resnet101",
                                       "bert-base",       "bert-large",
                                       "mobilenet-v2",    "bert-base:seq=32,batch=3",
                                       "resnet50:batch=2"};
  for (const std::string& spec : specs) {
    for (const DType dtype : {DType::kInt8, DType::kFp16, DType::kFp32}) {
      CAPTURE(spec, name_of(dtype));
      const Graph graph = make_builtin(spec, dtype);
      const Model model = to_model(graph);
      const Graph back = there_and_back(graph);
      CHECK(back.totals() == graph.totals());
      REQUIRE(back.ops().size() == graph.ops().size());
      for (const OpId id : graph.ops()) {
        CAPTURE(graph.op(id).name);
        CHECK(back.op(id).name == graph.op(id).name);
        CHECK(back.op(id).kind == graph.op(id).kind);
        CHECK(back.op(id).work == graph.op(id).work);
        CHECK(back.op(id).window == graph.op(id).window);
      }
      // Only the positions of BERT, a table without indices, are no operator of the standard.
      const auto own = std::count_if(model.nodes.begin(), model.nodes.end(),
                                     [](const Node& node) { return node.domain == "memplace"; });
      CHECK(own == (spec.rfind("bert", 0) == 0 ? 1 : 0));
    }
  }
}

namespace {

// Times depend on a program and a mapping only, and a mapping on tensors by place.
void check_programs(const Graph& a, const Graph& b) {
  const Chip chip = load_chip("nnpi");
  const Mode mode = resolve_mode(chip, std::nullopt, std::nullopt, std::nullopt);
  const Program p = lower(Problem(a, chip, mode));
  const Program q = lower(Problem(b, chip, mode));
  check_same_work(p, q);
}

}  // namespace

TEST_CASE("a built-in network lowers to the same program after the round trip", "[onnx]") {
  for (const std::string& name : builtin_names()) {
    CAPTURE(name);
    const Graph graph = make_builtin(name, DType::kInt8);
    check_programs(graph, there_and_back(graph));
  }
}

// Networks of every feature: most of their ops have no operator of the standard.
TEST_CASE("random networks make the round trip", "[onnx]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    const Graph graph = random_graph(rng, {});
    const Graph back = there_and_back(graph);
    CHECK(back.totals() == graph.totals());
    REQUIRE(back.ops().size() == graph.ops().size());
    check_programs(graph, back);
  }
}

}  // namespace memplace::onnx::test
