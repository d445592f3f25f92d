// SPDX-License-Identifier: Apache-2.0
// What the file of a network calls its tensors.
#include "report/origin.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

using Names = std::vector<std::string>;

// x -> scores -> odds -> y, of which an operator keeps the two in the middle to itself.
Graph chain() {
  GraphBuilder builder("net");
  const auto tensor = [&](const std::string& name, TensorKind kind) {
    Tensor made;
    made.name = name;
    made.kind = kind;
    made.shape = {4};
    made.bytes = Bytes(4);
    return builder.add_tensor(std::move(made));
  };
  TensorId at = tensor("x", TensorKind::kInput);
  builder.set_origin(at, {"image"});
  for (const std::string name : {"scores", "odds", "y"}) {
    Op op;
    op.name = "to_" + name;
    op.kind = "relu";
    op.work = VectorWork{VectorKind::kElementwise, 4};
    op.inputs = {{at, Bytes(4)}};
    at = tensor(name, TensorKind::kActivation);
    op.outputs = {at};
    builder.add_op(std::move(op));
  }
  builder.set_origin(at, {"result", "view"});
  builder.mark_output(at);
  return builder.build();
}

}  // namespace

TEST_CASE("a tensor without a name in the file is within the first one behind it", "[report]") {
  const Graph graph = chain();
  const auto behind = [&](const char* name) {
    return names_behind(graph, graph.find_tensor(name).value());
  };
  CHECK(behind("scores") == Names{"result", "view"});
  CHECK(behind("odds") == Names{"result", "view"});
  CHECK(behind("y").empty());
  CHECK(behind("x").empty());
  CHECK(reported_origin(graph, graph.find_tensor("scores").value()) == Names{});
}

}  // namespace memplace
