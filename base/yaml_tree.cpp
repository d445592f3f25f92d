// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_tree.h"

#include <cstddef>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace memplace::yaml {
namespace {

constexpr int kMaxDepth = 64;
// Aliases can make a small text stand for a huge tree.
constexpr std::size_t kMaxNodes = 1'000'000;

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

class Converter {
 public:
  explicit Converter(const std::string& source) : source_(source) {}

  std::shared_ptr<Node> convert(const YAML::Node& from, int depth) {
    auto node = std::make_shared<Node>();
    node->where = place(source_, from.Mark());
    node->line = from.Mark().line + 1;
    if (depth > kMaxDepth) {
      throw Error(fmt::format("{}: nested deeper than {} levels", node->where, kMaxDepth));
    }
    if (++count_ > kMaxNodes) {
      throw Error(fmt::format("{}: more than {} values", node->where, kMaxNodes));
    }
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        node->kind = Kind::kScalar;
        node->text = from.Scalar();
        break;
      case YAML::NodeType::Sequence:
        node->kind = Kind::kSequence;
        for (const auto& item : from) {
          node->items.push_back(convert(item, depth + 1));
        }
        break;
      case YAML::NodeType::Map:
        node->kind = Kind::kMap;
        for (const auto& field : from) {
          node->fields.emplace_back(convert(field.first, depth + 1),
                                    convert(field.second, depth + 1));
        }
        break;
    }
    return node;
  }

 private:
  const std::string& source_;
  std::size_t count_ = 0;
};

}  // namespace

std::shared_ptr<Node> parse(const std::string& text, const std::string& source) {
  try {
    check_characters(text, source);
    // Without an end marker the parser takes the end of the text for a closing quotation mark.
    const std::vector<YAML::Node> documents =
        YAML::LoadAll(text + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    if (documents.size() > 1) {
      throw Error(
          fmt::format("{}: holds {} YAML documents, expected one", source, documents.size()));
    }
    if (documents.empty() || documents.front().IsNull()) {
      throw Error(fmt::format("{}: empty", source));
    }
    std::shared_ptr<Node> root = Converter(source).convert(documents.front(), 0);
    name_paths(*root);
    return root;
  } catch (const YAML::DeepRecursion& exception) {
    throw Error(
        fmt::format("{}: nested deeper than {} levels", place(source, exception.mark), kMaxDepth));
  } catch (const YAML::Exception& exception) {
    const bool in_quotes = exception.msg == YAML::ErrorMsg::DOC_IN_SCALAR;
    throw Error(fmt::format("{}: not YAML: {}", place(source, exception.mark),
                            in_quotes ? "a quotation mark above is not closed" : exception.msg));
  }
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
