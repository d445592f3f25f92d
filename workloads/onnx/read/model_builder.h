// SPDX-License-Identifier: Apache-2.0
// The model that reading makes: its values and nodes, as far as they are known. Includes the
// library.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/model.h"
#include "workloads/onnx/model/names.h"
#include "workloads/onnx/read/given_sizes.h"
#include "workloads/onnx/read/scope.h"

namespace memplace::onnx {

// Nodes made by unrolling loops, and by inlining functions.
inline constexpr std::int64_t kMostUnrolledNodes = 8192;
inline constexpr std::int64_t kMostInlinedNodes = std::int64_t{1} << 17U;

struct InlinedCounts {
  std::int64_t loops = 0;  // around the node at hand
  std::int64_t unrolled = 0;
  std::int64_t inlined = 0;
};

class ModelBuilder {
 public:
  // `notes` may be null.
  ModelBuilder(std::string name, std::string path, std::vector<std::string>* notes,
               const GivenSizes& sizes);

  // Throws Error: `PATH: MESSAGE`.
  [[noreturn]] void fail(const std::string& message) const;
  // Where an earlier shape stayed unknown, that is the cause, and its error is thrown instead.
  [[noreturn]] void fail_constant(const std::string& message) const;
  void note(std::string_view text) const;
  // A note of what was taken for granted, which the model keeps.
  void warn(const std::string& text);

  const Value& value(ValueId id) const { return model_.values[id]; }
  // Of a tensor of one element; none where it is not constant.
  std::optional<std::int64_t> constant_integer(std::optional<ValueId> id) const;
  // Of a sequence; null for a tensor.
  const std::vector<ValueId>* items_of(std::optional<ValueId> id) const;
  // The node's inputs, all defined and, if not asked for otherwise, tensors.
  std::vector<std::optional<ValueId>> inputs_of(const pb::NodeProto& proto, const Scope& scope,
                                                bool allow_sequences = false) const;

  // An input of the model; `asked` says what is missing where its shape is not known.
  ValueId add_input(Value value, const std::string& asked);
  ValueId add_constant(std::string name, Shape shape, std::vector<std::int64_t> data,
                       ElementType type = ElementType::kInt64);
  ValueId add_sequence(std::string name, std::vector<ValueId> items);
  void add_initializers(const pb::GraphProto& graph, Scope& scope);
  // A constant that the user gives, in place of an input.
  ValueId add_given(Value value) { return add_value(std::move(value)); }
  // The same for a constant whose data the file lacks.
  Value& constant(ValueId id) { return model_.values[id]; }

  std::string unique_node_name(const std::string& wanted) { return node_names_.unique(wanted); }
  // The values behind a node's inputs, null where left out.
  std::vector<const Value*> values_of(const Node& node) const;
  // Finds what rules say of the outputs; where they cannot, `reason` is why.
  void infer(Inference& inference, const Attributes& attributes, const std::string& label,
             std::string& reason) const;
  // Adds the outputs' values, which it returns, and the node where they are not constant.
  std::vector<std::optional<ValueId>> emit(Node node, Inference& inference,
                                           const std::vector<std::string>& output_names,
                                           const std::string& label, const std::string& reason);
  // A node of the standard that no file holds; its one output.
  ValueId make_node(std::string_view op_type, const std::string& name, std::vector<ValueId> inputs,
                    std::map<std::string, Attribute, std::less<>> attributes);
  // The parts, joined along a new axis.
  ValueId stack(const std::vector<ValueId>& parts, std::int64_t axis, const std::string& name,
                const std::string& label);

  // Drops the nodes that no output needs, and the values that no node is left to touch.
  Model finish(const std::vector<ValueId>& outputs);

  InlinedCounts counts;

 private:
  ValueId add_value(Value value);

  std::string path_;
  std::vector<std::string>* notes_;
  const GivenSizes& sizes_;
  Model model_;
  // Sequences and optionals of known length exist only while reading.
  std::unordered_map<std::size_t, std::vector<ValueId>> sequences_;  // by the value's index
  NumberedTexts node_names_;
  std::vector<std::pair<ValueId, std::string>> open_inputs_;  // and what is asked for
  std::vector<std::pair<ValueId, std::string>> missing_;      // why a shape is unknown
  std::optional<std::string> first_missing_;
  std::int64_t folded_elements_ = 0;
};

// Steps of reading a node, each told in its own file.

// A node of the standard becomes what opset 7 would hold. Throws Malformed where it cannot be
// right.
void modernize(Node& node, ModelBuilder& model);
// Runs a node that makes or takes a sequence or an optional; returns false for any other.
bool run_sequence(const pb::NodeProto& proto, Scope& scope, ModelBuilder& model);

}  // namespace memplace::onnx
