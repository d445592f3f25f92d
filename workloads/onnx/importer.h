// SPDX-License-Identifier: Apache-2.0
// Walks a parsed model node by node: finds shapes, folds constants, and inlines functions and
// control flow on the way. Includes the library; private to this folder's reading side.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "workloads/onnx/graph_order.h"
#include "workloads/onnx/inference.h"
#include "workloads/onnx/model.h"
#include "workloads/onnx/proto.h"
#include "workloads/onnx/reader.h"

namespace memplace::onnx {

// Nodes made by unrolling loops, and by inlining functions.
inline constexpr std::int64_t kMostUnrolledNodes = 8192;
inline constexpr std::int64_t kMostInlinedNodes = std::int64_t{1} << 17U;
inline constexpr int kDeepestInlining = 64;
// Of all folded data together; beyond it only values of up to 64 elements keep theirs.
inline constexpr std::int64_t kMostFoldedElements = std::int64_t{1} << 22U;

class Importer {
 public:
  Importer(const pb::ModelProto& proto, std::string path, const ReadOptions& options);

  Model run();

 private:
  using Attributes = std::map<std::string, pb::AttributeProto, std::less<>>;
  using Opsets = std::map<std::string, std::int64_t, std::less<>>;
  using StoredTypes = std::unordered_map<std::string, const pb::TypeProto*>;

  // The names of one graph, and what surrounds it.
  struct Scope {
    const Scope* parent = nullptr;  // whose names are visible too
    std::string prefix;             // of names made here: "LOOP/3/"
    const Opsets* opsets = nullptr;
    const Attributes* arguments = nullptr;  // of the function's call, for references
    StoredTypes stored;
    std::unordered_map<std::string, ValueId> names;
    std::unordered_set<std::string> left_out;  // inputs of a function that its call does not give
    int depth = 0;
  };

  // --- importer.cpp: the model, graphs and scopes
  void check_opsets(const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto>& imports,
                    Opsets& result) const;
  void collect_functions();
  void collect_symbols();
  void check_dims() const;
  void add_inputs(Scope& scope);
  void add_initializers(const pb::GraphProto& graph, Scope& scope);
  void run_nodes(const Nodes& nodes, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs, Scope& scope);
  void run_node(const pb::NodeProto& proto, Scope& scope);
  Model finish(const std::vector<ValueId>& outputs);
  void check_shapes(const std::vector<bool>& node_lives) const;

  std::optional<ValueId> find(const Scope& scope, const std::string& name) const;
  std::optional<Shape> stored_shape(const pb::TypeProto& type) const;
  const pb::TypeProto* stored_type(const Scope& scope, const std::string& name) const;
  ValueId add_value(Value value);
  ValueId add_constant(std::string name, Shape shape, ConstantData data, ElementType type);
  std::string unique_node_name(const std::string& wanted);
  void note(std::string text) const;
  std::string known_symbols_hint() const;

  [[noreturn]] void fail(const std::string& message) const;
  // Where an earlier shape stayed unknown, that is the cause, and its error is thrown instead.
  [[noreturn]] void fail_constant(const std::string& message) const;

  // --- node_import.cpp: one operator
  std::vector<std::optional<ValueId>> inputs_of(const pb::NodeProto& proto, const Scope& scope,
                                                bool allow_sequences = false) const;
  Attributes attributes_of(const pb::NodeProto& proto, const Scope& scope) const;
  std::int64_t version_of(const pb::NodeProto& proto, const std::string& domain,
                          const Scope& scope) const;
  void run_operator(const pb::NodeProto& proto, Scope& scope);
  void infer(Inference& inference, const Attributes& attributes, const std::string& label,
             std::string& reason) const;
  void use_stored_shapes(Inference& inference, const pb::NodeProto& proto, const Scope& scope,
                         const std::string& label) const;
  // Adds the outputs' values, and the node where they are not constant.
  void emit(Node node, Inference& inference, const std::vector<std::string>& output_names,
            const std::string& label, const std::string& reason);
  // A node of the standard that no file holds; its one output.
  ValueId make_node(std::string_view op_type, const std::string& name, std::vector<ValueId> inputs,
                    std::map<std::string, Attribute, std::less<>> attributes);

  // --- old_opsets.cpp
  void modernize(Node& node);
  void align_second_operand(Node& node);

  // --- control_flow.cpp
  bool run_control_flow(const pb::NodeProto& proto, Scope& scope);
  void run_function(const pb::FunctionProto& function, const pb::NodeProto& proto, Scope& scope);
  void run_if(const pb::NodeProto& proto, Scope& scope);
  void run_loop(const pb::NodeProto& proto, Scope& scope);
  void run_scan(const pb::NodeProto& proto, Scope& scope);
  std::vector<ValueId> run_subgraph(const pb::GraphProto& graph, const Scope& around,
                                    const std::vector<ValueId>& inputs, const std::string& prefix);
  ValueId stack(const std::vector<ValueId>& parts, std::int64_t axis, const std::string& name,
                const std::string& label);
  void bind(const pb::NodeProto& proto, int output, ValueId value, Scope& scope) const;
  std::optional<std::int64_t> constant_integer(std::optional<ValueId> id) const;

  // --- sequences.cpp: sequences and optionals of known length exist only while reading
  bool run_sequence(const pb::NodeProto& proto, Scope& scope);
  const std::vector<ValueId>& sequence_of(const pb::NodeProto& proto, int input,
                                          const Scope& scope) const;
  void bind_sequence(const pb::NodeProto& proto, std::vector<ValueId> items, Scope& scope);
  void split_to_sequence(const pb::NodeProto& proto, Scope& scope);
  std::size_t position_in(const pb::NodeProto& proto, int input, const Scope& scope,
                          std::size_t otherwise, std::size_t end) const;

  const pb::ModelProto& proto_;
  std::string path_;
  const ReadOptions& options_;
  Opsets opsets_;
  Model model_;
  Scope scope_;                                                          // of the main graph
  std::unordered_map<std::string, const pb::FunctionProto*> functions_;  // "DOMAIN:NAME:OVERLOAD"
  std::unordered_map<const pb::FunctionProto*, Opsets> function_opsets_;
  std::unordered_map<const void*, GraphOrder> orders_;  // by the graph's nodes
  std::map<std::uint32_t, std::vector<ValueId>> sequences_;
  std::unordered_set<std::string> node_names_;
  std::unordered_map<std::string, int> op_counts_;
  std::set<std::string> symbols_;       // of inputs and stored shapes
  std::set<std::string> open_symbols_;  // those of inputs that have no size, or INPUT.AXIS
  std::vector<std::pair<ValueId, std::string>> open_inputs_;  // and what is asked for
  std::vector<std::string> missing_;                          // by node: why a shape is unknown
  std::optional<std::string> first_missing_;
  std::int64_t folded_elements_ = 0;
  std::int64_t unrolling_ = 0;  // loops around the node at hand
  std::int64_t unrolled_ = 0;
  std::int64_t inlined_ = 0;
};

}  // namespace memplace::onnx
