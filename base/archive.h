// SPDX-License-Identifier: Apache-2.0
// Numbers, strings and vectors of numbers as bytes that are the same on every machine, for what a
// program puts aside and takes up again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace memplace {

// All doubles that are numbers, and all floats.
inline constexpr double kMostDouble = std::numeric_limits<double>::max();
inline constexpr float kMostFloat = std::numeric_limits<float>::max();

// Who saves and loads the same members says once which they are, in a template that takes either
// archive: item() and its like, which both have, write a member or set it. What the reader checks
// of it, the writer takes for granted.
//
// Every item is a byte that names its type, then its value, the lowest byte first; strings and
// vectors have their length before it, as 64 bits. Doubles and floats keep every bit. So equal
// calls give equal bytes.
class ArchiveWriter {
 public:
  void write_u64(std::uint64_t value);
  void write_i64(std::int64_t value);
  void write_double(double value);
  void write_flag(bool value);
  void write_string(std::string_view value);
  void write_floats(std::span<const float> values);
  void write_doubles(std::span<const double> values);
  void write_u64s(std::span<const std::uint64_t> values);

  void item(std::uint64_t value) { write_u64(value); }
  void item(std::int64_t value) { write_i64(value); }
  void item(double value) { write_double(value); }
  void item(bool value) { write_flag(value); }
  void item(const std::string& value) { write_string(value); }
  void item(const std::unordered_set<std::uint64_t>& values);
  template <class Value>
  void item_below(Value value, std::uint64_t /*bound*/) {
    write_u64(static_cast<std::uint64_t>(value));
  }
  void item_within(double value, double /*least*/, double /*most*/) { write_double(value); }
  void items_within(const std::vector<float>& values, float /*least*/, float /*most*/) {
    write_floats(values);
  }
  template <class Item, class Visit>
  void items(const std::vector<Item>& items, Visit visit) {
    write_u64(items.size());
    for (const Item& item : items) {
      visit(item);
    }
  }
  template <class Item, class Visit>
  void optional_item(const std::optional<Item>& item, Visit visit) {
    write_flag(item.has_value());
    if (item.has_value()) {
      visit(*item);
    }
  }
  template <class Part, class... Expected>
  void part(const Part& part, const Expected&... expected) {
    part.save(*this, expected...);
  }
  void require(bool /*holds*/, std::string_view /*message*/) const {}

  // All that was written.
  const std::string& bytes() const { return bytes_; }

 private:
  void begin(char type) { bytes_ += type; }
  void add(std::uint64_t value, int byte_count);

  std::string bytes_;
};

// Reads the items in the order in which they were written. What does not fit is an Error that
// begins with the archive's name; nothing outside the bytes is ever read, and no more memory is
// taken than they have.
class ArchiveReader {
 public:
  // `bytes` outlive the reader.
  ArchiveReader(std::string_view bytes, std::string name);

  std::uint64_t read_u64();
  std::int64_t read_i64();
  double read_double();
  bool read_flag();
  std::string read_string();
  std::vector<float> read_floats();
  std::vector<double> read_doubles();
  std::vector<std::uint64_t> read_u64s();

  // The same, for what others rely on: throw Error too where the number is not less than `bound`,
  // or not within [least, most] (so neither infinite nor no number), and where the list has not
  // `size` such numbers.
  std::size_t read_below(std::size_t bound);
  double read_within(double least, double most);
  std::vector<float> read_floats(std::size_t size, float least, float most);
  std::vector<double> read_doubles(std::size_t size, double least, double most);

  // A write_u64() that says how many items follow, of which none is without bytes, and as many
  // times what `read` reads. No room is made for items that are not there.
  template <class Read>
  auto read_list(Read read) {
    std::vector<decltype(read())> items;
    for (std::size_t count = read_count(); count > 0; --count) {
      items.push_back(read());
    }
    return items;
  }

  void item(std::uint64_t& value) { value = read_u64(); }
  void item(std::int64_t& value) { value = read_i64(); }
  void item(double& value) { value = read_double(); }
  void item(bool& value) { value = read_flag(); }
  void item(std::string& value) { value = read_string(); }
  void item(std::unordered_set<std::uint64_t>& values);
  // A number or an enumerator that is less.
  template <class Value>
  void item_below(Value& value, std::uint64_t bound) {
    value = static_cast<Value>(read_below(bound));
  }
  void item_within(double& value, double least, double most) { value = read_within(least, most); }
  // As many as there are now, all of them within.
  void items_within(std::vector<float>& values, float least, float most) {
    values = read_floats(values.size(), least, most);
  }
  // Items that begin as new ones.
  template <class Item, class Visit>
  void items(std::vector<Item>& items, Visit visit) {
    items = read_list([&] {
      Item item{};
      visit(item);
      return item;
    });
  }
  template <class Item, class Visit>
  void optional_item(std::optional<Item>& item, Visit visit) {
    item.reset();
    if (read_flag()) {
      visit(item.emplace());
    }
  }
  // What saves and loads itself, and what it is told of what to expect.
  template <class Part, class... Expected>
  void part(Part& part, const Expected&... expected) {
    part.load(*this, expected...);
  }
  // Throws Error with the message unless that holds.
  void require(bool holds, std::string_view message) const {
    if (!holds) {
      fail(message);
    }
  }

  // Throws Error where something is left.
  void check_end() const;

  // For what was read and makes no sense to who reads it: "NAME: MESSAGE".
  [[noreturn]] void fail(std::string_view message) const;

 private:
  void expect(char type);
  std::uint64_t take(int byte_count);
  std::size_t take_length(std::size_t item_bytes);
  std::size_t read_count();
  template <class Number>
  void check_list(const std::vector<Number>& numbers, std::size_t size, Number least,
                  Number most) const;

  std::string_view rest_;
  std::string name_;
};

}  // namespace memplace
