// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_reader.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/files.h"
#include "base/number_text.h"
#include "base/quantity_text.h"
#include "base/utf8.h"
#include "base/yaml_tree.h"

namespace memplace {
namespace {

constexpr std::size_t kMaxNameLength = 256;

// What was found, short enough for a message.
std::string found(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Kind::kNull:
      return "nothing";
    case yaml::Kind::kSequence:
      return "a list";
    case yaml::Kind::kMap:
      return "a map";
    case yaml::Kind::kScalar:
      break;
  }
  return memplace::quoted(node.text());
}

}  // namespace

Error YamlValue::error(std::string_view message) const {
  const std::string path = yaml::path(*node_);
  if (path.empty()) {
    return Error(fmt::format("{}: {}", where(), message));
  }
  return Error(fmt::format("{}: {}: {}", where(), path, message));
}

std::string YamlValue::where() const { return yaml::where(*node_); }

bool YamlValue::is_map() const { return node_->kind == yaml::Kind::kMap; }
bool YamlValue::is_sequence() const { return node_->kind == yaml::Kind::kSequence; }
bool YamlValue::is_scalar() const { return node_->kind == yaml::Kind::kScalar; }

std::string_view YamlValue::scalar(std::string_view expected) const {
  if (!is_scalar()) {
    throw error(fmt::format("got {}, expected {}", found(*node_), expected));
  }
  return node_->text();
}

std::string YamlValue::as_string() const { return std::string(scalar("a string")); }

std::string YamlValue::as_name() const {
  const std::string_view text = scalar("a name");
  if (text.empty() || text.size() > kMaxNameLength || has_ascii_control(text)) {
    throw error(fmt::format("got {}, expected a name of 1 to {} printable characters",
                            has_ascii_control(text) ? "control characters" : found(*node_),
                            kMaxNameLength));
  }
  return std::string(text);
}

bool YamlValue::as_bool() const {
  const std::string_view text = scalar("true or false");
  if (text != "true" && text != "false") {
    throw error(fmt::format("got {}, expected true or false", found(*node_)));
  }
  return text == "true";
}

std::int64_t YamlValue::as_integer(std::int64_t least, std::int64_t most) const {
  const std::string expected = fmt::format("a whole number from {} to {}", least, most);
  const auto value = parse_number<std::int64_t>(scalar(expected));
  if (!value || *value < least || *value > most) {
    throw error(fmt::format("got {}, expected {}", found(*node_), expected));
  }
  return *value;
}

double YamlValue::as_number(double least, double most) const {
  const std::string expected = fmt::format("a number from {} to {}", least, most);
  const auto value = parse_number<double>(scalar(expected));
  if (!value || !(*value >= least && *value <= most)) {
    throw error(fmt::format("got {}, expected {}", found(*node_), expected));
  }
  return *value;
}

std::size_t YamlValue::as_choice(std::string_view kind,
                                 std::span<const std::string> choices) const {
  const std::string_view text = scalar(fmt::format("one of {}", fmt::join(choices, ", ")));
  const auto choice = std::find(choices.begin(), choices.end(), text);
  if (choice == choices.end()) {
    throw error(unknown_name_message(kind, text, choices));
  }
  return static_cast<std::size_t>(choice - choices.begin());
}

template <class Q>
Q YamlValue::quantity(std::optional<Q> (*parse)(std::string_view),
                      std::string_view expected) const {
  const std::optional<Q> value = parse(scalar(expected));
  if (!value) {
    throw error(fmt::format("got {}, expected {}", found(*node_), expected));
  }
  return *value;
}

Bytes YamlValue::as_bytes() const { return quantity(parse_bytes, "a size such as \"24 MiB\""); }
Picoseconds YamlValue::as_time() const { return quantity(parse_time, "a time such as \"20 ns\""); }
EnergyPerByte YamlValue::as_energy_per_byte() const {
  return quantity(parse_energy_per_byte, "an energy such as \"12.5 pJ/B\"");
}
Power YamlValue::as_power() const { return quantity(parse_power, "a power such as \"250 mW\""); }
AreaPerMebibyte YamlValue::as_area_per_mebibyte() const {
  return quantity(parse_area_per_mebibyte, "an area such as \"0.44 mm2/MiB\"");
}
Area YamlValue::as_area() const { return quantity(parse_area, "an area such as \"1.5 mm2\""); }

Bandwidth YamlValue::as_bandwidth() const {
  const Bandwidth value = quantity(parse_bandwidth, "a rate such as \"68 GB/s\"");
  if (value == Bandwidth(0)) {
    throw error(fmt::format("got {}, expected a rate above zero", found(*node_)));
  }
  return value;
}

Frequency YamlValue::as_frequency() const {
  const Frequency value = quantity(parse_frequency, "a frequency such as \"0.86 GHz\"");
  if (value == Frequency(0)) {
    throw error(fmt::format("got {}, expected a frequency above zero", found(*node_)));
  }
  return value;
}

std::vector<YamlValue> YamlValue::items() const {
  if (!is_sequence()) {
    throw error(fmt::format("got {}, expected a list", found(*node_)));
  }
  std::vector<YamlValue> result;
  for (const yaml::Node* item = node_->first; item != nullptr; item = item->next) {
    result.push_back(beside(*item));
  }
  return result;
}

