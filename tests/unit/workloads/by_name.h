// SPDX-License-Identifier: Apache-2.0
// What a network has to have, by its name.
#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "workloads/graph/graph.h"

namespace memplace {

inline const Op& op_of(const Graph& graph, const std::string& name) {
  const auto id = graph.find_op(name);
  REQUIRE(id.has_value());
  return graph.op(*id);
}

inline const Tensor& tensor_of(const Graph& graph, const std::string& name) {
  const auto id = graph.find_tensor(name);
  REQUIRE(id.has_value());
  return graph.tensor(*id);
}

}  // namespace memplace
