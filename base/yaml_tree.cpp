// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_tree.h"

#include <algorithm>
#include <cstddef>
#include <istream>
#include <map>
#include <streambuf>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/error.h"
#include "base/utf8.h"

namespace memplace::yaml {
namespace {

constexpr std::size_t kMaxDepth = 64;
// Aliases can make a small text stand for a huge tree. A text without them has at most about one
// value a byte, so this allows much sharing and stops an explosion early.
constexpr std::size_t kMaxNodesPerByte = 4;
constexpr std::size_t kMaxNodesOfSmallText = 10'000;
// The same of the bytes of scalars that aliases stand for.
constexpr std::size_t kMaxAliasedBytesPerByte = 4;
constexpr std::size_t kMaxAliasedBytesOfSmallText = std::size_t{16} << 20U;

std::string place(const std::string& source, const YAML::Mark& mark) {
  return mark.is_null() ? source : fmt::format("{}:{}:{}", source, mark.line + 1, mark.column + 1);
}

// YAML is Unicode without control characters (YAML 1.2.2, section 5.1); the parser does not check.
// Columns count bytes, as the parser's do.
void check_characters(std::string_view text, const std::string& source) {
  std::size_t line = 1;
  std::size_t line_begin = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control =
        (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
    if (length == 0 || control) {
      throw Error(fmt::format("{}:{}:{}: not YAML: byte 0x{:02x} is {}", source, line,
                              i - line_begin + 1, byte,
                              control ? "a control character" : "not UTF-8"));
    }
    i += length;
    if (byte == '\n') {
      ++line;
      line_begin = i;
    }
  }
}

// A text and its end marker as what a stream reads, without a copy of them.
class TextBuffer : public std::streambuf {
 public:
  TextBuffer(std::string_view text, std::string_view end) : end_(end) { show(text); }

 private:
  void show(std::string_view text) {
    // streambuf wants pointers to what may be changed, and does not change it.
    auto* const begin =
        const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    setg(begin, begin, begin + text.size());
  }
  int_type underflow() override {
    if (gptr() == egptr()) {
      show(std::exchange(end_, {}));
    }
    return gptr() == egptr() ? traits_type::eof() : traits_type::to_int_type(*gptr());
  }

  std::string_view end_;
};

Error too_deep(const std::string& where) {
  return Error(fmt::format("{}: nested deeper than {} levels", where, kMaxDepth));
}

// Builds the tree from the parser's events: yaml-cpp's own nodes cannot tell how much an alias
// stands for, and its LoadAll() never returns for a text that begins with a stray comma.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& source)
      : text_(text),
        source_(tree_->keep_source(source)),
        max_nodes_(kMaxNodesOfSmallText + kMaxNodesPerByte * text.size()),
        max_aliased_bytes_(kMaxAliasedBytesOfSmallText + kMaxAliasedBytesPerByte * text.size()) {}

