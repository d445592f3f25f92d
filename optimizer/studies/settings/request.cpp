// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/settings/request.h"

namespace memplace {

Mode resolve_mode(const Chip& chip, const ModeChoice& choice) {
  return resolve_mode(chip, choice.streams, choice.engines_per_stream, choice.inferences);
}

ModeChoice choice_of(const Mode& mode) {
  return {mode.streams, mode.engines_per_stream, mode.inferences};
}

ModeChoice choice_of(const Mode& mode, const Chip& chip) {
  return mode == resolve_mode(chip, ModeChoice()) ? ModeChoice() : choice_of(mode);
}

std::array<OnnxSetting, 3> onnx_settings(const ProgramRequest& request) {
  return {{{"dim", "--dim", !request.dims.empty()},
           {"value", "--value", !request.values.empty()},
           {"allow_unknown", "--allow-unknown", request.allow_unknown}}};
}

void forget_onnx(ProgramRequest& request) {
  const ProgramRequest usual;
  request.dims = usual.dims;
  request.values = usual.values;
  request.allow_unknown = usual.allow_unknown;
}

void forget_chip(ProgramRequest& request) {
  request.mode_choice.engines_per_stream.reset();
  request.overrides.clear();
}

Json to_json(const ModeChoice& choice) {
  const auto or_null = [](const std::optional<std::int64_t>& value) {
    return value.has_value() ? Json(*value) : Json(nullptr);
  };
  return {{"streams", or_null(choice.streams)},
          {"engines_per_stream", or_null(choice.engines_per_stream)},
          {"inferences", or_null(choice.inferences)}};
}

}  // namespace memplace
