// SPDX-License-Identifier: Apache-2.0
#include "base/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <system_error>

#include <fmt/format.h>

#include "base/files.h"
#include "base/quantity_text.h"
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
  return quoted(node.text);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && rest == end ? std::optional<T>(value) : std::nullopt;
}

}  // namespace

Error YamlValue::error(std::string_view message) const {
  if (node_->path.empty()) {
    return Error(fmt::format("{}: {}", node_->where, message));
  }
  return Error(fmt::format("{}: {}: {}", node_->where, node_->path, message));
}

const std::string& YamlValue::where() const { return node_->where; }

bool YamlValue::is_map() const { return node_->kind == yaml::Kind::kMap; }
bool YamlValue::is_sequence() const { return node_->kind == yaml::Kind::kSequence; }
bool YamlValue::is_scalar() const { return node_->kind == yaml::Kind::kScalar; }

const std::string& YamlValue::scalar(std::string_view expected) const {
  if (!is_scalar()) {
    throw error(fmt::format("got {}, expected {}", found(*node_), expected));
  }
  return node_->text;
}

std::string YamlValue::as_string() const { return scalar("a string"); }

std::string YamlValue::as_name() const {
  const std::string& text = scalar("a name");
  if (text.empty() || text.size() > kMaxNameLength || has_control_character(text)) {
    throw error(fmt::format("got {}, expected a name of 1 to {} printable characters",
                            has_control_character(text) ? "control characters" : found(*node_),
                            kMaxNameLength));
  }
  return text;
}

bool YamlValue::as_bool() const {
  const std::string& text = scalar("true or false");
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
  const std::string& text = scalar(fmt::format("one of {}", fmt::join(choices, ", ")));
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
  result.reserve(node_->items.size());
  for (const auto& item : node_->items) {
    result.push_back(YamlValue(item));
  }
  return result;
}

std::vector<std::pair<YamlValue, YamlValue>> YamlValue::entries() const {
  if (!is_map()) {
    throw error(fmt::format("got {}, expected a map", found(*node_)));
  }
  std::vector<std::pair<YamlValue, YamlValue>> result;
  result.reserve(node_->fields.size());
  std::map<std::string_view, int> lines;
  for (const auto& [key, value] : node_->fields) {
    if (key->kind != yaml::Kind::kScalar) {
      throw YamlValue(key).error(fmt::format("got {} as a key, expected a name", found(*key)));
    }
    const auto [first, is_new] = lines.emplace(key->text, key->line);
    if (!is_new) {
      throw Error(fmt::format("{}: {}: key given twice (first at line {})", key->where, value->path,
                              first->second));
    }
    result.emplace_back(YamlValue(key), YamlValue(value));
  }
  return result;
}

YamlMap::YamlMap(const YamlValue& value) : value_(value) { value_.entries(); }

std::optional<YamlValue> YamlMap::optional(std::string_view key) {
  asked_.emplace_back(key);
  for (const auto& [name, value] : value_.node_->fields) {
    if (name->text == key) {
      return YamlValue(value);
    }
  }
  return std::nullopt;
}

YamlValue YamlMap::required(std::string_view key) {
  std::optional<YamlValue> value = optional(key);
  if (!value) {
    throw value_.error(fmt::format("missing key \"{}\"", key));
  }
  return *std::move(value);
}

void YamlMap::finish() const {
  for (const auto& [key, value] : value_.node_->fields) {
    if (std::find(asked_.begin(), asked_.end(), key->text) != asked_.end()) {
      continue;
    }
    const std::string_view nearest = nearest_name(key->text, asked_);
    const std::string hint = nearest.empty() ? fmt::format("; known: {}", fmt::join(asked_, ", "))
                                             : fmt::format(" (did you mean \"{}\"?)", nearest);
    throw Error(fmt::format("{}: {}: unknown key{}", key->where, value->path, hint));
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
std::shared_ptr<yaml::Node> element(const yaml::Node& list, const std::string& name) {
  for (const auto& item : list.items) {
    for (const auto& [key, value] : item->fields) {
      if (key->text == "name" && value->text == name) {
        return item;
      }
    }
  }
  const auto index = parse_number<std::size_t>(name);
  return index && *index < list.items.size() ? list.items[*index] : nullptr;
}

std::vector<std::string> names_in(const yaml::Node& node) {
  std::vector<std::string> names;
  for (const auto& [key, value] : node.fields) {
    names.push_back(key->text);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    std::string name = std::to_string(i);
    for (const auto& [key, value] : node.items[i]->fields) {
      if (key->text == "name") {
        name = value->text;
      }
    }
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

void YamlDocument::set(std::string_view path, std::string_view value) {
  set(path, value, fmt::format("--set {}={}", printable(path), printable(value)));
}

void YamlDocument::set(std::string_view path, std::string_view value, const std::string& where) {
  // On a copy: neither values read before nor copies of this document may change.
  const std::shared_ptr<yaml::Node> root = yaml::copy(*root_);
  std::shared_ptr<yaml::Node> node = root;
  std::string_view rest = path;
  for (;;) {
    const std::size_t dot = rest.find('.');
    const bool last = dot == std::string_view::npos;
    const std::string name(rest.substr(0, dot));
    std::shared_ptr<yaml::Node> next;
    if (node->kind == yaml::Kind::kSequence) {
      next = element(*node, name);
    }
    for (const auto& [key, field] : node->fields) {
      if (key->text == name) {
        next = field;
      }
    }
    if (!next && last && node->kind == yaml::Kind::kMap && !name.empty()) {
      auto key = std::make_shared<yaml::Node>();
      key->kind = yaml::Kind::kScalar;
      key->text = name;
      key->where = where;
      next = std::make_shared<yaml::Node>();
      node->fields.emplace_back(std::move(key), next);
    }
    if (!next) {
      throw Error(fmt::format("{}: {}", where, unknown_name_message("key", name, names_in(*node))));
    }
    node = std::move(next);
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
  node->text = value;
  node->where = where;
  yaml::name_paths(*root);
  root_ = root;
}

}  // namespace memplace
