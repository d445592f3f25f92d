// SPDX-License-Identifier: Apache-2.0
#include "workloads/builtin/builtins.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/number_text.h"
#include "base/split.h"
#include "workloads/builtin/networks.h"

namespace memplace {
namespace {

BuiltinParameter batch_parameter() { return {"batch", 1, 1, 1024, "samples at once"}; }

BuiltinParameter image_parameter() {
  return {"image", 224, 32, 4096, "height and width of the image in pixels"};
}

BuiltinParameter seq_parameter(std::int64_t fallback) {
  return {"seq", fallback, 1, 512, "tokens of a sample"};
}

std::vector<BuiltinInfo> make_table() {
  std::vector<BuiltinInfo> table;
  table.push_back({"resnet50",
                   "ResNet-50 v1.5, image classification",
                   {batch_parameter(), image_parameter()},
                   [](std::string name, std::span<const std::int64_t> values, DType dtype) {
                     return make_resnet(std::move(name), {3, 4, 6, 3}, values[0], values[1], dtype);
                   }});
  table.push_back(
      {"resnet101",
       "ResNet-101 v1.5, image classification",
       {batch_parameter(), image_parameter()},
       [](std::string name, std::span<const std::int64_t> values, DType dtype) {
         return make_resnet(std::move(name), {3, 4, 23, 3}, values[0], values[1], dtype);
       }});
  table.push_back({"bert-base",
                   "BERT-base with a sequence classifier",
                   {batch_parameter(), seq_parameter(128)},
                   [](std::string name, std::span<const std::int64_t> values, DType dtype) {
                     return make_bert(std::move(name), {12, 768, 12, BertHead::kClassifier},
                                      values[0], values[1], dtype);
                   }});
  table.push_back({"bert-large",
                   "BERT-large with question answering logits",
                   {batch_parameter(), seq_parameter(384)},
                   [](std::string name, std::span<const std::int64_t> values, DType dtype) {
                     return make_bert(std::move(name), {24, 1024, 16, BertHead::kQuestionAnswering},
                                      values[0], values[1], dtype);
                   }});
  table.push_back({"mobilenet-v2",
                   "MobileNet-V2, width 1.0, image classification",
                   {batch_parameter(), image_parameter()},
                   [](std::string name, std::span<const std::int64_t> values, DType dtype) {
                     return make_mobilenet_v2(std::move(name), values[0], values[1], dtype);
                   }});
  return table;
}

std::int64_t parse_value(const BuiltinInfo& info, const BuiltinParameter& parameter,
                         std::string_view text) {
  const auto value = parse_number<std::int64_t>(text);
  if (!value || *value < parameter.least || *value > parameter.most) {
    throw Error(fmt::format("workload {}: {} is \"{}\", expected a whole number from {} to {}",
                            info.name, parameter.name, text, parameter.least, parameter.most));
  }
  return *value;
}

// The index of the parameter that `assignment` (NAME=VALUE) sets, and the value's text.
std::pair<std::size_t, std::string_view> parse_assignment(const BuiltinInfo& info,
                                                          std::string_view assignment) {
  std::vector<std::string> names;
  for (const BuiltinParameter& parameter : info.parameters) {
    names.push_back(parameter.name);
  }
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    throw Error(fmt::format("workload {}: got \"{}\", expected PARAMETER=VALUE; known: {}",
                            info.name, assignment, fmt::join(names, ", ")));
  }
  const std::string_view name = assignment.substr(0, equals);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw Error(
        fmt::format("workload {}: {}", info.name, unknown_name_message("parameter", name, names)));
  }
  return {static_cast<std::size_t>(found - names.begin()), assignment.substr(equals + 1)};
}

std::string graph_name(const BuiltinInfo& info, std::span<const std::int64_t> values) {
  std::string name = info.name;
  char separator = ':';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != info.parameters[i].fallback) {
      name += fmt::format("{}{}={}", separator, info.parameters[i].name, values[i]);
      separator = ',';
    }
  }
  return name;
}

}  // namespace

std::span<const BuiltinInfo> builtins() {
  static const std::vector<BuiltinInfo> table = make_table();
  return table;
}

std::span<const std::string> builtin_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const BuiltinInfo& info : builtins()) {
      list.push_back(info.name);
    }
    return list;
  }();
  return names;
}

Graph make_builtin(std::string_view spec, DType dtype) {
  const std::size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  const auto info = std::find_if(builtins().begin(), builtins().end(),
                                 [&](const BuiltinInfo& entry) { return entry.name == name; });
  if (info == builtins().end()) {
    throw Error(unknown_name_message("workload", name, builtin_names()));
  }
  if (dtype != DType::kInt8 && dtype != DType::kFp16 && dtype != DType::kFp32) {
    throw Error(fmt::format("workload {}: dtype is \"{}\", expected int8, fp16 or fp32", info->name,
                            name_of(dtype)));
  }
  std::vector<std::optional<std::int64_t>> given(info->parameters.size());
  if (colon != std::string_view::npos) {
    for (const std::string_view assignment : split(spec.substr(colon + 1), ',')) {
      const auto [index, text] = parse_assignment(*info, assignment);
      if (given[index].has_value()) {
        throw Error(fmt::format("workload {}: {} is given twice", info->name,
                                info->parameters[index].name));
      }
      given[index] = parse_value(*info, info->parameters[index], text);
    }
  }
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < given.size(); ++i) {
    values.push_back(given[i].value_or(info->parameters[i].fallback));
  }
  return info->make(graph_name(*info, values), values, dtype);
}

}  // namespace memplace
