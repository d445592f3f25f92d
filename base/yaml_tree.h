// SPDX-License-Identifier: Apache-2.0
// A YAML document as plain data, free of the parser. Private to base/yaml_*.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace memplace::yaml {

enum class Kind { kNull, kScalar, kSequence, kMap };

// A node with its place. `where` is "FILE:LINE:COLUMN", or how it was set from outside; `path` is
// the keys that lead to it ("memories[1].latency").
struct Node {
  Kind kind = Kind::kNull;
  std::string text;  // of a scalar
  std::string where;
  std::string path;
  int line = 0;
  std::vector<std::shared_ptr<Node>> items;                                     // of a sequence
  std::vector<std::pair<std::shared_ptr<Node>, std::shared_ptr<Node>>> fields;  // of a map
};

// Parses one document. Throws Error as YamlDocument::from_text says.
std::shared_ptr<Node> parse(const std::string& text, const std::string& source);

// A copy that shares nothing with `node`.
std::shared_ptr<Node> copy(const Node& node);

// Names the place of every node below `node`, whose own path is set.
void name_paths(Node& node);

}  // namespace memplace::yaml
