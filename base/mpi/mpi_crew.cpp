// SPDX-License-Identifier: Apache-2.0
#include "base/mpi/mpi_crew.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/mpi/desk.h"
#include "base/mpi/letters.h"
#include "base/ranks.h"

namespace memplace {
namespace {

using Clock = std::chrono::steady_clock;

// Tasks wait at each rank, so that its threads need not wait for letters, nor for rank 0, which may
// be waiting for a disk: as many as are done in this time. A thread never has more of them waiting
// than half its share of what is left, since others may be free to begin those; and it has one
// waiting while there are plenty.
constexpr std::chrono::milliseconds kCover{100};
constexpr std::size_t kPlenty = 8;  // tasks left, for each thread of all ranks

// How long rank 0 waits for the others where it was told to stop: launchers give a process a
// second or more between telling it and killing it.
constexpr std::chrono::milliseconds kGrace{500};

[[noreturn]] void unexpected(const Post& post) {
  throw InternalError(fmt::format("letter {} of rank {} where none of its kind is expected",
                                  static_cast<int>(post.letter), post.rank));
}

// Rank 0 while it runs tasks.
class Leader {
 public:
  Leader(Mailbox& mail, Desk& desk, std::size_t threads, std::size_t tasks,
         const TaskCrew::Take& take, const std::function<bool()>& stop)
      : mail_(mail),
        desk_(desk),
        tasks_(tasks),
        take_(take),
        stop_(stop),
        members_(mail.size()),
        threads_(threads) {
    members_[0].threads = threads;
  }

  // Until all is over. Returns whether every rank left.
  bool run() {
    Patience patience;
    while (!over()) {
      if (!stopping_ && stop_ && stop_()) {
        stopped_ = true;
        close();
      }
      while (std::optional<Post> post = mail_.receive()) {
        receive(*post);
        patience.reset();
      }
      hand_out();
      if (!stopping_ && next_ == tasks_ && under_way_ == 0) {
        close();
      }
      settle(0, desk_.look(patience.next()));
      take();
    }
    return left_ + 1 == members_.size();
  }

  // What went wrong, if anything did.
  void rethrow() {
    if (thrown_) {
      std::rethrow_exception(thrown_);
    }
    if (taking_) {
      std::rethrow_exception(taking_);
    }
    if (failure_) {
      throw RankFailure(*failure_);
    }
  }

 private:
  struct Member {
    std::size_t threads = 0;    // none: has not come yet
    std::size_t under_way = 0;  // tasks
  };

  bool over() {
    if (!stopping_ || !desk_.deserted()) {
      return false;
    }
    if (left_ + 1 == members_.size()) {
      return true;
    }
    if (!alone_since_) {
      alone_since_ = Clock::now();
    }
    return stopped_ && Clock::now() - *alone_since_ > kGrace;
  }

  void close() {
    stopping_ = true;
    desk_.close();
    mail_.send_all(Letter::kStop, "");
  }

  void receive(const Post& post) {
    Member& member = members_[post.rank];
    switch (post.letter) {
      case Letter::kHello:
        member.threads = read_number(post.bytes);
        threads_ += member.threads;
        return;
      case Letter::kReport:
        settle(post.rank, read_report(post.bytes));
        return;
      case Letter::kLeft:
        ++left_;
        return;
      case Letter::kFailed:
        failure_ = failure_ ? failure_ : read_failure(post.bytes);
        ++left_;
        if (!stopping_) {
          close();
        }
        return;
      default:
        unexpected(post);
    }
  }

  void settle(std::size_t rank, Desk::Outcome outcome) {
    members_[rank].under_way -= outcome.ended;
    under_way_ -= outcome.ended;
    ended_ += outcome.ended;
    results_.insert(results_.end(), std::make_move_iterator(outcome.results.begin()),
                    std::make_move_iterator(outcome.results.end()));
    if (outcome.thrown && (!thrown_ || outcome.thrown_by < thrown_by_)) {
      thrown_ = outcome.thrown;
      thrown_by_ = outcome.thrown_by;
    }
    if (thrown_ && !stopping_) {
      close();
    }
  }

  void take() {
    const std::vector<std::string> results = std::exchange(results_, {});
    if (results.empty() || taking_) {
      return;
    }
    try {
      take_(results);
    } catch (...) {
      taking_ = std::current_exception();
      if (!stopping_) {
        close();
      }
    }
  }