  // Null where the text held no document.
  std::shared_ptr<const Node> root() const { return {tree_, root_}; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    const auto at = static_cast<std::size_t>(mark.pos);
    if (at < text_.size() && text_[at] == ',') {
      throw Error(fmt::format("{}: not YAML: unexpected \",\"", place(*source_, mark)));
    }
    if (root_ != nullptr) {
      throw Error(
          fmt::format("{}: a second YAML document begins, expected one", place(*source_, mark)));
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(mark, Kind::kNull, anchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    Node& node = make(mark, Kind::kScalar, anchor);
    tree_->set_text(node, value);
    add(node);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({&make(mark, Kind::kSequence, anchor), nullptr});
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({&make(mark, Kind::kMap, anchor), nullptr});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node* const original = anchors_.at(anchor);
    const bool is_open = std::any_of(open_.begin(), open_.end(),
                                     [&](const Open& open) { return open.node == original; });
    if (is_open) {
      throw Error(
          fmt::format("{}: an alias inside the value that it stands for", place(*source_, mark)));
    }
    add(copy(*original, open_.size(), mark));
  }

 private:
  // A sequence or map whose end has not come, and its last child so far.
  struct Open {
    Node* node;
    Node* last;
  };

  Node& make(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
    Node node;
    node.kind = kind;
    node.source = source_;
    node.line = static_cast<std::uint32_t>(mark.line + 1);
    node.column = static_cast<std::uint32_t>(mark.column + 1) & 0x3FFFFFFFU;
    count(node, open_.size());
    Node& added = tree_->add(node);
    if (anchor != 0) {
      anchors_[anchor] = &added;
    }
    return added;
  }

  void count(const Node& node, std::size_t depth) {
    if (depth > kMaxDepth) {
      throw too_deep(where(node));
    }
    if (++nodes_ > max_nodes_) {
      throw Error(
          fmt::format("{}: aliases stand for more than {} values", where(node), max_nodes_));
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): count() bounds the depth.
  Node& copy(const Node& from, std::size_t depth, const YAML::Mark& alias) {
    count(from, depth);
    // Here the text is shared; whoever reads the document has it as often as it is named.
    aliased_bytes_ += from.size;
    if (aliased_bytes_ > max_aliased_bytes_) {
      throw Error(fmt::format("{}: aliases stand for more than {} bytes", place(*source_, alias),
                              max_aliased_bytes_));
    }
    Node& node = tree_->add(from);
    node.first = node.next = nullptr;
    Node* last = nullptr;
    for (const Node* child = from.first; child != nullptr; child = child->next) {
      Node& copied = copy(*child, depth + 1, alias);
      Tree::link(node, last, copied);
      last = &copied;
    }
    return node;
  }

  void close() {
    Node& node = *open_.back().node;
    open_.pop_back();
    add(node);
  }

  void add(Node& node) {
    if (open_.empty()) {
      root_ = &node;
    } else {
      Tree::link(*open_.back().node, open_.back().last, node);
      open_.back().last = &node;
    }
  }

  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
  std::string_view text_;
  const std::string* source_;
  std::size_t max_nodes_;
  std::size_t max_aliased_bytes_;
  std::size_t nodes_ = 0;
  std::size_t aliased_bytes_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, const Node*> anchors_;
  const Node* root_ = nullptr;
};

}  // namespace

std::string where(const Node& node) {
  return node.line == 0 ? *node.source
                        : fmt::format("{}:{}:{}", *node.source, node.line, node.column);
}

// NOLINTNEXTLINE(misc-no-recursion): parse() bounds the depth.
std::string path(const Node& node) {
  if (node.parent == nullptr) {
    return "";
  }
  std::string result = path(*node.parent);
  if (node.parent->kind == Kind::kSequence) {
    return fmt::format("{}[{}]", result, node.position);
  }
  if (node.position % 2 == 1) {
    result += result.empty() ? "" : ".";
    const Node* key = node.parent->first;
    for (std::uint32_t i = 1; i < node.position; ++i) {
      key = key->next;
    }
    result += printable(key->text());
  }
  return result;
}

Node* find_field(const Node& node, std::string_view key) {
  for (const Node* at = node.kind == Kind::kMap ? node.first : nullptr; at != nullptr;
       at = at->next->next) {
    if (at->text() == key) {
      return at->next;
    }
  }
  return nullptr;
}

void Tree::link(Node& parent, Node* last, Node& child) {
  child.parent = &parent;
  child.position = last == nullptr ? 0 : last->position + 1;
  (last == nullptr ? parent.first : last->next) = &child;
}

void Tree::set_text(Node& node, std::string_view text) {
  node.size = static_cast<std::uint32_t>(text.size());
  if (!text.empty()) {
    auto* const kept = static_cast<char*>(memory_.allocate(text.size(), 1));
    std::copy(text.begin(), text.end(), kept);
    node.begin = kept;
  }
}

Node& Tree::copy(const Node& node, std::shared_ptr<const void> owner) {
  owners_.push_back(std::move(owner));
  return copy_below(node, node.parent);
}

// NOLINTNEXTLINE(misc-no-recursion): parse() bounds the depth.
Node& Tree::copy_below(const Node& from, const Node* parent) {
  Node& node = add(from);
  node.parent = parent;
  node.next = nullptr;
  for (Node** child = &node.first; *child != nullptr; child = &(*child)->next) {
    Node* const next = (*child)->next;
    *child = &copy_below(**child, &node);
    (*child)->next = next;
  }
  return node;
}

std::shared_ptr<const Node> parse(const std::string& text, const std::string& source) {
  check_characters(text, source);
  Builder builder(text, source);
  try {
    // Without an end marker the parser takes the end of the text for a closing quotation mark.
    TextBuffer buffer(text, text.ends_with('\n') ? "...\n" : "\n...\n");
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& exception) {
    throw too_deep(place(source, exception.mark));
  } catch (const YAML::Exception& exception) {
    const bool in_quotes = exception.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
    throw Error(
        fmt::format("{}: not YAML: {}", place(source, exception.mark),
                    in_quotes ? "a quotation mark above is not closed" : printable(exception.msg)));
  }
  std::shared_ptr<const Node> root = builder.root();
  if (!root || root->kind == Kind::kNull) {
    throw Error(fmt::format("{}: empty", source));
  }
  return root;
}

}  // namespace memplace::yaml
