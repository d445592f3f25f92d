// SPDX-License-Identifier: Apache-2.0
#include "base/mpi/mailbox.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>

namespace memplace {

struct Mailbox::Impl {
  struct Sending {
    std::string bytes;
    boost::mpi::request request;
  };

  // Exceptions are for this process to deal with.
  static constexpr bool kAbortOnException = false;

  // Forgets letters that have gone out.
  void tidy() {
    sending.remove_if([](Sending& letter) {
      return !letter.request.active() || letter.request.test().has_value();
    });
  }

  boost::mpi::environment environment{boost::mpi::threading::funneled, kAbortOnException};
  boost::mpi::communicator world;
  std::list<Sending> sending;
  bool over = false;
};

Mailbox::Mailbox() : impl_(std::make_unique<Impl>()) {}

Mailbox::~Mailbox() = default;

std::size_t Mailbox::rank() const { return static_cast<std::size_t>(impl_->world.rank()); }

std::size_t Mailbox::size() const { return static_cast<std::size_t>(impl_->world.size()); }

std::string Mailbox::host() const { return boost::mpi::environment::processor_name(); }

void Mailbox::send(std::size_t rank, Letter letter, std::string bytes) {
  Impl::Sending& sending = impl_->sending.emplace_back();
  sending.bytes = std::move(bytes);  // does not move until it has gone out
  sending.request =
      impl_->world.isend(static_cast<int>(rank), static_cast<int>(letter), sending.bytes.data(),
                         static_cast<int>(sending.bytes.size()));
}

void Mailbox::send_all(Letter letter, const std::string& bytes) {
  for (std::size_t rank = 0; rank < size(); ++rank) {
    if (rank != this->rank()) {
      send(rank, letter, bytes);
    }
  }
}

std::optional<Post> Mailbox::receive() {
  impl_->tidy();
  const auto status = impl_->world.iprobe(boost::mpi::any_source, boost::mpi::any_tag);
  if (!status) {
    return std::nullopt;
  }
  Post post;
  post.rank = static_cast<std::size_t>(status->source());
  post.letter = static_cast<Letter>(status->tag());
  post.bytes.resize(static_cast<std::size_t>(status->count<char>().value_or(0)));
  impl_->world.recv(status->source(), status->tag(), post.bytes.data(),
                    static_cast<int>(post.bytes.size()));
  impl_->over = impl_->over || post.letter == Letter::kOver;
  return post;
}

bool Mailbox::over() const { return impl_->over; }

Post Mailbox::wait() {
  Patience patience;
  for (;;) {
    if (std::optional<Post> post = receive()) {
      return std::move(*post);
    }
    std::this_thread::sleep_for(patience.next());
  }
}

void Mailbox::flush() {
  Patience patience;
  for (impl_->tidy(); !impl_->sending.empty(); impl_->tidy()) {
    std::this_thread::sleep_for(patience.next());
  }
}

void Mailbox::abort(int code) {
  boost::mpi::environment::abort(code);
  std::terminate();  // not reached
}

std::chrono::microseconds Patience::next() {
  const std::chrono::microseconds now = next_;
  next_ = std::min(2 * next_, kLong);
  return now;
}

}  // namespace memplace
