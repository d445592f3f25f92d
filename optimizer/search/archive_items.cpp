// SPDX-License-Identifier: Apache-2.0
#include "optimizer/search/archive_items.h"

#include <cstddef>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "base/error.h"

namespace memplace {

// A byte a tensor: chips have far fewer memories.
void item(ArchiveWriter& archive, const Mapping& mapping, const Problem& /*problem*/) {
  std::string bytes;
  bytes.reserve(mapping.size());
  for (const MemoryId memory : mapping) {
    MEMPLACE_ASSERT(memory.index() <= std::numeric_limits<unsigned char>::max(),
                    fmt::format("{}", memory.index()));
    bytes += static_cast<char>(static_cast<unsigned char>(memory.index()));
  }
  archive.write_string(bytes);
}

void item(ArchiveReader& archive, Mapping& mapping, const Problem& problem) {
  const std::string bytes = archive.read_string();
  const std::size_t tensors = problem.graph().tensors().size();
  const std::size_t memories = problem.chip().memories.size();
  if (bytes.size() != tensors) {
    archive.fail(fmt::format("holds a mapping of {} tensors where one of {} was expected",
                             bytes.size(), tensors));
  }
  mapping = Mapping(bytes.size());
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
}

namespace {

void visit_costed(auto& archive, auto& costed, const Problem& problem) {
  item(archive, costed.mapping, problem);
  cost_item(archive, costed.cost);
}

void visit_proposal(auto& archive, auto& proposal, const Problem& problem) {
  item(archive, proposal.mapping, problem);
  archive.item(proposal.part);
}

// A quantity as its count.
template <class Quantity>
void quantity(ArchiveWriter& archive, const Quantity& value) {
  archive.item(value.count());
}
template <class Quantity>
void quantity(ArchiveReader& archive, Quantity& value) {
  value = Quantity(archive.read_i64());
}

void visit_evaluated(auto& archive, auto& evaluated, const Problem& problem) {
  item(archive, evaluated.asked, problem);
  item(archive, evaluated.given, problem);
  quantity(archive, evaluated.epsilon.demoted_bytes);
  quantity(archive, evaluated.epsilon.asked_bytes);
  quantity(archive, evaluated.measures.latency);
  cost_item(archive, evaluated.cost);
  cost_item(archive, evaluated.first_cost);
  const auto [demoted, asked] = evaluated.epsilon;
  archive.require(
      demoted >= Bytes(0) && demoted <= asked && evaluated.measures.latency >= Picoseconds(0),
      "holds an evaluation that there cannot be");
}

}  // namespace

void item(ArchiveWriter& archive, const CostedMapping& costed, const Problem& problem) {
  visit_costed(archive, costed, problem);
}
void item(ArchiveReader& archive, CostedMapping& costed, const Problem& problem) {
  visit_costed(archive, costed, problem);
}
void item(ArchiveWriter& archive, const Proposal& proposal, const Problem& problem) {
  visit_proposal(archive, proposal, problem);
}
void item(ArchiveReader& archive, Proposal& proposal, const Problem& problem) {
  visit_proposal(archive, proposal, problem);
}
void item(ArchiveWriter& archive, const Evaluated& evaluated, const Problem& problem) {
  visit_evaluated(archive, evaluated, problem);
}
void item(ArchiveReader& archive, Evaluated& evaluated, const Problem& problem) {
  visit_evaluated(archive, evaluated, problem);
}

}  // namespace memplace
