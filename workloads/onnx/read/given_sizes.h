// SPDX-License-Identifier: Apache-2.0
// Sizes that are given to symbolic axes: which there are, and that those given are taken and agree.
// Includes the library.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/model/model.h"
#include "workloads/onnx/read/proto.h"

namespace memplace::onnx {

// Told of a model's inputs and of what the file stores of values, in the order of reading. What is
// wrong with the sizes given is thrown as Malformed.
class GivenSizes {
 public:
  using Sizes = std::map<std::string, std::int64_t>;

  // A size that is given to a symbol, where the file has the symbol at an axis that the other sizes
  // make another.
  struct Conflict {
    std::string symbol;
    std::string value;
    std::size_t axis = 0;
    std::int64_t made = 0;
  };
  using Conflicts = std::vector<Conflict>;
  // What reading the model with other sizes finds; none where it fails.
  using Trial = std::function<std::optional<Conflicts>(const Sizes&)>;

  GivenSizes(const pb::GraphProto& graph, const Sizes& sizes);

  // That each name given is one, and each size within the limits.
  void check_names() const;
  // The shape of a graph input as far as it is known, and what is asked for where it is not.
  std::string size_input(const pb::ValueInfoProto& input, Value& value);
  // An input with a default value has its shape, whatever is given.
  void check_default(const pb::ValueInfoProto& input, const Value& value);
  // None where the file stores none, or an axis of it has no size.
  std::optional<Shape> stored_shape(const pb::TypeProto& type) const;
  // Compares what the file stores of a value with its shape.
  void note_conflicts(const pb::TypeProto& stored, const std::string& name,
                      const Inference& inference, std::size_t output);
  const Conflicts& conflicts() const { return conflicts_; }

  // Once all is read: that no size contradicts the others, and each is taken.
  void check_taken(const Trial& read_with) const;
  // A size of 0 empties values. A node of which nothing is left is none; one that still makes
  // something must know what to make of nothing.
  void check_empty(const Model& model, const std::vector<bool>& node_lives) const;

  // The sizes that are given to all axes of a node's result, by RESULT.AXIS; none where they are
  // not. `known` are the axes that the operator says, negative where they depend on data.
  std::optional<Shape> result_shape(const std::string& name, const Shape& known);

  // Behind the error of a shape that is not known: the symbols of inputs that have no size.
  std::string hint() const;
  // And inputs that may decide it, to which a value may be given.
  std::string value_hint(const Model& model) const;

 private:
  void check_axis(const std::string& name) const;
  bool names_result(const std::string& name) const;
  bool is_given_wrong(const Conflict& conflict, const Trial& read_with) const;
  std::string emptied_by() const;

  const pb::GraphProto& graph_;
  const Sizes& sizes_;
  std::set<std::string> symbols_;       // of inputs and stored shapes
  std::set<std::string> open_symbols_;  // those of inputs that have no size, or INPUT.AXIS
  // Names given a size that an input has taken, and those that stored shapes and defaults have.
  std::set<std::string> sized_inputs_;
  std::set<std::string> met_symbols_;
  Conflicts conflicts_;
};

}  // namespace memplace::onnx
