// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/channel.h"

#include <algorithm>

#include "base/error.h"
#include "base/rates.h"

namespace memplace::systemc {

Channel::Channel(const sc_core::sc_module_name& name, Arbiter& arbiter, ArrivalSink& sink)
    : sc_module(name), arbiter_(arbiter), sink_(sink) {
  SC_HAS_PROCESS(Channel);
  SC_METHOD(on_served);
  dont_initialize();
  sensitive << served_event_;
  SC_METHOD(on_arrival);
  dont_initialize();
  sensitive << arrival_event_;
}

void Channel::bind(const Memory& memory, const MemoryInstances& instances, MoverService service) {
  MEMPLACE_ASSERT(idle(), "a channel was busy at the begin of a run");
  read_bandwidth_ = instances.read_bandwidth;
  write_bandwidth_ = instances.write_bandwidth;
  latency_ = memory.latency;
  max_burst_ = memory.max_burst;
  service_ = service;
  busy_ = Picoseconds(0);
  read_ = written_ = Bytes(0);
}

bool Channel::goes_before(const Transaction& a, const Transaction& b) const {
  const bool a_moves = a.key.kind == RequestKind::kMove;
  const bool b_moves = b.key.kind == RequestKind::kMove;
  if (service_ == MoverService::kDemandFirst && a_moves != b_moves) {
    return b_moves;
  }
  return a.waiting != b.waiting ? a.waiting < b.waiting : a.key < b.key;
}

void Channel::enqueue(Transaction& transaction) {
  transaction.waiting = arbiter_.now();
  auto place = queue_.end();
  while (place != queue_.begin() && goes_before(transaction, **(place - 1))) {
    --place;
  }
  queue_.insert(place, &transaction);
  arbiter_.touch(*this);
}

void Channel::grant() {
  if (serving_ != nullptr || queue_.empty()) {
    return;
  }
  serving_ = queue_.front();
  queue_.pop_front();
  const Picoseconds now = arbiter_.now();
  if (!serving_->started) {
    serving_->started = true;
    serving_->granted = now;
  }
  serving_->queued += now - serving_->waiting;
  burst_ = max_burst_ ? std::min(*max_burst_, serving_->left) : serving_->left;
  const Picoseconds service =
      transfer_time(burst_, serving_->is_write ? write_bandwidth_ : read_bandwidth_);
  busy_ += service;
  (serving_->is_write ? written_ : read_) += burst_;
  served_event_.notify(to_sc_time(service));
}

void Channel::on_served() {
  arbiter_.completed(serving_->key, served_completion_);
  // Where there is no latency to wait for, the request arrives in this very instant, and must be
  // known to the arbiter before it decides.
  if (latency_ == Picoseconds(0) && burst_ == serving_->left) {
    in_flight_.push_back(serving_);
    arbiter_.completed(serving_->key, arrived_completion_);
  }
}

void Channel::apply_served() {
  Transaction& transaction = *serving_;
  serving_ = nullptr;
  transaction.left -= burst_;
  arbiter_.touch(*this);
  if (transaction.left > Bytes(0)) {
    enqueue(transaction);
    return;
  }
  transaction.served = arbiter_.now();
  if (latency_ > Picoseconds(0)) {
    in_flight_.push_back(&transaction);
    if (in_flight_.size() == 1) {
      arrival_event_.notify(to_sc_time(latency_));
    }
  }
}

void Channel::on_arrival() { arbiter_.completed(in_flight_.front()->key, arrived_completion_); }

void Channel::apply_arrived() {
  Transaction& transaction = *in_flight_.front();
  in_flight_.pop_front();
  if (!in_flight_.empty() && latency_ > Picoseconds(0)) {
    arrival_event_.notify(to_sc_time(in_flight_.front()->served + latency_ - arbiter_.now()));
  }
  sink_.arrived(transaction);
}

}  // namespace memplace::systemc
