// SPDX-License-Identifier: Apache-2.0
#include "base/mpi/mpi_ranks.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/mpi/letters.h"
#include "base/mpi/mailbox.h"
#include "base/mpi/mpi_crew.h"

namespace memplace {
namespace {

class MpiRanks : public Ranks {
 public:
  bool launched() const override { return true; }
  std::size_t rank() const override { return mail_.rank(); }
  std::size_t size() const override { return mail_.size(); }

  std::string share(std::string bytes) override {
    if (!leads()) {
      mail_.send(0, Letter::kReady, "");
      Post post = mail_.wait();
      if (post.letter == Letter::kOver) {
        throw Dismissed();
      }
      MEMPLACE_ASSERT(post.letter == Letter::kShared,
                      std::to_string(static_cast<int>(post.letter)));
      return std::move(post.bytes);
    }
    // All come before any failure is told, so that it is always the same rank's.
    std::optional<Post> failed;
    for (std::size_t others = size() - 1; others > 0; --others) {
      Post post = mail_.wait();
      if (post.letter == Letter::kFailed && (!failed || post.rank < failed->rank)) {
        failed = std::move(post);
      }
    }
    if (failed) {
      throw read_failure(failed->bytes);
    }
    mail_.send_all(Letter::kShared, bytes);
    return bytes;
  }

  std::unique_ptr<TaskCrew> crew(std::size_t threads) override {
    return std::make_unique<MpiCrew>(mail_, threads, deserted_);
  }

  int leave(int code, const std::string& message) override {
    if (!leads()) {
      if (code != 0) {
        mail_.send(
            0, Letter::kFailed,
            write_failure({code, fmt::format("rank {} on {}: {}", rank(), mail_.host(), message)}));
      }
      while (!mail_.over()) {
        mail_.wait();
      }
      mail_.send(0, Letter::kGone, "");
      mail_.flush();
      return 0;
    }
    if (deserted_) {
      mail_.abort(code);
    }
    mail_.send_all(Letter::kOver, "");
    for (std::size_t others = size() - 1; others > 0;) {
      if (mail_.wait().letter == Letter::kGone) {
        --others;
      }
    }
    mail_.flush();
    return code;
  }

 private:
  Mailbox mail_;
  bool deserted_ = false;  // some ranks are still at work, and nobody waits for them
};

}  // namespace

std::unique_ptr<Ranks> join_mpi_ranks() { return std::make_unique<MpiRanks>(); }

}  // namespace memplace
