// SPDX-License-Identifier: Apache-2.0
// The table of built-in networks, and making one from text such as "bert-base:seq=128,batch=4".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/graph/graph.h"

namespace memplace {

struct BuiltinParameter {
  std::string name;
  std::int64_t fallback = 1;  // the value where none is given
  std::int64_t least = 1;
  std::int64_t most = 1;
  std::string summary;
};

// A built-in network. `make` takes the graph's name, one value a parameter, in the table's order
// and inside its range, and the type of weights and activations (int8, fp16 or fp32).
struct BuiltinInfo {
  std::string name;
  std::string summary;
  std::vector<BuiltinParameter> parameters;
  Graph (*make)(std::string name, std::span<const std::int64_t> values, DType dtype) = nullptr;
};

// All built-in networks, and their names in the same order.
std::span<const BuiltinInfo> builtins();
std::span<const std::string> builtin_names();

// Makes the network of `spec`, which is NAME or NAME:PARAMETER=VALUE,... The graph is called NAME,
// with those parameters that differ from their defaults, in the table's order. Throws Error for
// unknown names and parameters (with the known and the nearest), parameters given twice, malformed
// or out of range, and types that are no type of a network.
Graph make_builtin(std::string_view spec, DType dtype);

}  // namespace memplace
