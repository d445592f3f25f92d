// SPDX-License-Identifier: Apache-2.0
// A memory level as a TLM-2.0 target: all its instances and their channels.
#pragma once

#include <array>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include <tlm_utils/multi_passthrough_target_socket.h>

#include "sim/chip/chip.h"
#include "sim/simulator.h"
#include "sim/systemc/arbiter.h"
#include "sim/systemc/channel.h"
#include "sim/systemc/transaction.h"

namespace memplace::systemc {

// Base protocol in two phases: BEGIN_REQ in, accepted; BEGIN_RESP out when the request has been
// served and its latency has passed, completed by the initiator.
class MemoryTarget : public sc_core::sc_module, private ArrivalSink {
 public:
  tlm_utils::multi_passthrough_target_socket<MemoryTarget> socket{"socket"};

  // Elaborates `instances` instances of two channels each; bind() says which of them a run uses.
  MemoryTarget(const sc_core::sc_module_name& name, Arbiter& arbiter, std::size_t instances);

  void bind(const Memory& memory, const Mode& mode, MoverService service);

  MemoryActivity activity() const;
  bool idle() const;

 private:
  // A shared channel is the first of the pair.
  struct Instance {
    std::unique_ptr<Channel> first;
    std::unique_ptr<Channel> second;
  };

  tlm::tlm_sync_enum nb_transport_fw(int initiator, tlm::tlm_generic_payload& payload,
                                     tlm::tlm_phase& phase, sc_core::sc_time& delay);
  void arrived(Transaction& transaction) override;

  std::vector<Instance> instances_;
  bool split_ = false;
  std::size_t used_ = 0;
};

}  // namespace memplace::systemc
