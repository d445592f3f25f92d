// SPDX-License-Identifier: Apache-2.0
// The order in which a graph's nodes run, and whether its names make sense. Includes the library.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/onnx/read/proto.h"

namespace memplace::onnx {

using Nodes = google::protobuf::RepeatedPtrField<pb::NodeProto>;

// How a node is called in messages: `node "NAME" (OP)`, or by its first output where unnamed.
std::string label_of(const pb::NodeProto& node);

// The attribute, or null.
const pb::AttributeProto* attribute_of(const pb::NodeProto& node, std::string_view name);

std::vector<std::string> names_of(
    const google::protobuf::RepeatedPtrField<pb::ValueInfoProto>& values);
// The names that a graph defines without a node: inputs and initializers.
std::vector<std::string> given_names(const pb::GraphProto& graph);

struct GraphOrder {
  std::vector<int> nodes;  // indices of those that an output needs, in an order that works
  bool resorted = false;   // the file's own order does not
};

// `inputs` are the names that the graph defines without a node, `outputs` what must be made, and
// is_outer tells whether an enclosing scope has a name. Names that two nodes write, names that
// nobody defines and cycles throw Malformed, named.
GraphOrder order_of(const Nodes& nodes, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs,
                    const std::function<bool(const std::string&)>& is_outer);

// Throws Malformed where an attribute is given twice or holds another type than it declares, or
// where a node, here or in a subgraph, has no operator.
void check_nodes(const Nodes& nodes);

}  // namespace memplace::onnx
