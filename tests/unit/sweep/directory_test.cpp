// SPDX-License-Identifier: Apache-2.0
#include "optimizer/sweep/directory.h"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "tests/unit/sweep/sweep_support.h"

namespace memplace {
namespace {

const std::string kSpec =
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

}  // namespace

TEST_CASE("what is recorded is there again, whatever the end of the journal", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  {
    SweepDirectory directory(place.path(), *sweep);
    CHECK(count(directory.points()) == 0);
    directory.record({point_line(*points[2]), point_line(*points[0])});
  }
  const std::string journal = read_file(place.file("journal.jsonl"));
  CHECK(journal == point_line(*points[2]) + "\n" + point_line(*points[0]) + "\n");
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
    const std::string whole = kept == 2 ? journal : kept == 1 ? journal.substr(0, first) : "";
    CHECK(read_file(place.file("journal.jsonl")) == whole + point_line(*points[1]) + "\n");
  }
}

TEST_CASE("a sweep that is over is left alone", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
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
  std::string lines;
  for (const auto& point : points) {
    lines += point_line(*point) + "\n";
  }
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
  const auto sweep = sweep_of(kSpec);
  const SweepPoints points = run_all(*sweep);
  const Place place;
  const std::string journal = place.file("journal.jsonl");
  { SweepDirectory directory(place.path(), *sweep); }
  const auto other = sweep_of(kSpec + "objective: energy\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *other),
                    place.file("sweep.yaml") + ": the sweep there is another one");
  write_file(journal, point_line(*points[0]) + "\n{}\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: not a point of a sweep; it was damaged or changed");
  write_file(journal, point_line(*points[0]) + "\n" + point_line(*run_all(*other)[1]) + "\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: a point of another sweep, or of another version of memplace");
  SweepPoint another = *points[0];
  another.result.latency += Picoseconds(1);
  write_file(journal, point_line(*points[0]) + "\n" + point_line(*points[0]) + "\n");
  CHECK_NOTHROW(SweepDirectory(place.path(), *sweep));
  write_file(journal, point_line(*points[0]) + "\n" + point_line(another) + "\n");
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    journal + ":2: another result of point 0; it was damaged or changed");
  std::filesystem::remove(place.file("sweep.yaml"));
  CHECK_THROWS_WITH(
      SweepDirectory(place.path(), *sweep),
      place.path() + ": holds journal.jsonl, but no sweep.yaml; name another directory");
}

TEST_CASE("a sweep touches no file of anybody else", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
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
  const auto sweep = sweep_of(kSpec);
  const Place place;
  const SweepDirectory directory(place.path(), *sweep);
  CHECK_THROWS_WITH(SweepDirectory(place.path(), *sweep),
                    place.path() + ": another process is writing this sweep");
}

TEST_CASE("a sweep is loaded by the version that wrote it", "[sweep]") {
  const auto sweep = sweep_of(kSpec);
  const Place place;
  CHECK_THROWS_WITH(load_sweep(place.path(), "1.0"),
                    place.path() + ": holds no sweep: there is no sweep.yaml in it");
  std::filesystem::create_directory(place.path());
  write_file(place.file("sweep.yaml"), kSpec);
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