std::vector<std::pair<YamlValue, YamlValue>> YamlValue::entries() const {
  if (!is_map()) {
    throw error(fmt::format("got {}, expected a map", found(*node_)));
  }
  std::vector<std::pair<YamlValue, YamlValue>> result;
  std::map<std::string_view, std::uint32_t> lines;
  for (const yaml::Node* at = node_->first; at != nullptr; at = at->next->next) {
    const yaml::Node& key = *at;
    if (key.kind != yaml::Kind::kScalar) {
      throw beside(key).error(fmt::format("got {} as a key, expected a name", found(key)));
    }
    const auto [first, is_new] = lines.emplace(key.text(), key.line);
    if (!is_new) {
      throw Error(fmt::format("{}: {}: key given twice (first at line {})", yaml::where(key),
                              yaml::path(*key.next), first->second));
    }
    result.emplace_back(beside(key), beside(*key.next));
  }
  return result;
}

YamlMap::YamlMap(const YamlValue& value) : value_(value) { value_.entries(); }

std::optional<YamlValue> YamlMap::optional(std::string_view key) {
  asked_.emplace_back(key);
  const yaml::Node* const found = yaml::find_field(*value_.node_, key);
  return found == nullptr ? std::nullopt : std::optional(value_.beside(*found));
}

YamlValue YamlMap::required(std::string_view key) {
  std::optional<YamlValue> value = optional(key);
  if (!value) {
    throw value_.error(fmt::format("missing key \"{}\"", key));
  }
  return *std::move(value);
}

void YamlMap::finish() const {
  for (const yaml::Node* key = value_.node_->first; key != nullptr; key = key->next->next) {
    if (std::find(asked_.begin(), asked_.end(), key->text()) != asked_.end()) {
      continue;
    }
    const std::string_view nearest = nearest_name(key->text(), asked_);
    const std::string hint = nearest.empty() ? fmt::format("; known: {}", fmt::join(asked_, ", "))
                                             : fmt::format(" (did you mean \"{}\"?)", nearest);
    throw Error(
        fmt::format("{}: {}: unknown key{}", yaml::where(*key), yaml::path(*key->next), hint));
  }
}

YamlDocument YamlDocument::from_file(const std::string& path) {
  return from_text(read_file(path, kMaxYamlBytes), path);
}

YamlDocument YamlDocument::from_text(const std::string& text, const std::string& source) {
  return YamlDocument(yaml::parse(text, source));
}

YamlValue YamlDocument::root() const { return YamlValue(root_); }

namespace {

// The element of a list that a path names: by its `name`, else by its index.
yaml::Node* element(const yaml::Node& list, std::string_view name) {
  const auto index = parse_number<std::size_t>(name);
  yaml::Node* at_index = nullptr;
  for (yaml::Node* item = list.first; item != nullptr; item = item->next) {
    const yaml::Node* const own = yaml::find_field(*item, "name");
    if (own != nullptr && own->text() == name) {
      return item;
    }
    at_index = index == item->position ? item : at_index;
  }
  return at_index;
}

std::vector<std::string> names_in(const yaml::Node& node) {
  std::vector<std::string> names;
  const bool is_map = node.kind == yaml::Kind::kMap;
  for (const yaml::Node* at = node.first; at != nullptr; at = is_map ? at->next->next : at->next) {
    const yaml::Node* const own = yaml::find_field(*at, "name");
    names.push_back(is_map           ? std::string(at->text())
                    : own == nullptr ? std::to_string(at->position)
                                     : std::string(own->text()));
  }
  return names;
}

}  // namespace

void YamlDocument::set(std::string_view path, std::string_view value) {
  set(path, value, fmt::format("--set {}={}", printable(path), printable(value)));
}

void YamlDocument::set(std::string_view path, std::string_view value, const std::string& where) {
  // On a copy: neither values read before nor copies of this document may change.
  const auto tree = std::make_shared<yaml::Tree>();
  yaml::Node& root = tree->copy(*root_, root_);
  const std::string* const source = tree->keep_source(where);
  yaml::Node* node = &root;
  std::string_view rest = path;
  for (;;) {
    const std::size_t dot = rest.find('.');
    const bool last = dot == std::string_view::npos;
    const std::string_view name = rest.substr(0, dot);
    yaml::Node* next =
        node->kind == yaml::Kind::kSequence ? element(*node, name) : yaml::find_field(*node, name);
    if (next == nullptr && last && node->kind == yaml::Kind::kMap && !name.empty()) {
      yaml::Node fresh;
      fresh.source = source;
      yaml::Node& key = tree->add(fresh);
      next = &tree->add(fresh);
      key.kind = yaml::Kind::kScalar;
      tree->set_text(key, name);
      yaml::Node* last_child = node->first;
      while (last_child != nullptr && last_child->next != nullptr) {
        last_child = last_child->next;
      }
      yaml::Tree::link(*node, last_child, key);
      yaml::Tree::link(*node, &key, *next);
    }
    if (next == nullptr) {
      throw Error(fmt::format("{}: {}", where, unknown_name_message("key", name, names_in(*node))));
    }
    node = next;
    if (last) {
      break;
    }
    rest.remove_prefix(dot + 1);
  }
  if (node->kind == yaml::Kind::kMap || node->kind == yaml::Kind::kSequence) {
    throw Error(fmt::format("{}: names a {}, expected a single value below it; known: {}", where,
                            node->kind == yaml::Kind::kMap ? "map" : "list",
                            printable(fmt::format("{}", fmt::join(names_in(*node), ", ")))));
  }
  node->kind = yaml::Kind::kScalar;
  tree->set_text(*node, value);
  node->source = source;
  node->line = 0;
  root_ = std::shared_ptr<const yaml::Node>(tree, &root);
}

}  // namespace memplace
