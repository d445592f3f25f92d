// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/systemc_simulator.h"

#include <string>
#include <systemc>

#include "base/error.h"
#include "sim/systemc/machine.h"

// The library's own main() wants this symbol. Our programs have their own main() and drive the
// kernel themselves, so it is never called.
int sc_main(int, char**) { return 0; }

namespace memplace {
namespace {

systemc::Machine& machine() {
  // Never destroyed: the kernel's global state must outlive every module, and it is not ours.
  static systemc::Machine* const instance = [] {
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
    return new systemc::Machine("machine");
  }();
  return *instance;
}

class SystemCSession final : public SimSession {
 public:
  explicit SystemCSession(const Program& program) : program_(program) {}

  SimResult run(const Placed& placed, SimObserver* observer) override {
    try {
      return machine().run(program_, placed, observer);
    } catch (const sc_core::sc_report& report) {
      throw InternalError(std::string("SystemC: ") + report.what());
    }
  }

  std::unique_ptr<SimSession> fork() const override {
    return std::make_unique<SystemCSession>(program_);
  }

 private:
  const Program& program_;
};

}  // namespace

std::unique_ptr<SimSession> SystemCSimulator::open(const Program& program) {
  return std::make_unique<SystemCSession>(program);
}

}  // namespace memplace
