// SPDX-License-Identifier: Apache-2.0
// Processes that a launcher started together and that all run the same command, perhaps on several
// machines: ranks 0, 1, ... Rank 0 leads: it alone writes, prints and takes results. A process that
// was started by itself is rank 0 of 1, so that commands need not tell the two apart.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/task_crew.h"

namespace memplace {

// Thrown on rank 0 where another rank cannot go on.
struct RankFailure {
  int code = 0;  // to exit with
  std::string message;
};

// Thrown on the other ranks where rank 0 cannot go on; it says why, they have nothing to say.
struct Dismissed {};

class Ranks {
 public:
  Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  virtual ~Ranks() = default;

  virtual bool launched() const = 0;
  virtual std::size_t rank() const = 0;
  virtual std::size_t size() const = 0;
  bool leads() const { return rank() == 0; }

  // Returns on every rank what rank 0 gives; every rank calls it. Throws RankFailure or Dismissed.
  virtual std::string share(std::string bytes) = 0;

  // All ranks as one crew, with so many threads on this one. Every rank calls run() with the same
  // tasks; `take` and `stop` are called on rank 0 only. Results come on rank 0, and so do failures:
  // what a task throws elsewhere is thrown there as an Error where it was one, else as what the
  // program would say of it. Where `stop` says so, rank 0 waits for the others only for a moment.
  // Besides throws RankFailure or Dismissed.
  virtual std::unique_ptr<TaskCrew> crew(std::size_t threads) = 0;

  // The last call on every rank: this one ends with exit code `code` and has `message` to say,
  // which rank 0 has printed by then. Rank 0 waits for the others to come here too. Returns the
  // code to exit with, which is rank 0's on rank 0 and 0 elsewhere, so that it is the launch's.
  virtual int leave(int code, const std::string& message) = 0;
};

// A process that was started by itself.
class SingleRank : public Ranks {
 public:
  bool launched() const override { return false; }
  std::size_t rank() const override { return 0; }
  std::size_t size() const override { return 1; }
  std::string share(std::string bytes) override { return bytes; }
  std::unique_ptr<TaskCrew> crew(std::size_t threads) override {
    return std::make_unique<ThreadCrew>(threads);
  }
  int leave(int code, const std::string& /*message*/) override { return code; }
};

}  // namespace memplace
