// SPDX-License-Identifier: Apache-2.0
// A YAML document as plain data, free of the parser. Private to base/yaml_*.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace memplace::yaml {

enum class Kind : std::uint8_t { kNull, kScalar, kSequence, kMap };

// A node, small: large networks are read from documents with millions of them. Its texts and its
// place stand elsewhere in its tree, once for all that share them.
struct Node {
  const Node* parent = nullptr;  // none of a document's root
  Node* first = nullptr;         // child: a sequence's elements, a map's keys and values by turns
  Node* next = nullptr;          // of the parent's children
  const std::string* source = nullptr;  // the file's name, or how the node was set from outside
  const char* begin = nullptr;          // of a scalar's text
  std::uint32_t size = 0;               // of the text
  std::uint32_t position = 0;           // among the parent's children
  std::uint32_t line = 0;               // from 1; 0 of what was set from outside
  std::uint32_t column : 30 = 0;
  Kind kind : 2 = Kind::kNull;

  std::string_view text() const { return {begin, size}; }
};
static_assert(sizeof(Node) <= 56, "see above");

// The value of a map's key, the first of equal ones; null where it has none, or is no map.
Node* find_field(const Node& node, std::string_view key);

// "FILE:LINE:COLUMN", or how the node was set from outside.
std::string where(const Node& node);
// The keys that lead to the node, as "memories[1].latency"; a key stands where its map does.
std::string path(const Node& node);

// Owns nodes. They die with it, so readers hold it as long as a node. They and their texts lie in a
// few large blocks, which go back to the system when the document has been read.
class Tree {
 public:
  Node& add(const Node& node) {
    static_assert(std::is_trivially_destructible_v<Node>, "nobody destroys them one by one");
    return *new (memory_.allocate(sizeof(Node), alignof(Node))) Node(node);
  }
  // Puts a child behind `last`, the last one so far, if any.
  static void link(Node& parent, Node* last, Node& child);
  void set_text(Node& node, std::string_view text);
  const std::string* keep_source(std::string source) {
    return &sources_.emplace_back(std::move(source));
  }
  // A copy of `node` and all below it, which stands where `node` does and whose nodes may be
  // changed. It refers to what `owner` keeps.
  Node& copy(const Node& node, std::shared_ptr<const void> owner);

 private:
  Node& copy_below(const Node& from, const Node* parent);

  std::pmr::monotonic_buffer_resource memory_;
  std::deque<std::string> sources_;
  std::vector<std::shared_ptr<const void>> owners_;
};

// Parses one document; the result owns its tree. Throws Error as YamlDocument::from_text says.
std::shared_ptr<const Node> parse(const std::string& text, const std::string& source);

}  // namespace memplace::yaml
