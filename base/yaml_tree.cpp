// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_tree.h"

#include <cstddef>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "base/error.h"

namespace memplace::yaml {
namespace {

constexpr int kMaxDepth = 64;
// Aliases can make a small text stand for a huge tree.
constexpr std::size_t kMaxNodes = 4'000'000;

std::string place(const std::string& source, const YAML::Mark& mark) {
  return mark.is_null() ? source
                        : fmt::format("{}:{}:{}", source, mark.line + 1, mark.column + 1);
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
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty() || documents.front().IsNull()) {
      throw Error(fmt::format("{}: empty", source));
    }
    if (documents.size() > 1) {
      throw Error(fmt::format("{}: holds {} YAML documents, expected one", source,
                              documents.size()));
    }
    std::shared_ptr<Node> root = Converter(source).convert(documents.front(), 0);
    name_paths(*root);
    return root;
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
    value->path = node.path.empty() ? key->text : fmt::format("{}.{}", node.path, key->text);
    name_paths(*value);
  }
}

}  // namespace memplace::yaml
