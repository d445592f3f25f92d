// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_tree.h"

#include <cstddef>

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace memplace::yaml {
namespace {

constexpr int kMaxDepth = 64;
// Aliases can make a small text stand for a huge tree. A text without them has at most about one
// value a byte, so this allows much sharing and stops an explosion early.
constexpr std::size_t kMaxNodesPerByte = 4;
constexpr std::size_t kMaxNodesOfSmallText = 10'000;

std::string place(const std::string& source, const YAML::Mark& mark) {
  return mark.is_null() ? source : fmt::format("{}:{}:{}", source, mark.line + 1, mark.column + 1);
}

Error too_deep(const std::string& where) {
  return Error(fmt::format("{}: nested deeper than {} levels", where, kMaxDepth));
}

// The parser takes some control characters for the end of the text, and other encodings for text.
void refuse_control_characters(const std::string& text, const std::string& source) {
  std::size_t line_begin = 0;
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      line_begin = i + 1;
      ++line;
    } else if ((byte < 0x20 && byte != '\t' && byte != '\r') || byte == 0x7F) {
      throw Error(fmt::format("{}:{}:{}: not YAML: control character 0x{:02x}", source, line,
                              i - line_begin + 1, byte));
    }
  }
}

class Converter {
 public:
  Converter(const std::string& text, const std::string& source)
      : source_(source), max_nodes_(kMaxNodesOfSmallText + kMaxNodesPerByte * text.size()) {}

  std::shared_ptr<Node> convert(const YAML::Node& from, int depth) {
    auto node = std::make_shared<Node>();
    node->where = place(source_, from.Mark());
    node->line = from.Mark().line + 1;
    if (depth > kMaxDepth) {
      throw too_deep(node->where);
    }
    if (++count_ > max_nodes_) {
      throw Error(
          fmt::format("{}: aliases stand for more than {} values", node->where, max_nodes_));
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
  std::size_t max_nodes_;
  std::size_t count_ = 0;
};

}  // namespace

std::shared_ptr<Node> parse(const std::string& text, const std::string& source) {
  refuse_control_characters(text, source);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      throw Error(
          fmt::format("{}: holds {} YAML documents, expected one", source, documents.size()));
    }
    if (documents.empty() || documents.front().IsNull()) {
      throw Error(fmt::format("{}: empty", source));
    }
    std::shared_ptr<Node> root = Converter(text, source).convert(documents.front(), 0);
    name_paths(*root);
    return root;
  } catch (const YAML::DeepRecursion& exception) {
    throw too_deep(place(source, exception.mark));
  } catch (const YAML::Exception& exception) {
    throw Error(fmt::format("{}: not YAML: {}", place(source, exception.mark), exception.msg));
  }
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