  void hand_out() {
    if (stopping_) {
      return;
    }
    // One task a thread for all, before anybody gets more.
    const std::size_t ahead = tasks_ahead();
    for (const std::size_t each : {std::size_t{1}, 1 + ahead}) {
      for (std::size_t rank = 0; rank < members_.size() && next_ < tasks_; ++rank) {
        fill(rank, each * members_[rank].threads);
      }
    }
  }

  // For each thread, besides the one it does.
  std::size_t tasks_ahead() const {
    const std::size_t left = tasks_ - next_;
    if (ended_ == 0 || left == 0) {
      return 0;
    }
    const auto busy = (Clock::now() - begin_) * static_cast<std::int64_t>(threads_);
    const auto covered =
        static_cast<std::size_t>(static_cast<std::int64_t>(ended_) * kCover / busy);
    const std::size_t least = left >= kPlenty * threads_ ? 1 : 0;
    return std::min(std::max(covered, least), left / (2 * threads_));
  }

  // So that `wanted` tasks are under way there.
  void fill(std::size_t rank, std::size_t wanted) {
    Member& member = members_[rank];
    std::vector<std::size_t> tasks;
    for (; member.under_way < wanted && next_ < tasks_; ++next_) {
      ++member.under_way;
      ++under_way_;
      tasks.push_back(next_);
    }
    if (rank > 0 && !tasks.empty()) {
      mail_.send(rank, Letter::kTasks, write_tasks(tasks));
    } else {
      for (const std::size_t task : tasks) {
        desk_.add(task);
      }
    }
  }

  Mailbox& mail_;
  Desk& desk_;
  std::size_t tasks_;
  const TaskCrew::Take& take_;
  const std::function<bool()>& stop_;
  std::vector<Member> members_;  // by rank
  std::size_t threads_;          // of all that have come
  Clock::time_point begin_ = Clock::now();
  std::size_t ended_ = 0;             // tasks
  std::size_t next_ = 0;              // task to hand out
  std::size_t under_way_ = 0;         // tasks
  std::size_t left_ = 0;              // other ranks
  std::vector<std::string> results_;  // to be taken
  bool stopping_ = false;             // nothing is handed out any more
  bool stopped_ = false;              // because `stop_` said so
  std::optional<Clock::time_point> alone_since_;
  std::exception_ptr thrown_;  // by the task
  std::size_t thrown_by_ = 0;
  std::exception_ptr taking_;
  std::optional<RankFailure> failure_;
};

// Another rank while it runs tasks. Throws Dismissed where rank 0 has gone.
void follow(Mailbox& mail, Desk& desk, std::size_t threads) {
  mail.send(0, Letter::kHello, write_number(threads));
  Patience patience;
  bool left = false;
  for (;;) {
    while (const std::optional<Post> post = mail.receive()) {
      patience.reset();
      switch (post->letter) {
        case Letter::kTasks:
          for (const std::size_t task : read_tasks(post->bytes)) {
            desk.add(task);
          }
          break;
        case Letter::kStop:
        case Letter::kOver:
          desk.close();
          break;
        case Letter::kEnd:
          return;
        default:
          unexpected(*post);
      }
    }
    if (mail.over() && desk.deserted()) {
      throw Dismissed();
    }
    const Desk::Outcome outcome = desk.look(patience.next());
    if (!outcome.empty()) {
      mail.send(0, Letter::kReport, write_report(outcome));
    }
    if (!left && desk.deserted()) {
      left = true;
      mail.send(0, Letter::kLeft, "");
    }
  }
}

}  // namespace

void MpiCrew::run(std::size_t tasks, const Task& task, const Take& take,
                  const std::function<bool()>& stop) {
  Desk desk(threads_);
  // The pool gives its caller, thread 0, the first piece; each other thread then finds one to do.
  pool_.for_each(threads_ + 1, [&](std::size_t thread, std::size_t /*piece*/) {
    if (thread > 0) {
      desk.work(task);
      return;
    }
    try {
      if (mail_.rank() > 0) {
        follow(mail_, desk, threads_);
        return;
      }
      Leader leader(mail_, desk, threads_, tasks, take, stop);
      if (!leader.run()) {
        deserted_ = true;
        return;
      }
      mail_.send_all(Letter::kEnd, "");
      leader.rethrow();
    } catch (...) {
      desk.close();
      throw;
    }
  });
}

}  // namespace memplace
