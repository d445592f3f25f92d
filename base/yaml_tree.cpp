// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_tree.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace memplace::yaml {
namespace {

constexpr std::size_t kMaxDepth = 64;
// Aliases can make a small text stand for a huge tree. A text without them has at most about one
// value a byte, so this allows much sharing and stops an explosion early.
constexpr std::size_t kMaxNodesPerByte = 4;
constexpr std::size_t kMaxNodesOfSmallText = 10'000;

std::string place(const std::string& source, const YAML::Mark& mark) {
  return mark.is_null() ? source : fmt::format("{}:{}:{}", source, mark.line + 1, mark.column + 1);
}

// The length of the UTF-8 character at the begin of `text`, 0 where there is none. Overlong forms,
// surrogates and what lies above U+10FFFF are none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) {
      return 0;
    }
  }
  const bool outside = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) >= 0xA0) ||
                       (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90);
  return outside ? 0 : length;
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

Error too_deep(const std::string& where) {
  return Error(fmt::format("{}: nested deeper than {} levels", where, kMaxDepth));
}

// Builds the tree from the parser's events: yaml-cpp's own nodes cannot tell how much an alias
// stands for, and its LoadAll() never returns for a text that begins with a stray comma.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::string_view text, const std::string& source)
      : text_(text),
        source_(source),
        max_nodes_(kMaxNodesOfSmallText + kMaxNodesPerByte * text.size()) {}

  // Null where the text held no document.
  std::shared_ptr<Node> take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    const auto at = static_cast<std::size_t>(mark.pos);
    if (at < text_.size() && text_[at] == ',') {
      throw Error(fmt::format("{}: not YAML: unexpected \",\"", place(source_, mark)));
    }
    if (root_) {
      throw Error(
          fmt::format("{}: a second YAML document begins, expected one", place(source_, mark)));
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(mark, Kind::kNull, anchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = make(mark, Kind::kScalar, anchor);
    node->text = value;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({make(mark, Kind::kSequence, anchor), nullptr});
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({make(mark, Kind::kMap, anchor), nullptr});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::shared_ptr<Node> original = anchors_.at(anchor);
    const bool is_open = std::any_of(open_.begin(), open_.end(),
                                     [&](const Open& open) { return open.node == original; });
    if (is_open) {
      throw Error(
          fmt::format("{}: an alias inside the value that it stands for", place(source_, mark)));
    }
    add(copy(*original, open_.size()));
  }

 private:
  // A sequence or map whose end has not come; `key` waits for its value.
  struct Open {
    std::shared_ptr<Node> node;
    std::shared_ptr<Node> key;
  };

  std::shared_ptr<Node> make(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->where = place(source_, mark);
    node->line = mark.line + 1;
    count(*node, open_.size());
    if (anchor != 0) {
      anchors_[anchor] = node;
    }
    return node;
  }

  void count(const Node& node, std::size_t depth) {
    if (depth > kMaxDepth) {
      throw too_deep(node.where);
    }
    if (++nodes_ > max_nodes_) {
      throw Error(fmt::format("{}: aliases stand for more than {} values", node.where, max_nodes_));
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): count() bounds the depth.
  std::shared_ptr<Node> copy(const Node& from, std::size_t depth) {
    count(from, depth);
    auto node = std::make_shared<Node>();
    node->kind = from.kind;
    node->text = from.text;
    node->where = from.where;
    node->line = from.line;
    for (const auto& item : from.items) {
      node->items.push_back(copy(*item, depth + 1));
    }
    for (const auto& [key, value] : from.fields) {
      auto key_copy = copy(*key, depth + 1);
      node->fields.emplace_back(std::move(key_copy), copy(*value, depth + 1));
    }
    return node;
  }

  void close() {
    std::shared_ptr<Node> node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(std::shared_ptr<Node> node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (Open& parent = open_.back(); parent.node->kind == Kind::kSequence) {
      parent.node->items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      parent.node->fields.emplace_back(std::exchange(parent.key, nullptr), std::move(node));
    }
  }

  std::string_view text_;
  const std::string& source_;
  std::size_t max_nodes_;
  std::size_t nodes_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<Node>> anchors_;
  std::shared_ptr<Node> root_;
};

}  // namespace

std::shared_ptr<Node> parse(const std::string& text, const std::string& source) {
  check_characters(text, source);
  Builder builder(text, source);
  try {
    // Without an end marker the parser takes the end of the text for a closing quotation mark.
    std::istringstream stream(text + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::DeepRecursion& exception) {
    throw too_deep(place(source, exception.mark));
  } catch (const YAML::Exception& exception) {
    const bool in_quotes = exception.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
    throw Error(fmt::format("{}: not YAML: {}", place(source, exception.mark),
                            in_quotes ? "a quotation mark above is not closed" : exception.msg));
  }
  std::shared_ptr<Node> root = builder.take_root();
  if (!root || root->kind == Kind::kNull) {
    throw Error(fmt::format("{}: empty", source));
  }
  name_paths(*root);
  return root;
}

std::shared_ptr<Node> copy(const Node& node) {
  auto result = std::make_shared<Node>(node);
  for (auto& item : result->items) {
    item = copy(*item);
  }
  for (auto& [key, value] : result->fields) {
    key = copy(*key);
    value = copy(*value);
  }
  return result;
}

void name_paths(Node& node) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    node.items[i]->path = fmt::format("{}[{}]", node.path, i);
    name_paths(*node.items[i]);
  }
  for (const auto& [key, value] : node.fields) {
    key->path = node.path;
    const std::string name = printable(key->text);
    value->path = node.path.empty() ? name : fmt::format("{}.{}", node.path, name);
    name_paths(*value);
  }
}

}  // namespace memplace::yaml
