// SPDX-License-Identifier: Apache-2.0
// Readable names for ops, from what exporters call their nodes.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace memplace::onnx {

// The path that all names share ("/encoder/norm/Pow" and "/encoder/norm/Div": "/encoder/norm"), or
// the first name where they share none.
std::string common_name(const std::vector<std::string>& names);

// Hands out texts, each once: the wanted one, or else with _2, _3, ... behind it.
class NumberedTexts {
 public:
  std::string unique(const std::string& wanted);

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, int> next_;  // number to try, by what was wanted before
};

// Hands out names, each once.
class Names {
 public:
  // `text` with control characters replaced, cut to 200 characters, and numbered if it was taken.
  std::string unique(std::string_view text);

 private:
  NumberedTexts texts_;
};

// "/layer1/layer1.0/conv1/Conv" of type Conv: "layer1.0.conv1", which drops what repeats. The
// operator's own name at the end goes where `whole` says that the path alone names the op.
std::string readable_name(std::string_view name, std::string_view op_type, bool whole);

// The layer that a parameter belongs to: "layer1.0.conv1.weight" is of "layer1.0.conv1"; else "".
std::string layer_of_parameter(std::string_view name);

}  // namespace memplace::onnx
