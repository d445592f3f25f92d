// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/directory.h"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "base/fnv.h"
#include "tests/support/line_chains.h"
#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

using test::chained;

const std::string kKeptSpec =
    "workloads: [a]\nchip: toy\nmappings: [native]\n"
    "parameters: {memories.sram.capacity: [8 B, 16 B, 32 B]}\n";

// A name that nothing has yet, gone at the end.
class Place {
 public:
  Place()
      : path_((std::filesystem::temp_directory_path() /
               ("memplace-sweep-" + std::to_string(::getpid())))
                  .string()) {
    std::filesystem::remove_all(path_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::size_t count(const SweepPoints& points) {
  return static_cast<std::size_t>(std::count_if(
      points.begin(), points.end(), [](const auto& point) { return point.has_value(); }));
}

// Of a journal, or of all points, in that order.
std::string lines_of(const Sweep& sweep, const std::vector<SweepPoint>& points) {
  std::vector<std::string> lines;
  for (const SweepPoint& point : points) {
    lines.push_back(point_line(point));
  }
  return chained(lines, fnv1a(write_sweep(sweep.spec())));
}

}  // namespace

TEST_CASE("what is recorded is there again, whatever the end of the journal", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  {
    SweepDirectory directory(place.path(), *sweep);
    CHECK(count(directory.points()) == 0);
    directory.record({point_line(*points[2]), point_line(*points[0])});
  }
  const std::string journal = read_file(place.file("journal.jsonl"));
  CHECK(journal == lines_of(*sweep, {*points[2], *points[0]}));
  // Cut at the ends of lines and between: whole lines are kept, and the next one follows them.
  const std::size_t first = journal.find('\n') + 1;
  const std::size_t size = journal.size();
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, first / 2, first - 1, first,
                                  first + 1, (first + size) / 2, size - 1, size}) {
    CAPTURE(bytes);
    write_file(place.file("journal.jsonl"), journal.substr(0, bytes));
    const std::size_t kept = bytes == journal.size() ? 2 : bytes >= first ? 1 : 0;
    {
      SweepDirectory directory(place.path(), *sweep);
      CHECK(count(directory.points()) == kept);
      directory.record({point_line(*points[1])});
    }
    std::vector<SweepPoint> all{*points[2], *points[0]};
    all.resize(kept);
    all.push_back(*points[1]);
    CHECK(read_file(place.file("journal.jsonl")) == lines_of(*sweep, all));
  }
}

TEST_CASE("a sweep that is over is left alone", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  {
    SweepDirectory directory(place.path(), *sweep);
    directory.record({point_line(*points[0])});
    directory.finish(points, {{"more.txt", "more"}});
    CHECK(directory.over());
  }
  CHECK_FALSE(std::filesystem::exists(place.file("journal.jsonl")));
  CHECK(read_file(place.file("more.txt")) == "more");
  const std::string lines = lines_of(*sweep, {*points[0], *points[1], *points[2]});
  CHECK(read_file(place.file("points.jsonl")) == lines);
  {
    SweepDirectory directory(place.path(), *sweep);
    CHECK(directory.over());
    CHECK(directory.points() == points);
    directory.finish(points, {{"more.txt", "less"}});
  }
  CHECK(read_file(place.file("more.txt")) == "more");
  // What follows from the points is made again where it is missing.
  std::filesystem::remove(place.file("more.txt"));
  SweepDirectory(place.path(), *sweep).finish(points, {{"more.txt", "again"}});
  CHECK(read_file(place.file("more.txt")) == "again");
  write_file(place.file("points.jsonl"), lines.substr(0, lines.size() / 2));
  CHECK_THROWS_WITH(
      SweepDirectory(place.path(), *sweep),
      place.file("points.jsonl") + ": not all points of the sweep; it was damaged or changed");
}

