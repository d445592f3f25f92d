// SPDX-License-Identifier: Apache-2.0
// The settings of a network on a chip, which every request has.
#pragma once

#include <string>
#include <vector>

#include "base/file_kinds.h"
#include "optimizer/studies/settings/field.h"
#include "optimizer/studies/settings/request.h"
#include "sim/chip/chip.h"

namespace memplace {

// In names that all requests share. Throw Error as choices do.
Codec<DType> dtype_codec();
std::vector<std::string> dtype_names();
std::vector<std::string> model_names();  // event, systemc, both
// heuristic, exact: whether one searches.
Codec<bool> allocator_codec();
std::vector<std::string> allocator_names();

// moving, static: whether a mapping may fetch tensors.
Codec<bool> places_codec();
std::vector<std::string> places_names();
Codec<PlannerKind> planner_codec();
std::vector<std::string> planner_names();  // ring, joint

template <class Request>
std::vector<RequestField<Request>> program_fields() {
  using Kind = FieldInfo::Kind;
  std::vector<RequestField<Request>> fields;
  fields.push_back(
      field<Request>(&Request::workload, text_codec(),
                     {.key = "workload",
                      .json = "workload",
                      .help = "built-in NAME[:KEY=VALUE,...], a graph file\n(.yaml) or "
                              "a model (.onnx)",
                      .always = true}));
  fields.push_back(
      field<Request>(&Request::dtype, dtype_codec(),
                     {.kind = Kind::kChoice,
                      .key = "dtype",
                      .flag = "--dtype",
                      .json = "dtype",
                      .type = "TYPE",
                      .help = "{}: of a built-in network, or what floats of an .onnx file cost",
                      .always = true,
                      .names = dtype_names()}));
  fields.back().value = [](const Request& request) -> std::optional<Json> {
    // A graph file gives each tensor a type of its own.
    return is_yaml_file(request.workload) ? Json(nullptr) : Json(name_of(request.dtype));
  };
  fields.push_back(field<Request>(&Request::dims, dims_codec(),
                                  {.kind = Kind::kList,
                                   .key = "dim",
                                   .flag = "--dim",
                                   .json = "dim",
                                   .type = "NAME=N",
                                   .help = "size of a symbolic axis of an .onnx file, or of\n"
                                           "one that depends on data (RESULT.AXIS);\nrepeatable"}));
  fields.back().value = [](const Request& request) {
    return is_onnx_file(request.workload) ? std::optional(Json(request.dims)) : std::nullopt;
  };
  fields.push_back(field<Request>(&Request::values, values_codec(),
                                  {.kind = Kind::kList,
                                   .key = "value",
                                   .flag = "--value",
                                   .json = "value",
                                   .type = "NAME=V",
                                   .help = "what an input of an .onnx file is that decides a\n"
                                           "branch, a trip count or a shape; repeatable"}));
  fields.back().value = [](const Request& request) {
    return is_onnx_file(request.workload) && !request.values.empty()
               ? std::optional(Json(request.values))
               : std::nullopt;
  };
  fields.push_back(
      field<Request>(&Request::allow_unknown, flag_codec(),
                     {.kind = Kind::kFlag,
                      .key = "allow_unknown",
                      .flag = "--allow-unknown",
                      .json = "allow_unknown",
                      .help = "take unknown operators of an .onnx file for\nelementwise ones"}));
  fields.back().value = [](const Request& request) {
    return is_onnx_file(request.workload) ? std::optional(Json(request.allow_unknown))
                                          : std::nullopt;
  };
  fields.push_back(field<Request>(&Request::chip_name, text_codec(),
                                  {.key = "chip",
                                   .flag = "--chip",
                                   .json = "chip",
                                   .type = "NAME|FILE",
                                   .help = "chip, built in or a .yaml file (nnpi)",
                                   .always = true}));
  fields.push_back(field<Request>(&Request::overrides, list_codec(),
                                  {.kind = Kind::kList,
                                   .key = "set",
                                   .flag = "--set",
                                   .json = "set",
                                   .label = "set",
                                   .type = "PATH=VALUE",
                                   .help = "change a number of the chip, as in\n"
                                           "memories.sram.capacity=8MiB; repeatable",
                                   .always = true}));
  const auto add_count = [&](std::optional<std::int64_t> ModeChoice::*member, const char* key,
                             const char* flag, const char* help, std::int64_t most) {
    const auto codec = optional_count_codec(1, most);
    RequestField<Request> made{
        {.key = key, .flag = flag, .json = key, .type = "N", .help = help, .group = "mode"}};
    made.set = [=](Request& request, const Words& words) {
      request.mode_choice.*member = codec.read(words);
    };
    made.words = [=](const Request& request) { return codec.words(request.mode_choice.*member); };
    made.value = [=](const Request& request) { return codec.json(request.mode_choice.*member); };
    made.fact = [](const Request&) { return std::string(); };
    made.yaml = [=](const Request& request) { return codec.yaml(request.mode_choice.*member); };
    fields.push_back(std::move(made));
  };
  add_count(&ModeChoice::streams, "streams", "--streams", "networks running at once (1)",
            static_cast<std::int64_t>(kMaxStreams));
  add_count(&ModeChoice::engines_per_stream, "engines_per_stream", "--engines-per-stream",
            "engines each of them has (all, divided)", kMaxEngines);
  add_count(&ModeChoice::inferences, "inferences", "--inferences",
            "inferences each runs back to back\n(1 for one stream, else 8)", kMaxInferences);
  fields.push_back(
      field<Request>(&Request::model,
                     choice_codec<std::string>([](const std::string& name) { return name; },
                                               [](const std::string& name) { return name; }),
                     {.kind = Kind::kChoice,
                      .key = "model",
                      .flag = "--model",
                      .json = "model",
                      .label = "model",
                      .type = "MODEL",
                      .help = "{}, which must then agree",
                      .always = true,
                      .names = model_names()}));
  fields.back().yaml = [](const Request& request) { return quoted_text(request.model); };
  return fields;
}

template <class Request>
RequestField<Request> allocator_field() {
  return field<Request>(&Request::exact_allocator, allocator_codec(),
                        {.kind = FieldInfo::Kind::kChoice,
                         .key = "allocator",
                         .flag = "--allocator",
                         .json = "allocator",
                         .label = "allocator",
                         .type = "ALLOCATOR",
                         .help = "looks for addresses: {}, which searches",
                         .always = true,
                         .names = allocator_names()});
}

// What may be said where tensors may change place during an inference.
template <class Request>
std::vector<RequestField<Request>> moving_fields() {
  return {field<Request>(&Request::moving, places_codec(),
                         {.kind = FieldInfo::Kind::kChoice,
                          .key = "places",
                          .flag = "--places",
                          .json = "places",
                          .label = "places",
                          .type = "PLACES",
                          .help = "{}: whether a mapping may fetch tensors\n"
                                  "during an inference",
                          .always = true,
                          .names = places_names()}),
          field<Request>(&Request::planner, planner_codec(),
                         {.kind = FieldInfo::Kind::kChoice,
                          .key = "planner",
                          .flag = "--planner",
                          .json = "planner",
                          .label = "planner",
                          .type = "PLANNER",
                          .help = "{}: finds room for what is fetched",
                          .always = true,
                          .names = planner_names()})};
}

template <class Request>
std::vector<RequestField<Request>> constraint_fields() {
  return {field<Request>(&Request::pins, list_codec(),
                         {.kind = FieldInfo::Kind::kList,
                          .key = "pins",
                          .flag = "--pin",
                          .json = "pin",
                          .label = "pin",
                          .type = "GLOB=MEMORY",
                          .help = "keep matching tensors there; repeatable",
                          .always = true}),
          field<Request>(&Request::forbids, list_codec(),
                         {.kind = FieldInfo::Kind::kList,
                          .key = "forbids",
                          .flag = "--forbid",
                          .json = "forbid",
                          .label = "forbid",
                          .type = "GLOB=MEMORY",
                          .help = "keep matching tensors from there; repeatable",
                          .always = true})};
}

}  // namespace memplace
