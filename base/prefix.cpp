// SPDX-License-Identifier: Apache-2.0
#include "base/prefix.h"

#include <algorithm>

namespace memplace {
namespace {

bool has_prefix(std::string_view message, std::string_view prefix) {
  return message.size() > prefix.size() && message.starts_with(prefix) &&
         message[prefix.size()] == ':';
}

}  // namespace

std::string with_prefix(std::string_view prefix, std::string_view message) {
  std::string result;
  if (!has_prefix(message, prefix)) {
    result.append(prefix).append(": ");
  }
  return result.append(message);
}

std::string with_prefix(std::string_view prefix, std::string_view message,
                        std::span<const std::string> names) {
  const bool is_of_file = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return name.find_first_of("./") != std::string::npos && has_prefix(message, name);
  });
  return is_of_file ? std::string(message) : with_prefix(prefix, message);
}

}  // namespace memplace
