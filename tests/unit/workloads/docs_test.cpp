// SPDX-License-Identifier: Apache-2.0
// The network in docs/model/workloads.md is one.
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {

TEST_CASE("the example of docs/model/workloads.md reads", "[workloads]") {
  const std::string page = read_file(std::string(MEMPLACE_SOURCE_DIR) + "/docs/model/workloads.md");
  const std::string fence = "```yaml\n";
  const std::size_t begin = page.find(fence) + fence.size();
  const std::string yaml = page.substr(begin, page.find("```", begin) - begin);
  const Graph graph = read_graph_yaml(YamlDocument::from_text(yaml, "docs/model/workloads.md"));
  CHECK(graph.ops().size() == 3);
  CHECK(graph.op(OpId(0)).macs() == 16 * 8 * 3 * 9);
  CHECK(graph.tensor(graph.find_tensor("conv.out").value()).bytes == Bytes(128));
  CHECK(graph.op(OpId(2)).is_view());
}

TEST_CASE("docs/model/workloads.md has every built-in network", "[workloads]") {
  const std::string page = read_file(std::string(MEMPLACE_SOURCE_DIR) + "/docs/model/workloads.md");
  for (const std::string& name : builtin_names()) {
    const std::size_t ops = make_builtin(name, DType::kInt8).ops().size();
    CAPTURE(name, ops);
    CHECK(page.find("| `" + name + "` | " + std::to_string(ops) + " |") != std::string::npos);
  }
}

}  // namespace memplace
