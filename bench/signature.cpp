// SPDX-License-Identifier: Apache-2.0
#include "bench/signature.h"

#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/rng.h"
#include "bench/mapping_set.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/chip/builtin_chips.h"
#include "sim/chip/chip_reader.h"
#include "sim/timing/program.h"
#include "workloads/builtin/builtins.h"

namespace memplace::bench {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kLatencyMappings = 18;
constexpr std::size_t kThroughputMappings = 2;
constexpr std::int64_t kStreams = 12;
constexpr std::int64_t kInferences = 2;

Program program_of(const SignatureCase& which) {
  const Chip chip = load_chip(which.chip, which.overrides);
  const Mode mode = resolve_mode(chip, which.streams, std::nullopt, which.inferences);
  return lower({make_builtin(which.workload, DType::kInt8), chip, mode});
}

// Every second one is near native.
Mapping mapping_of(const Program& program, const Mapping& native, std::size_t number, Rng& rng) {
  return number % 2 == 0 ? random_mapping(program, rng)
                         : change_decisions(program, native, 1 + number / 2 % 3, rng);
}

void add_case(const SignatureCase& which, std::uint64_t index,
              std::span<const std::string> heuristics, Simulator& simulator,
              Fingerprint& fingerprint) {
  const Program program = program_of(which);
  const std::unique_ptr<SimSession> session = simulator.open(program);
  const bool has_short_ways = program.mode().streams == 1 && program.mode().inferences == 1;
  const Mapping native = apply_heuristic("native", program.problem);
  if (has_short_ways) {
    fingerprint.add(session->rebase(native));
  }
  const auto add = [&](const Mapping& mapping) {
    fingerprint.add(session->run(mapping));
    if (has_short_ways) {
      fingerprint.add(session->latency(mapping));
      fingerprint.add(session->latency_near(mapping));
    }
  };
  for (const std::string& name : heuristics) {
    add(apply_heuristic(name, program.problem));
  }
  Rng rng(kSeed, 0, index);
  for (std::size_t i = 0; i < which.mappings; ++i) {
    add(mapping_of(program, native, i, rng));
  }
}

}  // namespace

void Fingerprint::add(std::int64_t number) {
  auto left = static_cast<std::uint64_t>(number);
  for (int i = 0; i < 8; ++i) {
    hash_.add_number(left & 0xffU);
    left >>= 8U;
  }
}

void Fingerprint::add(const SimResult& result) {
  add(result.latency);
  add(result.makespan);
  add(result.first_latency);
  add(result.drain);
  for (const OpTiming& op : result.ops) {
    add(op.start);
    add(op.end);
    add(op.compute);
    add(op.dispatch);
    add(op.wait_weights);
    add(op.wait_inputs);
    add(op.wait_output_slot);
    add(op.queued);
  }
  for (const MemoryActivity& memory : result.memories) {
    add(memory.busy);
    add(memory.read);
    add(memory.written);
  }
  for (const Picoseconds completion : result.completions) {
    add(completion);
  }
}

SignatureSet frozen_signature() {
  std::vector<SignatureCase> cases;
  for (const char* const workload :
       {"resnet50", "resnet101", "bert-base", "bert-large", "mobilenet-v2"}) {
    for (const char* const chip : {"nnpi", "nnpi-12ice"}) {
      cases.push_back({workload, chip, {}, 1, 1, kLatencyMappings});
      cases.push_back({workload, chip, {}, kStreams, kInferences, kThroughputMappings});
    }
  }
  cases.push_back({"mobilenet-v2", "nnpi", {"memories.dram.channels=split"}, 1, 1, 2});
  cases.push_back({"resnet50", "nnpi", {"memories.llc.channels=split"}, 3, 2, 2});
  cases.push_back({"resnet50", "nnpi", {"memories.dram.max_burst=64KiB"}, 1, 1, 2});
  cases.push_back({"bert-base:seq=32", "nnpi", {"memories.dram.max_burst=16KiB"}, 2, 2, 2});
  return {std::move(cases),
          {"all-slowest", "native", "sram-first", "density-greedy", "memory-space-assignment"}};
}

SignatureSet whole_signature() {
  SignatureSet set{{}, heuristic_names()};
  for (const std::string& workload : builtin_names()) {
    for (const BuiltinChip& chip : builtin_chips()) {
      if (chip.name == "toy") {
        continue;
      }
      set.cases.push_back({workload, std::string(chip.name), {}, 1, 1, 2});
      set.cases.push_back({workload, std::string(chip.name), {}, 2, 2, 0});
    }
  }
  return set;
}

std::uint64_t signature(Simulator& simulator, const SignatureSet& set) {
  Fingerprint fingerprint;
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    add_case(set.cases[i], i, set.heuristics, simulator, fingerprint);
  }
  return fingerprint.value();
}

std::string signature_text(std::uint64_t signature) { return fmt::format("{:016x}", signature); }

}  // namespace memplace::bench
