// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/arbiter.h"

#include "base/error.h"
#include "base/stopping.h"
#include "sim/systemc/channel.h"
#include "sim/systemc/stream.h"

namespace memplace::systemc {
namespace {

constexpr std::uint32_t kInstantsBetweenLooks = 256;

}  // namespace

Arbiter::Arbiter(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_HAS_PROCESS(Arbiter);
  SC_METHOD(decide);
  dont_initialize();
  sensitive << wake_;
}

void Arbiter::begin_run() {
  origin_ = sc_core::sc_time_stamp().value();
  MEMPLACE_ASSERT(origin_ >> 62U == 0, "the kernel's clock is used up");
  instants_ = 0;
  stopped_ = false;
  wake_.notify(sc_core::SC_ZERO_TIME);
}

Picoseconds Arbiter::now() const {
  return Picoseconds(static_cast<std::int64_t>(sc_core::sc_time_stamp().value() - origin_));
}

void Arbiter::completed(const RequestKey& key, Completable& done) {
  // Kept in order; completions with the same key stay in the order of their reports.
  auto place = completions_.end();
  while (place != completions_.begin() && key < (place - 1)->key) {
    --place;
  }
  completions_.insert(place, {key, &done});
  wake_.notify(sc_core::SC_ZERO_TIME);
}

void Arbiter::touch(Stream& stream) {
  if (!stream.touched) {
    stream.touched = true;
    streams_.push_back(&stream);
  }
}

void Arbiter::touch(Channel& channel) {
  if (!channel.touched) {
    channel.touched = true;
    channels_.push_back(&channel);
  }
}

void Arbiter::decide() {
  // 1. Completions.
  for (const Completion& completion : completions_) {
    completion.done->apply();
  }
  completions_.clear();

  // 2. Consequences. Streams meet only in the channels, so each has its own fixed point. Where the
  // run is to stop, what is under way comes to its end and nothing follows: the kernel cannot be
  // left in the midst of it, as there is no other one for the next run.
  if (++instants_ % kInstantsBetweenLooks == 0 && stop_wanted()) {
    stopped_ = true;
  }
  for (Stream* stream : streams_) {
    stream->touched = false;
    if (!stopped_) {
      stream->settle();
    }
  }
  streams_.clear();

  // 3. Grants. A granted request takes at least a picosecond, so it causes nothing now.
  for (Channel* channel : channels_) {
    channel->touched = false;
    channel->grant();
  }
  channels_.clear();
}

}  // namespace memplace::systemc
