// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model/names.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace memplace::onnx {
namespace {

constexpr std::size_t kLongest = 200;

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path) {
    if (c != '/') {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(std::move(part));
      part.clear();
    }
  }
  if (!part.empty()) {
    parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

std::string common_name(const std::vector<std::string>& names) {
  std::string common = names.front().substr(0, names.front().rfind('/'));
  for (const std::string& name : names) {
    while (!common.empty() && name.rfind(common + "/", 0) != 0) {
      const std::size_t cut = common.rfind('/');
      common = cut == std::string::npos ? "" : common.substr(0, cut);
    }
  }
  return common.empty() ? names.front() : common;
}

std::string NumberedTexts::unique(const std::string& wanted) {
  if (taken_.insert(wanted).second) {
    return wanted;
  }
  for (int& number = next_.emplace(wanted, 2).first->second;;) {
    std::string candidate = fmt::format("{}_{}", wanted, number++);
    if (taken_.insert(candidate).second) {
      return candidate;
    }
  }
}

std::string Names::unique(std::string_view text) {
  std::string name(text.substr(0, kLongest));
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f;
      },
      '_');
  if (name.empty()) {
    name = "unnamed";
  }
  return texts_.unique(name);
}

std::string readable_name(std::string_view name, std::string_view op_type, bool whole) {
  std::vector<std::string> parts = split_path(name);
  if (parts.empty()) {
    return std::string(name);
  }
  const std::string type(op_type);
  if (whole && parts.size() > 1 && parts.back() == type) {
    parts.pop_back();
  }
  std::string joined;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool repeated = i + 1 < parts.size() && parts[i + 1].rfind(parts[i] + ".", 0) == 0;
    if (!repeated) {
      joined += (joined.empty() ? "" : ".") + parts[i];
    }
  }
  return joined;
}

constexpr std::array<std::string_view, 5> kEndings{".weight", ".weights", "_weight", "/kernel",
                                                   "_w"};

std::string layer_of_parameter(std::string_view name) {
  for (const std::string_view ending : kEndings) {
    if (name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending) {
      return std::string(name.substr(0, name.size() - ending.size()));
    }
  }
  return "";
}

}  // namespace memplace::onnx
