// SPDX-License-Identifier: Apache-2.0
// What traces are made of: times as text, lanes, windows.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/files.h"
#include "report/trace/counters.h"
#include "report/trace/frontier.h"
#include "report/trace/lanes.h"
#include "report/trace/mover_frontier.h"
#include "report/trace/text_file.h"
#include "report/trace/trace_events.h"
#include "tests/support/toy_chips.h"
#include "workloads/io/graph_text.h"

namespace memplace {
namespace {

// What a TextFile is after `put` has put something there.
template <class Put>
std::string written(Put put) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("memplace-text-{}", ::getpid()))
          .string();
  TextFile file(path);
  file.reserve(100);
  put(file);
  file.commit();
  std::string text = read_file(path);
  std::filesystem::remove(path);
  return text;
}

std::string microseconds(std::int64_t ps) {
  return written([&](TextFile& file) { file.put_microseconds(Picoseconds(ps)); });
}

}  // namespace

TEST_CASE("microseconds are exact", "[report]") {
  CHECK(microseconds(0) == "0");
  CHECK(microseconds(1) == "0.000001");
  CHECK(microseconds(10) == "0.00001");
  CHECK(microseconds(999'999) == "0.999999");
  CHECK(microseconds(1'000'000) == "1");
  CHECK(microseconds(38'000) == "0.038");
  CHECK(microseconds(1'500'000) == "1.5");
  // 2^62, which no double holds with all its decimals.
  CHECK(microseconds(std::int64_t{1} << 62) == "4611686018427.387904");
}

TEST_CASE("pieces of a text file are in order, whatever their size", "[report]") {
  const std::string large(1'000'000, 'x');  // more than the buffer holds
  const std::string text = written([&](TextFile& file) {
    file.put("numbers ");
    file.put_number(-12);
    file.put(' ');
    file.put_binary(6);
    file.reserve(large.size());
    file.put(large);
    for (int i = 0; i < 100'000; ++i) {
      file.reserve(2);
      file.put("ab");
    }
  });
  std::string expected = "numbers -12 110" + large;
  for (int i = 0; i < 100'000; ++i) {
    expected += "ab";
  }
  CHECK((text == expected));
}

// Four requests, posted at 1, 2, 2 and 5, heard of in the order 1, 0, 3, 2.
TEST_CASE("a frontier is the posting before the first request not heard of", "[report]") {
  Frontier frontier(4);
  CHECK(frontier.time() == 0_ps);
  frontier.hear(1, 2_ps);
  CHECK(frontier.time() == 0_ps);
  frontier.hear(0, 1_ps);
  CHECK(frontier.time() == 2_ps);
  frontier.hear(3, 5_ps);
  CHECK(frontier.time() == 2_ps);
  frontier.hear(2, 2_ps);
  CHECK(frontier.time() == Frontier::kNever);
  CHECK(Frontier(0).time() == Frontier::kNever);
}

// Two inferences of a and b, whose weights are fetched after a in three pieces, with two places.
TEST_CASE("a mover's frontier is when an unheard piece may have begun", "[report]") {
  const Graph graph = parse_graph_text(
      "input x 4\n"
      "a: grid(out=5,in=4) w=8 in=x out=4\n"
      "b: grid(out=5,in=4) w=8 in=a out=4\n");
  Chip chip = test::toy_chip();
  chip.mover.piece = 3_B;
  const Program program = lower(Problem(graph, chip, {1, 1, 2}));
  const TensorId weights = *graph.find_tensor("b.weights");
  const Move move{weights, test::kDram, test::kLlc, 8_B, OpId(0), OpId(1), OpId(1), 0_B};
  MoverFrontier frontier(program, std::span(&move, 1));
  const auto hear_piece = [&](std::uint32_t operand, Picoseconds posted, Picoseconds arrived) {
    frontier.hear_piece(
        {{RequestKind::kMove, 0, 1, 0, operand}, {}, 0, 4_B, posted, posted, arrived, arrived}, 0);
  };
  CHECK(frontier.time() == Frontier::kNever);  // not open
  frontier.hear_compute({0, 0, 0, 0_ps, 0_ps, 0_ps, 0_ps, 16_ps, 36_ps});
  CHECK(frontier.time() == 36_ps);
  hear_piece(0, 36_ps, 50_ps);
  CHECK(frontier.time() == 36_ps);  // the other one may have begun then
  hear_piece(1, 50_ps, 58_ps);
  // The third takes the place of the first; the second, of which nothing is known, has the other.
  hear_piece(4, 58_ps, 59_ps);
  CHECK(frontier.time() == 36_ps);
  hear_piece(2, 36_ps, 60_ps);
  CHECK(frontier.time() == 59_ps);  // the third one's write was posted
  hear_piece(5, 59_ps, 62_ps);
  CHECK(frontier.time() == 60_ps);
  hear_piece(3, 60_ps, 70_ps);
  CHECK(frontier.time() == Frontier::kNever);

  // The next inference, which has to be the one after this, computed a at 100.
  const auto hear_output = [&](std::uint32_t op, Picoseconds at) {
    frontier.hear_output({{RequestKind::kOutput, 0, op, op, 0}, {}, 0, 4_B, at, at, at, at});
  };
  hear_output(0, 80_ps);
  hear_output(1, 90_ps);
  CHECK(frontier.time() == Frontier::kNever);
  frontier.hear_compute({0, 2, 0, 0_ps, 0_ps, 0_ps, 0_ps, 95_ps, 100_ps});
  CHECK(frontier.time() == 100_ps);
  // The second piece may have begun with the first, in the other place.
  hear_piece(0, 100_ps, 110_ps);
  hear_piece(1, 110_ps, 115_ps);
  CHECK(frontier.time() == 100_ps);
}

TEST_CASE("names are escaped", "[report]") {
  CHECK(json_escaped("plain") == "plain");
  CHECK(json_escaped("a\"b\\c") == "a\\\"b\\\\c");
}

// 0 [0, 10)  [10, 20)
// 1   [5, 12)        [20, 30): both lanes are free, the second since 12, the first since 20
TEST_CASE("overlapping slices go to lanes of their own", "[report]") {
  Lanes lanes;
  CHECK(lanes.add(0_ps, 10_ps) == 0);
  CHECK(lanes.add(5_ps, 12_ps) == 1);
  CHECK(lanes.add(10_ps, 20_ps) == 0);
  CHECK(lanes.add(20_ps, 30_ps) == 0);
  CHECK(lanes.add(12_ps, 30_ps) == 1);
  CHECK(lanes.size() == 2);
}

TEST_CASE("a slice of no length has its begin for itself", "[report]") {
  Lanes lanes;
  CHECK(lanes.add(5_ps, 5_ps) == 0);
  CHECK(lanes.add(5_ps, 9_ps) == 1);
  CHECK(lanes.add(6_ps, 9_ps) == 0);
}

TEST_CASE("bandwidth is spread evenly and loses no byte", "[report]") {
  BandwidthWindows windows;
  // 10 B over [500, 3500) ps: by 1000 ps a sixth (1 B), by 2000 half (5), by 3000 8 of 8.33,
  // then 10.
  windows.add(500_ps, 3500_ps, 10_B);
  CHECK(windows.width() == 1000_ps);
  CHECK(windows.windows() == std::vector<Bytes>{1_B, 4_B, 3_B, 2_B});
  // The last window is as long as the run goes on in it: 2 B in 500 ps.
  CHECK(windows.bytes_per_second(3, 3500_ps) == 4'000'000'000);
  CHECK(windows.bytes_per_second(1, 3500_ps) == 4'000'000'000);
  windows.add(3500_ps, 3500_ps, 0_B);
  CHECK(windows.windows().size() == 4);
}

TEST_CASE("windows are merged in pairs when a run outgrows them", "[report]") {
  BandwidthWindows windows;
  windows.add(500_ps, 3500_ps, 10_B);
  windows.add(0_ps, 1024_ns, 0_B);
  CHECK(windows.width() == 1000_ps);  // 1024 windows are just enough
  windows.add(0_ps, 1024_ns + 1_ps, 0_B);
  CHECK(windows.width() == 2000_ps);
  CHECK(windows.windows().size() == 513);
  CHECK(windows.windows()[0] == 5_B);
  CHECK(windows.windows()[1] == 5_B);
  Bytes sum;
  windows.add(1_us, 77_us, Bytes(123'457));
  for (const Bytes bytes : windows.windows()) {
    sum += bytes;
  }
  CHECK(sum == Bytes(123'467));
}

}  // namespace memplace
