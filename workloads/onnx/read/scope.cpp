// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/read/scope.h"

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/infer/inference.h"
#include "workloads/onnx/read/graph_order.h"
#include "workloads/onnx/read/reader.h"

namespace memplace::onnx {

std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

Opsets opsets_of(const google::protobuf::RepeatedPtrField<pb::OperatorSetIdProto>& imports) {
  Opsets result;
  for (const auto& each : imports) {
    const std::string domain = domain_of(each.domain());
    if (domain.empty() && (each.version() < kOldestOpset || each.version() > kNewestOpset)) {
      throw Malformed{fmt::format("opset {} of the standard domain, expected {} to {}",
                                  each.version(), kOldestOpset, kNewestOpset)};
    }
    const auto [other, added] = result.emplace(domain, each.version());
    if (!added && other->second != each.version()) {
      throw Malformed{fmt::format("domain \"{}\" is imported as opset {} and as {}",
                                  printable(domain), other->second, each.version())};
    }
  }
  if (result.empty()) {
    throw Malformed{"it imports no operator set"};
  }
  return result;
}

std::optional<ValueId> Scope::find(const std::string& name) const {
  for (const Scope* each = this; each != nullptr; each = each->parent) {
    if (const auto found = each->names.find(name); found != each->names.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

std::optional<ValueId> Scope::find_input(const pb::NodeProto& proto, int input) const {
  return input < proto.input_size() ? find(proto.input(input)) : std::nullopt;
}

bool Scope::is_left_out(const std::string& name) const {
  for (const Scope* each = this; each != nullptr; each = each->parent) {
    if (each->left_out.contains(name)) {
      return true;
    }
  }
  return false;
}

void Scope::store_types(const google::protobuf::RepeatedPtrField<pb::ValueInfoProto>& values) {
  for (const auto& each : values) {
    stored[each.name()] = &each.type();
  }
}

void Scope::bind(const pb::NodeProto& proto, int output, ValueId value) {
  if (output < proto.output_size() && !proto.output(output).empty()) {
    names[proto.output(output)] = value;
  }
}

Attributes Scope::attributes_of(const pb::NodeProto& proto) const {
  Attributes result;
  for (const pb::AttributeProto& attribute : proto.attribute()) {
    if (attribute.ref_attr_name().empty()) {
      result[attribute.name()] = attribute;
    } else if (arguments != nullptr) {
      const auto argument = arguments->find(attribute.ref_attr_name());
      if (argument != arguments->end()) {
        result[attribute.name()] = argument->second;
        result[attribute.name()].set_name(attribute.name());
      }
    }
  }
  return result;
}

std::int64_t Scope::version_of(const pb::NodeProto& proto, const std::string& domain) const {
  const auto found = opsets->find(domain);
  if (found == opsets->end() && domain.empty()) {
    throw Malformed{fmt::format("{}: the standard domain is not imported", label_of(proto))};
  }
  return found == opsets->end() ? 1 : found->second;
}

}  // namespace memplace::onnx
