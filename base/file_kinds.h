// SPDX-License-Identifier: Apache-2.0
// What the end of a file's name says is in it.
#pragma once

#include <string_view>

namespace memplace {

// Standard input or output, in place of a file.
inline bool is_standard_stream(std::string_view name) { return name == "-"; }

inline bool is_yaml_file(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || is_standard_stream(name);
}
inline bool is_json_file(std::string_view name) { return name.ends_with(".json"); }
inline bool is_onnx_file(std::string_view name) { return name.ends_with(".onnx"); }

// Whether `text`, which may also be a name that we know, says where a file is.
inline bool is_yaml_path(std::string_view text) {
  return is_yaml_file(text) || text.find('/') != std::string_view::npos;
}

}  // namespace memplace
