// SPDX-License-Identifier: Apache-2.0
// How far long work is, as it is shown.
#include "cli/progress.h"

#include <sstream>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

namespace memplace {
namespace {

using Kind = ProgressDisplay::Kind;

struct Shown {
  explicit Shown(ProgressDisplay display) : console{in, out, err, ranks, display, std::nullopt} {}

  std::istringstream in;
  std::ostringstream out, err;
  SingleRank ranks;
  Console console;
};

}  // namespace

TEST_CASE("progress is drawn on terminals that can, and not at all on dumb ones", "[cli]") {
  CHECK(progress_display(std::nullopt, "xterm").kind == Kind::kTenths);
  CHECK(progress_display(std::nullopt, nullptr).kind == Kind::kTenths);
  CHECK(progress_display(100, "xterm-256color").kind == Kind::kLine);
  CHECK(progress_display(100, "xterm-256color").width == 100);
  CHECK(progress_display(100, "dumb").kind == Kind::kNothing);
  CHECK(progress_display(100, nullptr).kind == Kind::kNothing);
}

TEST_CASE("a status line keeps to the terminal's width", "[cli]") {
  Shown shown({Kind::kLine, 20});
  {
    StatusLine line(shown.console);
    line.draw(std::string(50, 'x'));
    CHECK(shown.err.str() == "\r" + std::string(19, 'x'));
    line.draw("ab");
  }
  CHECK(shown.err.str() == "\r" + std::string(19, 'x') + "\rab" + std::string(17, ' ') + "\r  \r");
  Shown bar({Kind::kLine, 20});
  StatusLine(bar.console).draw(0.5, "0123456");
  CHECK(bar.err.str().starts_with("\r[####.....] 0123456\r"));
  Shown tight({Kind::kLine, 20});
  StatusLine(tight.console).draw(0.5, "0123456789abc");
  CHECK(tight.err.str().starts_with("\r0123456789abc\r"));
  for (const Kind kind : {Kind::kNothing, Kind::kTenths}) {
    Shown other({kind});
    StatusLine line(other.console);
    line.draw("ab");
    CHECK(other.err.str().empty());
    line.print("cd");
    CHECK(other.err.str() == (kind == Kind::kTenths ? "cd\n" : ""));
  }
}

TEST_CASE("no time is said to be left for work that nobody has done yet", "[cli]") {
  Shown shown({});
  WorkProgress progress(shown.console, "sweep", "points", {4, 2}, 4);
  progress.add(4, 0);
  CHECK(shown.err.str().find("sweep: 80% (8 of 10 points, ") == 0);
  CHECK(shown.err.str().find("/s, ? left)\n") != std::string::npos);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  progress.add(1, 1);
  CHECK(shown.err.str().find("sweep: 90% (9 of 10 points, ") != std::string::npos);
  CHECK(shown.err.str().find(" 0 s left)\n") != std::string::npos);
  progress.add(1, 1);
  CHECK(shown.err.str().find("sweep: 100% (10 of 10 points, ") != std::string::npos);
}

TEST_CASE("no progress is shown where nothing is to be", "[cli]") {
  Shown shown({Kind::kNothing});
  WorkProgress progress(shown.console, "sweep", "points", {10});
  progress.add(10);
  CHECK(shown.err.str().empty());
}

}  // namespace memplace
