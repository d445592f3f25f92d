// SPDX-License-Identifier: Apache-2.0
#include "base/archive.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {
namespace {

constexpr char kU64 = 'u';
constexpr char kI64 = 'i';
constexpr char kDouble = 'd';
constexpr char kFlag = 'b';
constexpr char kString = 's';
constexpr char kFloats = 'F';
constexpr char kDoubles = 'D';
constexpr char kU64s = 'U';

constexpr int kWordBytes = 8;
constexpr int kHalfBytes = 4;

std::string_view name_of(char type) {
  switch (type) {
    case kU64:
      return "a u64";
    case kI64:
      return "an i64";
    case kDouble:
      return "a double";
    case kFlag:
      return "a flag";
    case kString:
      return "a string";
    case kFloats:
      return "a list of floats";
    case kDoubles:
      return "a list of doubles";
    case kU64s:
      return "a list of u64s";
    default:
      return "no item";
  }
}

}  // namespace

void ArchiveWriter::add(std::uint64_t value, int byte_count) {
  for (int i = 0; i < byte_count; ++i) {
    bytes_ += static_cast<char>(static_cast<unsigned char>(value & 0xffU));
    value >>= 8U;
  }
}

void ArchiveWriter::write_u64(std::uint64_t value) {
  begin(kU64);
  add(value, kWordBytes);
}

void ArchiveWriter::write_i64(std::int64_t value) {
  begin(kI64);
  add(static_cast<std::uint64_t>(value), kWordBytes);
}

void ArchiveWriter::write_double(double value) {
  begin(kDouble);
  add(std::bit_cast<std::uint64_t>(value), kWordBytes);
}

void ArchiveWriter::write_flag(bool value) {
  begin(kFlag);
  add(value ? 1U : 0U, 1);
}

void ArchiveWriter::write_string(std::string_view value) {
  begin(kString);
  add(value.size(), kWordBytes);
  bytes_ += value;
}

void ArchiveWriter::write_floats(std::span<const float> values) {
  begin(kFloats);
  add(values.size(), kWordBytes);
  bytes_.reserve(bytes_.size() + values.size_bytes());
  for (const float value : values) {
    add(std::bit_cast<std::uint32_t>(value), kHalfBytes);
  }
}

void ArchiveWriter::write_doubles(std::span<const double> values) {
  begin(kDoubles);
  add(values.size(), kWordBytes);
  bytes_.reserve(bytes_.size() + values.size_bytes());
  for (const double value : values) {
    add(std::bit_cast<std::uint64_t>(value), kWordBytes);
  }
}

void ArchiveWriter::write_u64s(std::span<const std::uint64_t> values) {
  begin(kU64s);
  add(values.size(), kWordBytes);
  bytes_.reserve(bytes_.size() + values.size_bytes());
  for (const std::uint64_t value : values) {
    add(value, kWordBytes);
  }
}

// Sorted, since equal sets may have different orders.
void ArchiveWriter::item(const std::unordered_set<std::uint64_t>& values) {
  std::vector<std::uint64_t> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  write_u64s(sorted);
}

ArchiveReader::ArchiveReader(std::string_view bytes, std::string name)
    : rest_(bytes), name_(std::move(name)) {}

void ArchiveReader::fail(std::string_view message) const {
  throw Error(fmt::format("{}: {}", name_, message));
}

void ArchiveReader::expect(char type) {
  if (rest_.empty()) {
    fail("is cut off");
  }
  if (rest_.front() != type) {
    fail(fmt::format("holds {} where {} was expected", name_of(rest_.front()), name_of(type)));
  }
  rest_.remove_prefix(1);
}

std::uint64_t ArchiveReader::take(int byte_count) {
  const auto count = static_cast<std::size_t>(byte_count);
  if (rest_.size() < count) {
    fail("is cut off");
  }
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(rest_[i]);
  }
  rest_.remove_prefix(count);
  return value;
}

