// SPDX-License-Identifier: Apache-2.0
// Files of checked lines (base/line_chain.h) as somebody writes them who knows how.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/line_chain.h"

namespace memplace::test {

// The text of a file of these objects.
inline std::string chained(const std::vector<std::string>& objects, std::uint64_t belongs_to) {
  LineChain chain(belongs_to);
  std::string text;
  for (const std::string& object : objects) {
    text += chain.close(object) + '\n';
  }
  return text;
}

// The file with a check in each whole line that has none and ends as an object does.
inline std::string with_checks(const std::string& text, std::uint64_t belongs_to) {
  LineChain chain(belongs_to);
  std::string checked;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    const std::string line = text.substr(begin, end - begin);
    checked += (line.ends_with('}') ? chain.close(line) : line) + '\n';
    begin = end + 1;
  }
  return checked + text.substr(begin);
}

// The objects of the whole lines of a file.
inline std::vector<std::string> objects_of(const std::string& text, std::uint64_t belongs_to) {
  LineChain chain(belongs_to);
  std::vector<std::string> objects;
  read_lines(text, "file", "its owner", chain,
             [&](std::size_t, const std::string& object) { objects.push_back(object); });
  return objects;
}

// The file with `edit` done to each object, checks and all.
inline std::string rechained(const std::string& text, std::uint64_t belongs_to,
                             const std::function<void(std::string& object)>& edit) {
  std::vector<std::string> objects = objects_of(text, belongs_to);
  for (std::string& object : objects) {
    edit(object);
  }
  return chained(objects, belongs_to);
}

}  // namespace memplace::test
