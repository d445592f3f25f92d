// SPDX-License-Identifier: Apache-2.0
#include "report/simulation_details.h"

#include "report/describe.h"
#include "report/json_table.h"

namespace memplace {

SimulationDetails make_details(const Program& program, const SpanRecorder& recorder,
                               const Addresses& addresses) {
  SimulationDetails details;
  Engines engines = program.chip().engines;
  engines.count = program.mode().engines_per_stream;
  details.peak_macs_per_second = peak_macs_per_second(engines);
  for (const Memory& memory : program.chip().memories) {
    const MemoryInstances instance = instances_of(memory, program.mode());
    details.bandwidths.push_back({memory.name, instance.read_bandwidth, instance.write_bandwidth});
  }
  details.spans = recorder.spans();
  details.addresses.reserve(addresses.tensors.size());
  for (const Address& address : addresses.tensors) {
    details.addresses.push_back({program.graph().tensor(address.tensor).name,
                                 program.chip().memories[address.memory].name, address.offset,
                                 address.bytes, address.steps});
  }
  return details;
}

Json to_json(const SimulationDetails& details) {
  return {{"peak_macs_per_second", details.peak_macs_per_second},
          {"bandwidths", rows_to_json(details.bandwidths,
                                      [](const ReportedBandwidth& row) {
                                        return Json{{"memory", row.memory},
                                                    {"read_bytes_per_second", row.read},
                                                    {"write_bytes_per_second", row.write}};
                                      })},
          {"spans", rows_to_json(details.spans,
                                 [](const OpSpan& row) {
                                   return Json{{"op", row.op},         {"lane", row.lane},
                                               {"memory", row.memory}, {"begin_ps", row.begin},
                                               {"end_ps", row.end},    {"busy_ps", row.busy},
                                               {"bytes", row.bytes}};
                                 })},
          {"addresses", rows_to_json(details.addresses, [](const ReportedAddress& row) {
             return Json{{"tensor", row.tensor},          {"memory", row.memory},
                         {"offset_bytes", row.offset},    {"bytes", row.bytes},
                         {"begin_step", row.steps.begin}, {"end_step", row.steps.end}};
           })}};
}

}  // namespace memplace
