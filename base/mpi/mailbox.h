// SPDX-License-Identifier: Apache-2.0
// Letters between ranks. One thread of a process uses it, and nothing in it waits actively: a
// library that waits for a message takes a whole core meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace memplace {

enum class Letter {
  kReady,   // to rank 0: come to share()
  kShared,  // what rank 0 gave
  kHello,   // to rank 0: come to run(), with so many threads
  kTasks,   // to be done
  kReport,  // to rank 0: results, and what has ended
  kStop,    // no more tasks; what is under way ends with its next result
  kLeft,    // to rank 0: all threads of this rank have ended
  kEnd,     // run() is over
  kFailed,  // to rank 0: cannot go on
  kOver,    // to all: go home
  kGone,    // to rank 0: goes home
};

struct Post {
  std::size_t rank = 0;  // the sender
  Letter letter{};
  std::string bytes;
};

class Mailbox {
 public:
  Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();

  std::size_t rank() const;
  std::size_t size() const;
  std::string host() const;  // that this rank is on

  // Returns at once; the letter goes out while the mailbox is used.
  void send(std::size_t rank, Letter letter, std::string bytes);
  void send_all(Letter letter, const std::string& bytes);  // but to this rank
  // What has come; letters of one sender come in the order in which they were sent.
  std::optional<Post> receive();
  // The next that comes.
  Post wait();
  // Whether kOver has come.
  bool over() const;
  // Until all letters have gone out.
  void flush();
  // Ends all ranks at once.
  [[noreturn]] void abort(int code);

 private:
  struct Impl;

  std::unique_ptr<Impl> impl_;
};

// How long to sleep between two looks at a mailbox: short while letters come, longer while none do.
class Patience {
 public:
  std::chrono::microseconds next();
  void reset() { next_ = kShort; }

 private:
  static constexpr std::chrono::microseconds kShort{20};
  static constexpr std::chrono::microseconds kLong{1000};

  std::chrono::microseconds next_ = kShort;
};

}  // namespace memplace
