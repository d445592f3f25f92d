// SPDX-License-Identifier: Apache-2.0
// Typed reading of YAML with positions. Every mistake is one Error of the form
//   FILE:LINE:COLUMN: KEY.PATH: got "68 GBps", expected a rate such as "68 GB/s"
// Nothing is guessed: keys that nobody asked for and keys given twice are errors, and quantities
// need their unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/units.h"

namespace memplace {

namespace yaml {
struct Node;
}

inline constexpr std::size_t kMaxYamlBytes = std::size_t{64} << 20U;  // of a file

// A value inside a YAML document, with its place and its path of keys. Cheap to copy.
class YamlValue {
 public:
  // "FILE:LINE:COLUMN: PATH: MESSAGE" as an Error to throw.
  Error error(std::string_view message) const;

  // "FILE:LINE:COLUMN", for readers that find out later what is wrong.
  std::string where() const;

  bool is_map() const;
  bool is_sequence() const;
  bool is_scalar() const;

  // Scalars. Each throws Error where the value is something else. `as_name` takes a string of at
  // most 256 characters without control characters; `as_choice` returns the index in `choices`, and
  // its error has the nearest choice.
  std::string as_string() const;
  std::string as_name() const;
  bool as_bool() const;
  std::int64_t as_integer(std::int64_t least, std::int64_t most) const;
  double as_number(double least, double most) const;
  std::size_t as_choice(std::string_view kind, std::span<const std::string> choices) const;
  Bytes as_bytes() const;
  Picoseconds as_time() const;
  Bandwidth as_bandwidth() const;  // above zero
  Frequency as_frequency() const;  // above zero
  EnergyPerByte as_energy_per_byte() const;
  Power as_power() const;
  AreaPerMebibyte as_area_per_mebibyte() const;
  Area as_area() const;

  // The elements of a sequence. Throws Error where this is no sequence.
  std::vector<YamlValue> items() const;

  // The entries of a map whose keys are data (tensor names), in file order; refuses duplicates.
  // The key is a YamlValue of its own, so that an error can point at it.
  std::vector<std::pair<YamlValue, YamlValue>> entries() const;

 private:
  friend class YamlDocument;
  friend class YamlMap;
  explicit YamlValue(std::shared_ptr<const yaml::Node> node) : node_(std::move(node)) {}

  // A node of the same document, which lives as long.
  YamlValue beside(const yaml::Node& node) const {
    return YamlValue(std::shared_ptr<const yaml::Node>(node_, &node));
  }
  std::string_view scalar(std::string_view expected) const;
  template <class Q>
  Q quantity(std::optional<Q> (*parse)(std::string_view), std::string_view expected) const;

  std::shared_ptr<const yaml::Node> node_;
};

// A map with known keys. Ask for each key once, then call finish(), which refuses the rest.
class YamlMap {
 public:
  // Throws Error where `value` is no map or has a key twice.
  explicit YamlMap(const YamlValue& value);

  YamlValue required(std::string_view key);
  std::optional<YamlValue> optional(std::string_view key);

  // Throws Error at the first key that was not asked for, with the nearest that was.
  void finish() const;

  const YamlValue& value() const { return value_; }

 private:
  YamlValue value_;
  std::vector<std::string> asked_;
};

// One YAML file or text.
class YamlDocument {
 public:
  // Throws Error where the file cannot be read (naming it and the reason), is larger than 64 MiB,
  // is empty, is not UTF-8, or is no YAML, with the parser's position. Anchors and aliases are
  // allowed up to a nesting of 64 levels and, written out, four values a byte of the text and
  // 10,000 more, and four bytes a byte and 16 MiB more.
  static YamlDocument from_file(const std::string& path);
  // `source` stands for the file's name in messages.
  static YamlDocument from_text(const std::string& text, const std::string& source);
  // A document whose root is `value`, for readers of documents that stand inside another one.
  // Positions stay those of the file.
  static YamlDocument of(const YamlValue& value) { return YamlDocument(value.node_); }

  YamlValue root() const;

  // Replaces the scalar at a path such as "memories.sram.capacity" (an element of a sequence of
  // maps is named by its `name`, or by its index) by `value`. Later errors about it begin with
  // "--set PATH=VALUE". Throws Error where the path leads nowhere, with the keys known there; the
  // last key may be new in its map. Values and copies taken from this document before stay as they
  // were, also after an Error.
  void set(std::string_view path, std::string_view value);
  // The same where later errors are to begin with `where`.
  void set(std::string_view path, std::string_view value, const std::string& where);

 private:
  explicit YamlDocument(std::shared_ptr<const yaml::Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const yaml::Node> root_;
};

}  // namespace memplace