TEST_CASE("what belongs to another sweep or was damaged is refused", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  const std::string journal = place.file("journal.jsonl");
  { SweepDirectory directory(place.path(), *sweep); }
  const auto other = sweep_of(kKeptSpec + "objective: energy\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *other),
                    place.file("sweep.yaml") + ": the sweep there is another one");
  write_file(journal, lines_of(*sweep, {*points[0]}) + "{}\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal +
                        ":2: a line without its check; it was damaged or changed, or an older "
                        "memplace wrote it");
  const std::uint64_t owner = fnv1a(write_sweep(sweep->spec()));
  write_file(journal, chained({point_line(*points[0]), "{\"point\":1}"}, owner));
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: not a point of a sweep; it was damaged or changed");
  write_file(journal, lines_of(*sweep, {*points[0], *run_all(*other)[1]}));
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: a point of another sweep, or of another version of memplace");
  SweepPoint another = *points[0];
  another.result.latency += Picoseconds(1);
  write_file(journal, lines_of(*sweep, {*points[0], *points[0]}));
  CHECK_NOTHROW(SweepDirectory(place.path(), *sweep));
  write_file(journal, lines_of(*sweep, {*points[0], another}));
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: another result of point 0; it was damaged or changed");
  std::filesystem::remove(place.file("sweep.yaml"));
  CHECK_THROWS_WITH(
      SweepDirectory(place.path(), *sweep),
      place.path() + ": holds journal.jsonl, but no sweep.yaml; name another directory");
}

// Results are what nobody could notice otherwise: they are not made again.
TEST_CASE("a changed line of a sweep is refused, in its journal and in its points", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  for (const bool over : {false, true}) {
    {
      SweepDirectory directory(place.path(), *sweep);
      directory.record({point_line(*points[0]), point_line(*points[1]), point_line(*points[2])});
      if (over) {
        directory.finish(points, {});
      }
    }
    const std::string file = place.file(over ? "points.jsonl" : "journal.jsonl");
    const std::string text = read_file(file);
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      ++number;
      const std::string key = "\"latency_ps\":";
      std::string changed = text;
      char& digit = changed[changed.find(key, begin) + key.size()];
      digit = digit == '9' ? '8' : '9';
      write_file(file, changed);
      CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                        file + ":" + std::to_string(number) +
                            ": not the line that was written here; it" +
                            (number == 1 ? " or sweep.yaml" : "") + " was damaged or changed");
    }
    CHECK(number == 3);
    write_file(file, text);
    CHECK_NOTHROW(SweepDirectory(place.path(), *sweep));
    std::filesystem::remove_all(place.path());
  }
}

TEST_CASE("a sweep touches no file of anybody else", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const Place place;
  std::filesystem::create_directory(place.path());
  write_file(place.file("notes.tmp-12"), "mine");
  write_file(place.file("points.jsonl.tmp-12"), "left by a process that was killed");
  for (const char* const name : {"pareto.csv", "marginal.csv", "sweep.json", "points.jsonl"}) {
    write_file(place.file(name), "mine");
    CHECK_THROWS_WITH(
        SweepDirectory(place.path(), *sweep),
        place.path() + ": holds " + name + ", but no sweep.yaml; name another directory");
    CHECK(read_file(place.file(name)) == "mine");
    std::filesystem::remove(place.file(name));
  }
  { SweepDirectory directory(place.path(), *sweep); }
  CHECK(read_file(place.file("notes.tmp-12")) == "mine");
  CHECK_FALSE(std::filesystem::exists(place.file("points.jsonl.tmp-12")));
}

TEST_CASE("one process at a time writes a sweep", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const Place place;
  const SweepDirectory directory(place.path(), *sweep);
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    place.path() + ": another process is writing this sweep");
}

TEST_CASE("a sweep is loaded by the version that wrote it", "[sweep]") {
  const auto sweep = sweep_of(kKeptSpec);
  const Place place;
  CHECK_THROWS_WITH(load_sweep(place.path(), "1.0"),
                    place.path() + ": holds no sweep: there is no sweep.yaml in it");
  std::filesystem::create_directory(place.path());
  write_file(place.file("sweep.yaml"), kKeptSpec);
  CHECK_THROWS_WITH(load_sweep(place.path(), "1.0"),
                    place.file("sweep.yaml") +
                        ": not the file of a sweep that began: it has no version; sweep it into "
                        "another directory");
  std::filesystem::remove(place.file("sweep.yaml"));
  { SweepDirectory directory(place.path(), *sweep); }
  CHECK(write_sweep(load_sweep(place.path(), "1.0")) == write_sweep(sweep->spec()));
  CHECK_THROWS_WITH(load_sweep(place.path(), "2.0"),
                    place.file("sweep.yaml") +
                        ": the sweep is of memplace 1.0 and this is 2.0, whose results could "
                        "differ; continue it with 1.0");
}

}  // namespace memplace
