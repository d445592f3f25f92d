// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/archive_items.h"

#include <cstddef>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

// A byte a tensor: chips have far fewer memories.
void save(ArchiveWriter& archive, const Mapping& mapping) {
  std::string bytes;
  bytes.reserve(mapping.size());
  for (const MemoryId memory : mapping) {
    MEMPLACE_ASSERT(memory.index() <= std::numeric_limits<unsigned char>::max(),
                    fmt::format("{}", memory.index()));
    bytes += static_cast<char>(static_cast<unsigned char>(memory.index()));
  }
  archive.write_string(bytes);
}

void save(ArchiveWriter& archive, const CostedMapping& costed) {
  save(archive, costed.mapping);
  archive.write_double(costed.cost);
}

void save(ArchiveWriter& archive, const Proposal& proposal) {
  save(archive, proposal.mapping);
  archive.write_string(proposal.part);
}

void save(ArchiveWriter& archive, const Evaluated& evaluated) {
  save(archive, evaluated.asked);
  save(archive, evaluated.given);
  archive.write_i64(evaluated.epsilon.demoted_bytes.count());
  archive.write_i64(evaluated.epsilon.asked_bytes.count());
  archive.write_i64(evaluated.measures.latency.count());
  archive.write_double(evaluated.cost);
  archive.write_double(evaluated.first_cost);
}

Mapping load_mapping(ArchiveReader& archive, const Problem& problem) {
  const std::string bytes = archive.read_string();
  const std::size_t tensors = problem.graph().tensors().size();
  const std::size_t memories = problem.chip().memories.size();
  if (bytes.size() != tensors) {
    archive.fail(fmt::format("holds a mapping of {} tensors where one of {} was expected",
                             bytes.size(), tensors));
  }
  Mapping mapping(bytes.size());
  for (const TensorId id : mapping.ids()) {
    mapping[id] = MemoryId(static_cast<unsigned char>(bytes[id.index()]));
    if (mapping[id].index() >= memories) {
      archive.fail(
          fmt::format("holds memory {} of a chip that has {}", mapping[id].index(), memories));
    }
  }
  Mapping settled = mapping;
  settle(problem, settled);
  if (settled != mapping) {
    archive.fail("holds a mapping that is not settled");
  }
  return mapping;
}

CostedMapping load_costed_mapping(ArchiveReader& archive, const Problem& problem) {
  CostedMapping costed;
  costed.mapping = load_mapping(archive, problem);
  costed.cost = load_cost(archive);
  return costed;
}

Proposal load_proposal(ArchiveReader& archive, const Problem& problem) {
  Proposal proposal;
  proposal.mapping = load_mapping(archive, problem);
  proposal.part = archive.read_string();
  return proposal;
}

Evaluated load_evaluated(ArchiveReader& archive, const Problem& problem) {
  Evaluated evaluated;
  evaluated.asked = load_mapping(archive, problem);
  evaluated.given = load_mapping(archive, problem);
  evaluated.epsilon.demoted_bytes = Bytes(archive.read_i64());
  evaluated.epsilon.asked_bytes = Bytes(archive.read_i64());
  evaluated.measures.latency = Picoseconds(archive.read_i64());
  evaluated.cost = load_cost(archive);
  evaluated.first_cost = load_cost(archive);
  const auto [demoted, asked] = evaluated.epsilon;
  if (demoted < Bytes(0) || demoted > asked || evaluated.measures.latency < Picoseconds(0)) {
    archive.fail("holds an evaluation that there cannot be");
  }
  return evaluated;
}

double load_cost(ArchiveReader& archive) { return archive.read_within(0, kMostDouble); }

double load_reference(ArchiveReader& archive, const StrategyTask& task) {
  const double known = task.native_cost;
  return archive.read_within(known > 0 ? known : 0, known > 0 ? known : kMostDouble);
}

std::uint64_t load_times(ArchiveReader& archive) {
  constexpr std::size_t kMostTimes = std::size_t{1} << 53U;
  return archive.read_below(kMostTimes);
}

}  // namespace memplace
