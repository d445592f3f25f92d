// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/graph_order.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/infer/inference.h"

namespace memplace::onnx {
namespace {

void add_captures(const pb::GraphProto& graph, std::set<std::string>& result);

// The names that a node reads: its inputs, and what its subgraphs take from around them.
std::set<std::string> names_read(const pb::NodeProto& node) {
  std::set<std::string> result(node.input().begin(), node.input().end());
  result.erase("");
  for (const pb::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) {
      add_captures(attribute.g(), result);
    }
    for (const pb::GraphProto& graph : attribute.graphs()) {
      add_captures(graph, result);
    }
  }
  return result;
}

void add_captures(const pb::GraphProto& graph, std::set<std::string>& result) {
  const std::vector<std::string> given = given_names(graph);
  std::unordered_set<std::string> own(given.begin(), given.end());
  for (const auto& node : graph.node()) {
    own.insert(node.output().begin(), node.output().end());
  }
  const auto add = [&](const std::string& name) {
    if (!name.empty() && !own.contains(name)) {
      result.insert(name);
    }
  };
  for (const auto& node : graph.node()) {
    for (const std::string& name : names_read(node)) {
      add(name);
    }
  }
  for (const auto& each : graph.output()) {
    add(each.name());
  }
}

// Indices of nodes, by the names they read and write.
class Sorter {
 public:
  Sorter(const Nodes& nodes, const std::vector<std::string>& inputs,
         const std::function<bool(const std::string&)>& is_outer)
      : nodes_(nodes),
        given_(inputs.begin(), inputs.end()),
        before_(static_cast<std::size_t>(nodes.size())) {
    for (int i = 0; i < nodes.size(); ++i) {
      for (const std::string& name : nodes[i].output()) {
        if (name.empty()) {
          continue;
        }
        if (given_.contains(name)) {
          throw Malformed{fmt::format("value \"{}\" is an input or initializer, and written by {}",
                                      printable(name), label_of(nodes[i]))};
        }
        const auto [other, added] = writers_.emplace(name, i);
        if (!added) {
          throw Malformed{fmt::format("value \"{}\" is written by {} and by {}", printable(name),
                                      label_of(nodes[other->second]), label_of(nodes[i]))};
        }
      }
    }
    for (int i = 0; i < nodes.size(); ++i) {
      for (const std::string& name : names_read(nodes[i])) {
        if (const auto writer = writers_.find(name); writer != writers_.end()) {
          before_[static_cast<std::size_t>(i)].push_back(writer->second);
        } else if (!given_.contains(name) && !is_outer(name)) {
          throw Malformed{
              fmt::format("{}: its input \"{}\" is no graph input, no initializer and no output of "
                          "a node",
                          label_of(nodes[i]), printable(name))};
        }
      }
    }
  }

  // The least index that is ready comes first, so that a sorted file keeps its order.
  std::vector<int> sorted() const {
    std::vector<int> waits(before_.size());
    std::vector<std::vector<int>> after(before_.size());
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (std::size_t i = 0; i < before_.size(); ++i) {
      waits[i] = static_cast<int>(before_[i].size());
      for (const int source : before_[i]) {
        after[static_cast<std::size_t>(source)].push_back(static_cast<int>(i));
      }
      if (waits[i] == 0) {
        ready.push(static_cast<int>(i));
      }
    }
    std::vector<int> result;
    while (!ready.empty()) {
      const int next = ready.top();
      ready.pop();
      result.push_back(next);
      for (const int reader : after[static_cast<std::size_t>(next)]) {
        if (--waits[static_cast<std::size_t>(reader)] == 0) {
          ready.push(reader);
        }
      }
    }
    if (result.size() != before_.size()) {
      throw Malformed{cycle(waits)};
    }
    return result;
  }

  std::vector<bool> needed_for(const std::vector<std::string>& outputs) const {
    std::vector<bool> needed(before_.size(), false);
    std::vector<int> open;
    const auto add = [&](int i) {
      if (!needed[static_cast<std::size_t>(i)]) {
        needed[static_cast<std::size_t>(i)] = true;
        open.push_back(i);
      }
    };
    for (const std::string& name : outputs) {
      if (const auto writer = writers_.find(name); writer != writers_.end()) {
        add(writer->second);
      }
    }
    while (!open.empty()) {
      const int i = open.back();
      open.pop_back();
      std::for_each(before_[static_cast<std::size_t>(i)].begin(),
                    before_[static_cast<std::size_t>(i)].end(), add);
    }
    return needed;
  }

  bool knows(const std::string& name) const {
    return writers_.contains(name) || given_.contains(name);
  }

 private:
  // From a node that still waits, back along what it waits for, until a node comes again.
  std::string cycle(const std::vector<int>& waits) const {
    const auto first = std::find_if(waits.begin(), waits.end(), [](int n) { return n > 0; });
    std::vector<int> path;
    std::vector<std::ptrdiff_t> position(waits.size(), -1);  // in the path
    auto next = static_cast<int>(first - waits.begin());
    while (position[static_cast<std::size_t>(next)] < 0) {
      position[static_cast<std::size_t>(next)] = static_cast<std::ptrdiff_t>(path.size());
      path.push_back(next);
      const auto& sources = before_[static_cast<std::size_t>(next)];
      next = *std::find_if(sources.begin(), sources.end(),
                           [&](int source) { return waits[static_cast<std::size_t>(source)] > 0; });
    }
    path.push_back(next);
    const auto begin = path.begin() + position[static_cast<std::size_t>(next)];
    std::vector<std::string> labels;
    std::transform(begin, path.end(), std::back_inserter(labels),
                   [&](int i) { return label_of(nodes_[i]); });
    std::reverse(labels.begin(), labels.end());
    constexpr std::size_t kMostShown = 8;
    const bool shortened = labels.size() > kMostShown;
    labels.resize(std::min(labels.size(), kMostShown));
    return fmt::format("the graph has a cycle: {}{}", fmt::join(labels, " -> "),
                       shortened ? " -> ..." : "");
  }

