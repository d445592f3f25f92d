// SPDX-License-Identifier: Apache-2.0
// The names of one graph while it is read, and what surrounds it. Includes the library.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "workloads/onnx/model/model.h"
#include "workloads/onnx/read/proto.h"

namespace memplace::onnx {

using Attributes = std::map<std::string, pb::AttributeProto, std::less<>>;
using Opsets = std::map<std::string, std::int64_t, std::less<>>;

// "ai.onnx" is the standard's other name.
std::string domain_of(const std::string& domain);

// The opsets that a model or function imports, by domain. Throws Malformed where there are none,
// two of one domain, or one of the standard that is not read.
Opsets opsets_of(const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto>& imports);

struct Scope {
  const Scope* parent = nullptr;  // whose names are visible too
  std::string prefix;             // of names made here: "LOOP/3/"
  const Opsets* opsets = nullptr;
  const Attributes* arguments = nullptr;  // of the function's call, for references
  std::unordered_map<std::string, const pb::TypeProto*> stored;
  std::unordered_map<std::string, ValueId> names;
  std::unordered_set<std::string> left_out;  // inputs of a function that its call does not give
  int depth = 0;

  std::optional<ValueId> find(const std::string& name) const;
  // Of input `input`; none where the node has no such input or it is not defined.
  std::optional<ValueId> find_input(const pb::NodeProto& proto, int input) const;
  bool is_left_out(const std::string& name) const;
  void store_types(const google::protobuf::RepeatedPtrField<pb::ValueInfoProto>& values);
  void bind(const pb::NodeProto& proto, int output, ValueId value);
  // With references to the attributes of a function's call resolved.
  Attributes attributes_of(const pb::NodeProto& proto) const;
  // Of the opset that an operator is from. Throws Malformed where the standard is not imported.
  std::int64_t version_of(const pb::NodeProto& proto, const std::string& domain) const;
};

}  // namespace memplace::onnx
