// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/memory_target.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace::systemc {

MemoryTarget::MemoryTarget(const sc_core::sc_module_name& name, Arbiter& arbiter,
                           std::size_t instances)
    : sc_module(name) {
  socket.register_nb_transport_fw(this, &MemoryTarget::nb_transport_fw);
  ArrivalSink& sink = *this;
  for (std::size_t i = 0; i < instances; ++i) {
    instances_.push_back(
        {std::make_unique<Channel>(fmt::format("channel_{}_0", i).c_str(), arbiter, sink),
         std::make_unique<Channel>(fmt::format("channel_{}_1", i).c_str(), arbiter, sink)});
  }
}

void MemoryTarget::bind(const Memory& memory, const Mode& mode, MoverService service) {
  const MemoryInstances view = instances_of(memory, mode);
  MEMPLACE_ASSERT(view.instances <= instances_.size(), fmt::format("{}", view.instances));
  used_ = view.instances;
  split_ = memory.channels == Channels::kSplit;
  for (std::size_t i = 0; i < used_; ++i) {
    instances_[i].first->bind(memory, view, service);
    instances_[i].second->bind(memory, view, service);
  }
}

MemoryActivity MemoryTarget::activity() const {
  MemoryActivity sum;
  for (std::size_t i = 0; i < used_; ++i) {
    for (const Channel* channel : {instances_[i].first.get(), instances_[i].second.get()}) {
      sum.busy = std::max(sum.busy, channel->busy());
      sum.read += channel->read();
      sum.written += channel->written();
    }
  }
  return sum;
}

bool MemoryTarget::idle() const {
  return std::all_of(instances_.begin(), instances_.end(), [](const Instance& instance) {
    return instance.first->idle() && instance.second->idle();
  });
}

tlm::tlm_sync_enum MemoryTarget::nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
                                                 tlm::tlm_phase& phase, sc_core::sc_time&) {
  MEMPLACE_ASSERT(phase == tlm::BEGIN_REQ, "a memory takes only BEGIN_REQ");
  auto& transaction = *payload.get_extension<Transaction>();
  transaction.reply_to = initiator;
  Instance& instance = instances_.at(transaction.instance);
  Channel& channel = split_ && transaction.is_write ? *instance.second : *instance.first;
  channel.enqueue(transaction);
  return tlm::TLM_ACCEPTED;
}

void MemoryTarget::arrived(Transaction& transaction) {
  transaction.payload.set_response_status(tlm::TLM_OK_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  const tlm::tlm_sync_enum status =
      socket[transaction.reply_to]->nb_transport_bw(transaction.payload, phase, delay);
  MEMPLACE_ASSERT(status == tlm::TLM_COMPLETED, "an initiator must take its response at once");
}

}  // namespace memplace::systemc
