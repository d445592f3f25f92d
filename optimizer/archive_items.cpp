// SPDX-License-Identifier: Apache-2.0
#include "optimizer/archive_items.h"

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
  archive.write_i64(evaluated.latency.count());
  archive.write_double(evaluated.cost);
}

Mapping load_mapping(ArchiveReader& archive, const Graph& graph, const Chip& chip) {
  const std::string bytes = archive.read_string();
  if (bytes.size() != graph.tensors().size()) {
    archive.fail(fmt::format("holds a mapping of {} tensors where one of {} was expected",
                             bytes.size(), graph.tensors().size()));
  }
  Mapping mapping(bytes.size());
  for (const TensorId id : mapping.ids()) {
    mapping[id] = MemoryId(static_cast<unsigned char>(bytes[id.index()]));
    if (mapping[id].index() >= chip.memories.size()) {
      archive.fail(fmt::format("holds memory {} of a chip that has {}", mapping[id].index(),
                               chip.memories.size()));
    }
  }
  Mapping settled = mapping;
  settle(graph, chip, settled);
  if (settled != mapping) {
    archive.fail("holds a mapping that is not settled");
  }
  return mapping;
}

CostedMapping load_costed_mapping(ArchiveReader& archive, const Graph& graph, const Chip& chip) {
  CostedMapping costed;
  costed.mapping = load_mapping(archive, graph, chip);
  costed.cost = archive.read_double();
  return costed;
}

Proposal load_proposal(ArchiveReader& archive, const Graph& graph, const Chip& chip) {
  Proposal proposal;
  proposal.mapping = load_mapping(archive, graph, chip);
  proposal.part = archive.read_string();
  return proposal;
}

Evaluated load_evaluated(ArchiveReader& archive, const Graph& graph, const Chip& chip) {
  Evaluated evaluated;
  evaluated.asked = load_mapping(archive, graph, chip);
  evaluated.given = load_mapping(archive, graph, chip);
  evaluated.epsilon.demoted_bytes = Bytes(archive.read_i64());
  evaluated.epsilon.asked_bytes = Bytes(archive.read_i64());
  evaluated.latency = Picoseconds(archive.read_i64());
  evaluated.cost = archive.read_double();
  return evaluated;
}

}  // namespace memplace