// How many items of so many bytes follow.
std::size_t ArchiveReader::take_length(std::size_t item_bytes) {
  const std::uint64_t length = take(kWordBytes);
  if (length > rest_.size() / item_bytes) {
    fail("is cut off");
  }
  return static_cast<std::size_t>(length);
}

std::uint64_t ArchiveReader::read_u64() {
  expect(kU64);
  return take(kWordBytes);
}

std::int64_t ArchiveReader::read_i64() {
  expect(kI64);
  return static_cast<std::int64_t>(take(kWordBytes));
}

double ArchiveReader::read_double() {
  expect(kDouble);
  return std::bit_cast<double>(take(kWordBytes));
}

bool ArchiveReader::read_flag() {
  expect(kFlag);
  const std::uint64_t value = take(1);
  if (value > 1) {
    fail(fmt::format("holds {} where a flag was expected", value));
  }
  return value == 1;
}

std::string ArchiveReader::read_string() {
  expect(kString);
  const std::size_t length = take_length(1);
  std::string value(rest_.substr(0, length));
  rest_.remove_prefix(length);
  return value;
}

std::vector<float> ArchiveReader::read_floats() {
  expect(kFloats);
  std::vector<float> values(take_length(kHalfBytes));
  for (float& value : values) {
    value = std::bit_cast<float>(static_cast<std::uint32_t>(take(kHalfBytes)));
  }
  return values;
}

std::vector<double> ArchiveReader::read_doubles() {
  expect(kDoubles);
  std::vector<double> values(take_length(kWordBytes));
  for (double& value : values) {
    value = std::bit_cast<double>(take(kWordBytes));
  }
  return values;
}

std::vector<std::uint64_t> ArchiveReader::read_u64s() {
  expect(kU64s);
  std::vector<std::uint64_t> values(take_length(kWordBytes));
  for (std::uint64_t& value : values) {
    value = take(kWordBytes);
  }
  return values;
}

void ArchiveReader::item(std::unordered_set<std::uint64_t>& values) {
  const std::vector<std::uint64_t> sorted = read_u64s();
  values = {sorted.begin(), sorted.end()};
}

std::size_t ArchiveReader::read_below(std::size_t bound) {
  const std::uint64_t value = read_u64();
  if (value >= bound) {
    fail(fmt::format("holds {} where a number less than {} was expected", value, bound));
  }
  return static_cast<std::size_t>(value);
}

double ArchiveReader::read_within(double least, double most) {
  const double value = read_double();
  if (!(value >= least && value <= most)) {
    fail(fmt::format("holds {} where a number from {} to {} was expected", value, least, most));
  }
  return value;
}

template <class Number>
void ArchiveReader::check_list(const std::vector<Number>& numbers, std::size_t size, Number least,
                               Number most) const {
  if (numbers.size() != size) {
    fail(fmt::format("holds a list of {} numbers where one of {} was expected", numbers.size(),
                     size));
  }
  for (const Number value : numbers) {
    if (!(value >= least && value <= most)) {
      fail(fmt::format("holds {} where a number from {} to {} was expected", value, least, most));
    }
  }
}

std::vector<float> ArchiveReader::read_floats(std::size_t size, float least, float most) {
  std::vector<float> values = read_floats();
  check_list(values, size, least, most);
  return values;
}

std::vector<double> ArchiveReader::read_doubles(std::size_t size, double least, double most) {
  std::vector<double> values = read_doubles();
  check_list(values, size, least, most);
  return values;
}

std::size_t ArchiveReader::read_count() {
  const std::uint64_t count = read_u64();
  if (count > rest_.size()) {
    fail("is cut off");
  }
  return static_cast<std::size_t>(count);
}

void ArchiveReader::check_end() const {
  if (!rest_.empty()) {
    fail(fmt::format("goes on for {} bytes behind its end", rest_.size()));
  }
}

}  // namespace memplace
