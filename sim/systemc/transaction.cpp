// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/transaction.h"

namespace memplace::systemc {

TransactionPool::~TransactionPool() {
  // The payload would otherwise free its extension, which owns it.
  for (const auto& transaction : all_) {
    transaction->payload.clear_extension(transaction.get());
  }
}

Transaction& TransactionPool::acquire() {
  if (idle_.empty()) {
    all_.push_back(std::make_unique<Transaction>());
    Transaction& made = *all_.back();
    made.payload.set_mm(this);
    made.payload.set_extension(&made);
    idle_.push_back(&made);
  }
  Transaction& transaction = *idle_.back();
  idle_.pop_back();
  transaction.payload.acquire();
  return transaction;
}

void TransactionPool::free(tlm::tlm_generic_payload* payload) {
  idle_.push_back(payload->get_extension<Transaction>());
}

}  // namespace memplace::systemc
