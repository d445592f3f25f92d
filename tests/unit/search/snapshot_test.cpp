// SPDX-License-Identifier: Apache-2.0
// The bytes of snapshots, and of what strategies hold.
#include "optimizer/search/snapshot.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/archive.h"
#include "base/error.h"
#include "optimizer/moves/proposal_queue.h"
#include "optimizer/search/archive_items.h"
#include "tests/support/error_of.h"
#include "tests/support/toy_tasks.h"
#include "tests/unit/run/run_support.h"

namespace memplace::test {
namespace {

const Program& chain() {
  static const Program program = toy_program(kChainText);
  return program;
}

Mapping all_in(MemoryId memory) { return uniform_mapping(chain().problem, memory); }

template <class Load>
std::string load_error_of(std::string_view bytes, Load load) {
  return error_of([&] {
    ArchiveReader archive(bytes, "a.bin");
    load(archive, chain().problem);
    archive.check_end();
  });
}

}  // namespace

TEST_CASE("what strategies hold is read as it was written", "[snapshot]") {
  Evaluated evaluated;
  evaluated.asked = all_in(kSram);
  evaluated.given = all_in(kLlc);
  evaluated.epsilon = {40_B, 56_B};
  evaluated.measures.latency = 7_ns;
  evaluated.cost = 0.1;
  const Problem& problem = chain().problem;
  ArchiveWriter writer;
  item(writer, all_in(kDram), problem);
  item(writer, CostedMapping{all_in(kLlc), 1.5}, problem);
  item(writer, Proposal{all_in(kSram), "chain 3"}, problem);
  item(writer, evaluated, problem);
  ArchiveReader archive(writer.bytes(), "a.bin");
  Mapping mapping;
  item(archive, mapping, problem);
  CHECK(mapping == all_in(kDram));
  CostedMapping costed;
  item(archive, costed, problem);
  CHECK(costed.mapping == all_in(kLlc));
  CHECK(costed.cost == 1.5);
  Proposal proposal;
  item(archive, proposal, problem);
  CHECK(proposal.mapping == all_in(kSram));
  CHECK(proposal.part == "chain 3");
  Evaluated read;
  item(archive, read, problem);
  CHECK(read.asked == evaluated.asked);
  CHECK(read.given == evaluated.given);
  CHECK(read.epsilon == evaluated.epsilon);
  CHECK(read.measures.latency == 7_ns);
  CHECK(read.cost == 0.1);
  archive.check_end();
}

// The chain has 7 tensors: its input, three weights, three outputs. Only the input and the last
// output are fixed, in dram.
TEST_CASE("a mapping of something else is refused", "[snapshot]") {
  REQUIRE(chain().graph().tensors().size() == 7);
  const auto mapping_error = [](const std::string& memories) {
    ArchiveWriter writer;
    writer.write_string(memories);
    return load_error_of(writer.bytes(), [](ArchiveReader& archive, const Problem& problem) {
      Mapping mapping;
      item(archive, mapping, problem);
    });
  };
  CHECK(mapping_error(std::string(7, '\0')) == "no error");
  CHECK(mapping_error(std::string(6, '\0')) ==
        "a.bin: holds a mapping of 6 tensors where one of 7 was expected");
  CHECK(mapping_error(std::string(7, '\3')) == "a.bin: holds memory 3 of a chip that has 3");
  CHECK(mapping_error(std::string(7, '\xff')) == "a.bin: holds memory 255 of a chip that has 3");
  CHECK(mapping_error(std::string(7, '\2')) == "a.bin: holds a mapping that is not settled");
}

TEST_CASE("a queue of proposals goes on where it was", "[snapshot]") {
  ProposalQueue queue({{all_in(kDram), "a"}, {all_in(kLlc), "b"}, {all_in(kSram), "c"}});
  queue.tell();
  ArchiveWriter writer;
  queue.save(writer, chain().problem);
  ProposalQueue loaded;
  ArchiveReader archive(writer.bytes(), "a.bin");
  loaded.load(archive, chain().problem);
  archive.check_end();
  const std::vector<Proposal> rest = loaded.ask(9);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].part == "b");
  CHECK(rest[1].mapping == all_in(kSram));
  CHECK(loaded.tell() == 1);
  CHECK(loaded.tell() == 2);
  CHECK(loaded.finished());

  const auto load = [](ArchiveReader& from, const Problem& problem) {
    ProposalQueue().load(from, problem);
  };
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    CHECK(load_error_of(writer.bytes().substr(0, size), load) == "a.bin: is cut off");
  }
  ArchiveWriter overtold;
  overtold.write_u64(1);
  overtold.write_u64(0);
  CHECK(load_error_of(overtold.bytes(), load) ==
        "a.bin: holds a queue of which more was told than it has");
}

TEST_CASE("a snapshot is read as it was written", "[snapshot]") {
  const Snapshot snapshot{1, 2, 3, "processor", "state"};
  const Snapshot read = read_snapshot(snapshot_bytes(snapshot), "s.bin");
  CHECK(read.run_hash == 1);
  CHECK(read.evaluations == 2);
  CHECK(read.history_hash == 3);
  CHECK(read.processor == "processor");
  CHECK(read.state == "state");
}

TEST_CASE("a snapshot with any bit changed, cut off or longer is refused", "[snapshot]") {
  const std::string bytes = snapshot_bytes({0x1234, 40, 0x5678, "", "a state of some length"});
  const auto snapshot_error = [](const std::string& damaged) {
    return error_of([&] { read_snapshot(damaged, "s.bin"); });
  };
  CHECK(snapshot_error(bytes) == "no error");
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      CAPTURE(i, bit);
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ (1U << bit));
      CHECK(snapshot_error(damaged).starts_with("s.bin: "));
    }
    CHECK(snapshot_error(bytes.substr(0, i)).starts_with("s.bin: is "));
  }
  CHECK(snapshot_error(bytes + "x") == "s.bin: goes on for 1 bytes behind its end");

  std::string damaged = bytes;
  damaged[bytes.find("length")] = 'L';
  CHECK(snapshot_error(damaged) == "s.bin: was damaged");
  damaged = bytes;
  damaged[0] = 'M';
  CHECK(snapshot_error(damaged) == "s.bin: is no snapshot");
  // Behind the 18 bytes of the magic and the item's type.
  damaged = bytes;
  damaged[19] = '\4';
  CHECK(snapshot_error(damaged) == "s.bin: is of format 4 where 3 was expected");
  CHECK(snapshot_error(snapshot_bytes({1, 0, 3, "", ""})) == "s.bin: is of no evaluation");
}

}  // namespace memplace::test