  const Nodes& nodes_;
  std::unordered_set<std::string> given_;  // inputs and initializers
  std::unordered_map<std::string, int> writers_;
  std::vector<std::vector<int>> before_;  // writers of what node i reads
};

using AttributeType = pb::AttributeProto::AttributeType;

std::vector<AttributeType> types_held(const pb::AttributeProto& attribute) {
  using A = pb::AttributeProto;
  std::vector<AttributeType> result;
  const auto add = [&](bool held, AttributeType type) {
    if (held) {
      result.push_back(type);
    }
  };
  add(attribute.has_f(), A::FLOAT);
  add(attribute.has_i(), A::INT);
  add(attribute.has_s(), A::STRING);
  add(attribute.has_t(), A::TENSOR);
  add(attribute.has_g(), A::GRAPH);
  add(attribute.has_sparse_tensor(), A::SPARSE_TENSOR);
  add(attribute.has_tp(), A::TYPE_PROTO);
  add(attribute.floats_size() > 0, A::FLOATS);
  add(attribute.ints_size() > 0, A::INTS);
  add(attribute.strings_size() > 0, A::STRINGS);
  add(attribute.tensors_size() > 0, A::TENSORS);
  add(attribute.graphs_size() > 0, A::GRAPHS);
  add(attribute.sparse_tensors_size() > 0, A::SPARSE_TENSORS);
  add(attribute.type_protos_size() > 0, A::TYPE_PROTOS);
  return result;
}

void check_attribute(const pb::NodeProto& node, const pb::AttributeProto& attribute) {
  const std::vector<AttributeType> held = types_held(attribute);
  for (const AttributeType type : held) {
    if (type != (attribute.has_type() ? attribute.type() : held.front())) {
      throw Malformed{fmt::format("{}: attribute \"{}\" is declared {} and holds {}",
                                  label_of(node), printable(attribute.name()),
                                  pb::AttributeProto::AttributeType_Name(
                                      attribute.has_type() ? attribute.type() : held.front()),
                                  pb::AttributeProto::AttributeType_Name(type))};
    }
  }
  if (attribute.has_g()) {
    check_nodes(attribute.g().node());
  }
  for (const pb::GraphProto& graph : attribute.graphs()) {
    check_nodes(graph.node());
  }
}

}  // namespace

std::string label_of(const pb::NodeProto& node) {
  const std::string& name = !node.name().empty()     ? node.name()
                            : node.output_size() > 0 ? node.output(0)
                                                     : node.name();
  return fmt::format("{} \"{}\" ({})", node.name().empty() ? "node that writes" : "node",
                     printable(name), printable(node.op_type()));
}

const pb::AttributeProto* attribute_of(const pb::NodeProto& node, std::string_view name) {
  for (const pb::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) {
      return &attribute;
    }
  }
  return nullptr;
}

std::vector<std::string> names_of(
    const google::protobuf::RepeatedPtrField<pb::ValueInfoProto>& values) {
  std::vector<std::string> names;
  for (const auto& value : values) {
    names.push_back(value.name());
  }
  return names;
}

std::vector<std::string> given_names(const pb::GraphProto& graph) {
  std::vector<std::string> names = names_of(graph.input());
  for (const auto& each : graph.initializer()) {
    names.push_back(each.name());
  }
  for (const auto& each : graph.sparse_initializer()) {
    names.push_back(each.values().name());
  }
  return names;
}

GraphOrder order_of(const Nodes& nodes, const std::vector<std::string>& inputs,
                    const std::vector<std::string>& outputs,
                    const std::function<bool(const std::string&)>& is_outer) {
  const Sorter sorter(nodes, inputs, is_outer);
  for (const std::string& name : outputs) {
    if (!sorter.knows(name) && !is_outer(name)) {
      throw Malformed{fmt::format("output \"{}\" is written by no node", printable(name))};
    }
  }
  GraphOrder order;
  order.nodes = sorter.sorted();
  order.resorted = !std::is_sorted(order.nodes.begin(), order.nodes.end());
  const std::vector<bool> needed = sorter.needed_for(outputs);
  std::erase_if(order.nodes, [&](int i) { return !needed[static_cast<std::size_t>(i)]; });
  return order;
}

void check_nodes(const Nodes& nodes) {
  for (const pb::NodeProto& node : nodes) {
    if (node.op_type().empty()) {
      throw Malformed{fmt::format("{} has no operator", label_of(node))};
    }
    std::unordered_set<std::string> names;
    for (const pb::AttributeProto& attribute : node.attribute()) {
      if (!names.insert(attribute.name()).second) {
        throw Malformed{fmt::format("{}: attribute \"{}\" is given twice", label_of(node),
                                    printable(attribute.name()))};
      }
      check_attribute(node, attribute);
    }
  }
}

}  // namespace memplace::onnx
