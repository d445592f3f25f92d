// SPDX-License-Identifier: Apache-2.0
#include "base/archive.h"

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/fnv.h"

namespace memplace {
namespace {

constexpr std::uint64_t kMostUnsigned = std::numeric_limits<std::uint64_t>::max();
constexpr std::int64_t kLeastSigned = std::numeric_limits<std::int64_t>::min();

// An item of every type, twice where it can be empty.
std::string everything() {
  ArchiveWriter archive;
  archive.write_u64(kMostUnsigned);
  archive.write_i64(kLeastSigned);
  archive.write_double(-0.0);
  archive.write_flag(true);
  archive.write_string("two\nlines");
  archive.write_string("");
  archive.write_floats(std::array{0.25F, -1.0F});
  archive.write_floats({});
  archive.write_doubles(std::array{1e300});
  archive.write_doubles({});
  archive.write_u64s(std::array<std::uint64_t, 3>{1, 2, kMostUnsigned});
  archive.write_u64s({});
  return archive.bytes();
}

void read_everything(ArchiveReader& archive) {
  archive.read_u64();
  archive.read_i64();
  archive.read_double();
  archive.read_flag();
  archive.read_string();
  archive.read_string();
  archive.read_floats();
  archive.read_floats();
  archive.read_doubles();
  archive.read_doubles();
  archive.read_u64s();
  archive.read_u64s();
  archive.check_end();
}

std::string archive_error(std::string_view bytes, const std::function<void(ArchiveReader&)>& read) {
  ArchiveReader archive(bytes, "a.bin");
  try {
    read(archive);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an archive gives back every bit", "[archive]") {
  const std::string bytes = everything();
  ArchiveReader archive(bytes, "a.bin");
  CHECK(archive.read_u64() == kMostUnsigned);
  CHECK(archive.read_i64() == kLeastSigned);
  CHECK(std::bit_cast<std::uint64_t>(archive.read_double()) == 0x8000000000000000);
  CHECK(archive.read_flag());
  CHECK(archive.read_string() == "two\nlines");
  CHECK(archive.read_string().empty());
  CHECK(archive.read_floats() == std::vector<float>{0.25F, -1.0F});
  CHECK(archive.read_floats().empty());
  CHECK(archive.read_doubles() == std::vector<double>{1e300});
  CHECK(archive.read_doubles().empty());
  CHECK(archive.read_u64s() == std::vector<std::uint64_t>{1, 2, kMostUnsigned});
  CHECK(archive.read_u64s().empty());
  archive.check_end();
}

TEST_CASE("an archive keeps what is not a number", "[archive]") {
  const auto strange = std::bit_cast<double>(std::uint64_t{0x7ff8dead0000beef});
  const auto strange_float = std::bit_cast<float>(std::uint32_t{0x7fc0beef});
  ArchiveWriter writer;
  writer.write_double(strange);
  writer.write_double(std::numeric_limits<double>::infinity());
  writer.write_doubles(std::array{strange});
  writer.write_floats(std::array{strange_float});
  ArchiveReader archive(writer.bytes(), "a.bin");
  CHECK(std::bit_cast<std::uint64_t>(archive.read_double()) == 0x7ff8dead0000beef);
  CHECK(archive.read_double() == std::numeric_limits<double>::infinity());
  CHECK(std::bit_cast<std::uint64_t>(archive.read_doubles().at(0)) == 0x7ff8dead0000beef);
  CHECK(std::bit_cast<std::uint32_t>(archive.read_floats().at(0)) == 0x7fc0beef);
}

// By hand: 'u' 258 = 0x0102, 's' "ab", 'F' [1.0 = 0x3f800000], 'i' -2, 'b' 0, 'U' [7].
TEST_CASE("an archive is the same bytes on every machine", "[archive]") {
  ArchiveWriter archive;
  archive.write_u64(258);
  archive.write_string("ab");
  archive.write_floats(std::array{1.0F});
  archive.write_i64(-2);
  archive.write_flag(false);
  archive.write_u64s(std::array<std::uint64_t, 1>{7});
  const auto zeros = [](std::size_t count) { return std::string(count, '\0'); };
  CHECK(archive.bytes() == "u\x02\x01" + zeros(6) + "s\x02" + zeros(7) + "ab" + "F\x01" + zeros(9) +
                               "\x80\x3f" + "i\xfe" + std::string(7, '\xff') + "b" + zeros(1) +
                               "U\x01" + zeros(7) + "\x07" + zeros(7));
}

namespace {

// Something that says once what its members are.
struct Visited {
  std::uint64_t count = 0;
  bool flag = false;
  std::string word;
  char letter = 0;
  double share = 0;
  std::vector<float> weights{0, 0};
  std::vector<std::int64_t> list;
  std::optional<double> maybe;
  std::unordered_set<std::uint64_t> set;

  bool operator==(const Visited&) const = default;

  static void visit(auto& archive, auto& self) {
    archive.item(self.count);
    archive.item(self.flag);
    archive.item(self.word);
    archive.item_below(self.letter, 'd');
    archive.item_within(self.share, 0, 1);
    archive.items_within(self.weights, -1, 1);
    archive.items(self.list, [&](auto& number) { archive.item(number); });
    archive.optional_item(self.maybe, [&](auto& number) { archive.item(number); });
    archive.item(self.set);
    archive.require(self.count == 3, "holds no three");
  }
  void save(ArchiveWriter& archive) const { visit(archive, *this); }
  void load(ArchiveReader& archive) { visit(archive, *this); }
};

std::string saved(const Visited& visited) {
  ArchiveWriter archive;
  archive.part(visited);
  return archive.bytes();
}

std::string loading(const Visited& visited) {
  return archive_error(saved(visited), [](ArchiveReader& archive) {
    Visited loaded;
    archive.part(loaded);
    archive.check_end();
  });
}

}  // namespace

TEST_CASE("one visit of members saves them and loads them", "[archive]") {
  const Visited full{3, true, "three", 'c', 0.5, {-1, 1}, {5, -6}, 7.0, {9, 8, 10}};
  const std::string bytes = saved(full);
  Visited loaded;
  loaded.list = {1, 2, 3};
  ArchiveReader archive(bytes, "a.bin");
  archive.part(loaded);
  archive.check_end();
  CHECK(loaded == full);
  Visited none;
  none.count = 3;
  const std::string nothing = saved(none);
  ArchiveReader again(nothing, "a.bin");
  again.part(loaded);
  CHECK(loaded == none);
}

TEST_CASE("what a visit demands is looked at where it loads", "[archive]") {
  const auto changed = [](auto change) {
    Visited visited;
    visited.count = 3;
    change(visited);
    return loading(visited);
  };
  CHECK(changed([](Visited&) {}) == "no error");
  CHECK(changed([](Visited& visited) { visited.count = 4; }) == "a.bin: holds no three");
  CHECK(changed([](Visited& visited) { visited.letter = 'd'; }) ==
        "a.bin: holds 100 where a number less than 100 was expected");
  CHECK(changed([](Visited& visited) { visited.share = 2; }) ==
        "a.bin: holds 2 where a number from 0 to 1 was expected");
  CHECK(changed([](Visited& visited) { visited.weights[1] = 2; }) ==
        "a.bin: holds 2 where a number from -1 to 1 was expected");
  CHECK(changed([](Visited& visited) { visited.weights.push_back(0); }) ==
        "a.bin: holds a list of 3 numbers where one of 2 was expected");
}

TEST_CASE("an archive that is cut off anywhere is refused", "[archive]") {
  const std::string bytes = everything();
  CHECK(archive_error(bytes, read_everything) == "no error");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    // A copy of just so many bytes, for sanitizers to notice a byte more.
    const std::vector<char> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(archive_error({cut.data(), cut.size()}, read_everything) == "a.bin: is cut off");
  }
}

TEST_CASE("an archive of something else is refused", "[archive]") {
  ArchiveWriter number;
  number.write_u64(3);
  CHECK(archive_error(number.bytes(), [](ArchiveReader& a) { a.read_string(); }) ==
        "a.bin: holds a u64 where a string was expected");
  CHECK(archive_error(number.bytes(), [](ArchiveReader& a) { a.read_u64s(); }) ==
        "a.bin: holds a u64 where a list of u64s was expected");
  CHECK(archive_error(number.bytes(), [](ArchiveReader& a) { a.check_end(); }) ==
        "a.bin: goes on for 9 bytes behind its end");
  CHECK(archive_error("?", [](ArchiveReader& a) { a.read_flag(); }) ==
        "a.bin: holds no item where a flag was expected");
  CHECK(archive_error("b\x02", [](ArchiveReader& a) { a.read_flag(); }) ==
        "a.bin: holds 2 where a flag was expected");
}

// 2^61 + 1 doubles are 2^64 + 8 bytes, which is 8 where it overflows.
TEST_CASE("no length makes a reader ask for memory it does not need", "[archive]") {
  for (const std::uint64_t length :
       {std::uint64_t{2}, (std::uint64_t{1} << 61U) + 1, kMostUnsigned}) {
    CAPTURE(length);
    ArchiveWriter writer;
    writer.write_u64(length);
    writer.write_u64(0);
    std::string bytes = writer.bytes();
    const auto error_as = [&](char type, void (*read)(ArchiveReader&)) {
      bytes[0] = type;
      return archive_error(bytes, read);
    };
    CHECK(error_as('D', [](ArchiveReader& a) { a.read_doubles(); }) == "a.bin: is cut off");
    CHECK(error_as('U', [](ArchiveReader& a) { a.read_u64s(); }) == "a.bin: is cut off");
    if (length > 9) {
      CHECK(error_as('F', [](ArchiveReader& a) { a.read_floats(); }) == "a.bin: is cut off");
      CHECK(error_as('s', [](ArchiveReader& a) { a.read_string(); }) == "a.bin: is cut off");
      CHECK(error_as('u', [](ArchiveReader& a) { a.read_list([&] { return a.read_u64(); }); }) ==
            "a.bin: is cut off");
    }
  }
}

TEST_CASE("a list in an archive has the items that it says", "[archive]") {
  ArchiveWriter writer;
  writer.write_u64(2);
  writer.write_string("a");
  writer.write_string("b");
  const auto read = [](ArchiveReader& a) { return a.read_list([&] { return a.read_string(); }); };
  ArchiveReader archive(writer.bytes(), "a.bin");
  CHECK(read(archive) == std::vector<std::string>{"a", "b"});
  archive.check_end();
  // Three are said, and there are bytes enough for three flags, but these are two strings.
  std::string more = writer.bytes();
  more[1] = '\3';
  CHECK(archive_error(more, [&](ArchiveReader& a) { read(a); }) == "a.bin: is cut off");
}

TEST_CASE("a number in an archive is what its reader relies on", "[archive]") {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const auto index = [](std::uint64_t value) {
    ArchiveWriter writer;
    writer.write_u64(value);
    return archive_error(writer.bytes(), [](ArchiveReader& a) { a.read_below(3); });
  };
  CHECK(index(2) == "no error");
  CHECK(index(3) == "a.bin: holds 3 where a number less than 3 was expected");
  CHECK(index(kMostUnsigned) ==
        "a.bin: holds 18446744073709551615 where a number less than 3 was expected");
  const auto number = [](double value) {
    ArchiveWriter writer;
    writer.write_double(value);
    return archive_error(writer.bytes(), [](ArchiveReader& a) { a.read_within(-1, kMostDouble); });
  };
  CHECK(number(-1) == "no error");
  CHECK(number(kMostDouble) == "no error");
  for (const double wrong : {-1.5, kInfinite, -kInfinite, kNone}) {
    CHECK(
        number(wrong).ends_with("where a number from -1 to 1.7976931348623157e+308 was expected"));
  }
  ArchiveWriter lists;
  lists.write_floats(std::array{0.5F, -1.0F});
  lists.write_doubles(std::array{0.5, kNone});
  const auto floats = [&](std::size_t size, float least) {
    return archive_error(lists.bytes(), [&](ArchiveReader& a) { a.read_floats(size, least, 1); });
  };
  CHECK(floats(2, -1) == "no error");
  CHECK(floats(3, -1) == "a.bin: holds a list of 2 numbers where one of 3 was expected");
  CHECK(floats(2, 0) == "a.bin: holds -1 where a number from 0 to 1 was expected");
  CHECK(archive_error(lists.bytes(), [&](ArchiveReader& a) {
          a.read_floats();
          a.read_doubles(2, -kMostDouble, kMostDouble);
        }).find("holds nan where a number from ") != std::string::npos);
}

// The published test vectors of FNV-1a 64: "", "a", "foobar".
TEST_CASE("fnv1a is FNV-1a", "[archive]") {
  CHECK(fnv1a("") == 0xcbf29ce484222325);
  CHECK(fnv1a("a") == 0xaf63dc4c8601ec8c);
  CHECK(fnv1a("foobar") == 0x85944171f73967e8);
  Fnv1a half;
  half.add("foo");
  Fnv1a rest(half.value());
  rest.add("bar");
  CHECK(rest.value() == 0x85944171f73967e8);
}

}  // namespace memplace
