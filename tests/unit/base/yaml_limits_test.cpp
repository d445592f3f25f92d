// SPDX-License-Identifier: Apache-2.0
// Texts that are no YAML, and YAML made to exhaust the reader.
#include <cstddef>
#include <string>

#include <catch2/catch.hpp>

#include "base/yaml_reader.h"
#include "tests/unit/base/yaml_support.h"

namespace memplace {
namespace {

using namespace std::string_literals;

TEST_CASE("no document and several documents are refused", "[base]") {
  CHECK(parse_error("") == "f.yaml: empty");
  CHECK(parse_error("# only a comment\n") == "f.yaml: empty");
  CHECK(parse_error("---\n") == "f.yaml: empty");
  CHECK(parse_error("~") == "f.yaml: empty");
  CHECK(parse_error("a: 1\n---\nb: 2\n") ==
        "f.yaml:2:1: a second YAML document begins, expected one");
  CHECK(parse_error("---\n---\na: 1\n") ==
        "f.yaml:2:1: a second YAML document begins, expected one");
  CHECK(parse_error("---\na: 1\n...\n") == "no error");
}

TEST_CASE("what is no YAML is refused at the parser's place", "[base]") {
  CHECK(parse_error("a: [1, 2\n") == "f.yaml:2:1: not YAML: end of sequence flow not found");
  CHECK(parse_error("a: b: c\n") == "f.yaml:1:5: not YAML: illegal map value");
  CHECK(parse_error("a: *x\n") == "f.yaml:1:4: not YAML: the referenced anchor is not defined");
  CHECK(parse_error("@a\n") == "f.yaml:1:1: not YAML: unknown token");
  CHECK(parse_error("a: 1\nb: \"x\nc: 2\n") ==
        "f.yaml:4:1: not YAML: a quotation mark above is not closed");
  CHECK(parse_error("a: 'x") == "f.yaml:2:1: not YAML: a quotation mark above is not closed");
}

TEST_CASE("bytes that are no text are refused at their place", "[base]") {
  CHECK(parse_error("a: 1\nb: \xff\n") == "f.yaml:2:4: not YAML: byte 0xff is not UTF-8");
  CHECK(parse_error("a: \xc3") == "f.yaml:1:4: not YAML: byte 0xc3 is not UTF-8");
  CHECK(parse_error("a: \xc0\xaf") == "f.yaml:1:4: not YAML: byte 0xc0 is not UTF-8");
  CHECK(parse_error("a: \xe0\x80\xaf") == "f.yaml:1:4: not YAML: byte 0xe0 is not UTF-8");
  CHECK(parse_error("a: \xed\xa0\x80") == "f.yaml:1:4: not YAML: byte 0xed is not UTF-8");
  CHECK(parse_error("a: \xf4\x90\x80\x80") == "f.yaml:1:4: not YAML: byte 0xf4 is not UTF-8");
  CHECK(parse_error("\xff\xfe"
                    "a\0"s) == "f.yaml:1:1: not YAML: byte 0xff is not UTF-8");
  CHECK(parse_error("a: 1\0b: 2"s) == "f.yaml:1:5: not YAML: byte 0x00 is a control character");
  CHECK(parse_error("a: \x04\n") == "f.yaml:1:4: not YAML: byte 0x04 is a control character");
  CHECK(parse_error("a: \x7f\n") == "f.yaml:1:4: not YAML: byte 0x7f is a control character");
}

TEST_CASE("all of Unicode, a byte order mark and other line ends are text", "[base]") {
  CHECK(at("k: \u00e4\u20ac\U0001f600").as_string() == "\u00e4\u20ac\U0001f600");
  CHECK(at("\ufeffk: 1").as_string() == "1");
  CHECK(at("a: 1\r\nk: 2\r\n").as_string() == "2");
  CHECK(at("k: |+\n  x\n\n").as_string() == "x\n\n");
}

// The root is level 0 and the value of `a` level 1, so that 63 lists in it and their element are
// the last allowed.
TEST_CASE("nesting ends at 64 levels", "[base]") {
  const auto nested = [](std::size_t lists) {
    return "a: " + std::string(lists, '[') + "1" + std::string(lists, ']');
  };
  CHECK(parse_error(nested(63)) == "no error");
  CHECK(parse_error(nested(64)) == "f.yaml:1:68: nested deeper than 64 levels");
  CHECK(parse_error(nested(400)) == "f.yaml:1:68: nested deeper than 64 levels");
  // Beyond what the parser itself follows.
  CHECK(parse_error(std::string(100'000, '[')).ends_with(": nested deeper than 64 levels"));
  std::string block;
  for (std::size_t i = 0; i < 1000; ++i) {
    block += std::string(i, ' ') + "a:\n";
  }
  CHECK(parse_error(block).ends_with(": nested deeper than 64 levels"));
}

TEST_CASE("an alias within its own anchor is refused", "[base]") {
  CHECK(parse_error("a: &x [*x, *x]\n") ==
        "f.yaml:1:8: an alias inside the value that it stands for");
}

// Ten lists of ten lists of ... of ten: 10^8 values in 400 bytes.
TEST_CASE("aliases that stand for too many values are refused", "[base]") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) {
      text += inner + ", ";
    }
    text += inner + "]\n";
  }
  CHECK(text.size() < 600);
  // 10,000 and four for each of the text's bytes.
  CHECK(parse_error(text).find(": aliases stand for more than 1") != std::string::npos);
}

// One MiB under an anchor, and aliases to it. The text has 1 MiB and some 100 bytes, which with 16
// MiB allow 20 MiB and some 400 bytes: 20 aliases, and not 21.
TEST_CASE("aliases that stand for too many bytes are refused", "[base]") {
  const auto text = [](int aliases) {
    std::string result = "a: &x " + std::string(std::size_t{1} << 20U, 'y') + "\nb:\n";
    for (int i = 0; i < aliases; ++i) {
      result += "- *x\n";
    }
    return result;
  };
  CHECK(parse_error(text(20)) == "no error");
  // The first two lines, then the alias at column 3.
  const std::string refused = text(21);
  CHECK(parse_error(refused) == "f.yaml:23:3: aliases stand for more than " +
                                    std::to_string((std::size_t{16} << 20U) + 4 * refused.size()) +
                                    " bytes");
}

// Places and paths are made when they are asked for: a list of 100,000 under a key of 64 KiB, whose
// path each element had, were 6 GB.
TEST_CASE("a long key is not kept by what is below it", "[base]") {
  const std::string key(std::size_t{1} << 16U, 'k');
  std::string text = "? " + key + "\n: [";
  for (int i = 0; i < 100'000; ++i) {
    text += i == 0 ? "0" : ", 0";
  }
  const YamlDocument document = YamlDocument::from_text(text + "]", "f.yaml");
  const YamlValue list = YamlMap(document.root()).required(key);
  CHECK(list.items().size() == 100'000);
  // Of ": [0, 0, ..." the first element is column 4.
  CHECK(std::string(list.items()[99'999].error("here").what()) ==
        "f.yaml:2:" + std::to_string(4 + 3 * 99'999) + ": " + key + "[99999]: here");
}

TEST_CASE("files are read under their name", "[base]") {
  const std::string directory = MEMPLACE_SOURCE_DIR "/tests";
  CHECK(error_of([&] { YamlDocument::from_file(directory); }) ==
        directory + ": cannot read: Is a directory");
  CHECK(error_of([] { YamlDocument::from_file("no/such.yaml"); }) ==
        "no/such.yaml: cannot read: No such file or directory");
  CHECK(error_of([] { YamlDocument::from_file("/dev/zero"); }) ==
        "/dev/zero: larger than 67108864 bytes");
  const std::string chip = MEMPLACE_SOURCE_DIR "/configs/chips/toy.yaml";
  const Error error = YamlDocument::from_file(chip).root().error("here");
  CHECK(std::string(error.what()).rfind(chip + ":", 0) == 0);
}

}  // namespace
}  // namespace memplace
