// SPDX-License-Identifier: Apache-2.0
// Functions, and control flow whose course is known, become plain nodes. Includes the library.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "workloads/onnx/read/graph_order.h"
#include "workloads/onnx/read/model_builder.h"
#include "workloads/onnx/read/scope.h"

namespace memplace::onnx {

class Inliner {
 public:
  // Adds the nodes of a graph that its outputs need; `inputs` are the names that it defines itself.
  using RunNodes = std::function<void(const Nodes& nodes, const std::vector<std::string>& inputs,
                                      const std::vector<std::string>& outputs, Scope& scope)>;

  Inliner(const pb::ModelProto& proto, ModelBuilder& model, RunNodes run_nodes);

  // Once before any node. Throws Malformed where functions clash.
  void collect_functions();
  // Counts a node that runs, against the limits.
  void count(const pb::NodeProto& proto, const Scope& scope);
  // Does nothing and returns false for a node that is neither a call nor control flow.
  bool run(const pb::NodeProto& proto, Scope& scope);

 private:
  void run_function(const pb::FunctionProto& function, const pb::NodeProto& proto, Scope& scope);
  void run_if(const pb::NodeProto& proto, Scope& scope);
  void run_loop(const pb::NodeProto& proto, Scope& scope);
  void run_scan(const pb::NodeProto& proto, Scope& scope);
  void count_trip(const std::string& label);
  // Binds what is carried, then what is collected, joined along `axes`, or 0 where these are empty.
  void finish_loop(const pb::NodeProto& proto, Scope& scope, std::int64_t trips,
                   const std::vector<ValueId>& carried,
                   const std::vector<std::vector<ValueId>>& collected,
                   const std::vector<std::int64_t>& axes);
  std::vector<ValueId> run_subgraph(const pb::GraphProto& graph, const Scope& around,
                                    const std::vector<ValueId>& inputs, const std::string& prefix);

  const pb::ModelProto& proto_;
  ModelBuilder& model_;
  RunNodes run_nodes_;
  std::unordered_map<std::string, const pb::FunctionProto*> functions_;  // "DOMAIN:NAME:OVERLOAD"
  std::unordered_map<const pb::FunctionProto*, Opsets> function_opsets_;
};

}  // namespace memplace::onnx
