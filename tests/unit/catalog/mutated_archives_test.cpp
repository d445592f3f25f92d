// SPDX-License-Identifier: Apache-2.0
// Snapshots and policies with words changed that no checksum tells: each is refused with an Error,
// or of use; sanitizers see whether anything is read that is not there.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "optimizer/learning/policy_shape.h"
#include "tests/fuzz/archive_words.h"
#include "tests/fuzz/policy_target.h"
#include "tests/fuzz/snapshot_target.h"

namespace memplace::test {
namespace {

constexpr std::size_t kMagic = sizeof("memplace snapshot\n") - 1;

// How many mutants are taken, and how many refused.
struct Fates {
  std::size_t taken = 0;
  std::size_t refused = 0;
};

// Every word that is no part of a list, and as many of those that are as there is time for, with as
// many of the values that are strange for it.
Fates mutate_all(const std::string& bytes, std::size_t begin, std::size_t contents,
                 const std::function<bool(const std::string& mutant)>& takes) {
  Rng rng(1, 0x6d7574);
  std::vector<ArchiveWord> words = words_of(bytes, begin, bytes.size());
  REQUIRE_FALSE(words.empty());
  rng.shuffle(std::span<ArchiveWord>(words));
  Fates fates;
  std::size_t of_lists = 0;
  for (const ArchiveWord& word : words) {
    if (word.content && ++of_lists > contents) {
      continue;
    }
    const std::uint64_t now = word_at(bytes, word);
    std::vector<std::uint64_t> values = strange_values(now, word.bytes, rng);
    rng.shuffle(std::span<std::uint64_t>(values));
    values.resize(std::min<std::size_t>(values.size(), MUTATED_VALUES));
    for (const std::uint64_t value : values) {
      CAPTURE(word.offset, word.bytes, now, value);
      std::string mutant = bytes;
      set_word(mutant, word, value);
      bool taken = false;
      REQUIRE_NOTHROW(taken = takes(mutant));
      (taken ? fates.taken : fates.refused) += 1;
    }
  }
  return fates;
}

std::vector<std::string> corpus(const std::string& name) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(MEMPLACE_SOURCE_DIR) +
                                                               "/tests/fuzz/" + name)) {
    files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace

TEST_CASE("a snapshot with any word changed is refused or of use", "[mutated]") {
  for (const auto& search : stopped_searches()) {
    REQUIRE(search->goes_on(search->snapshot()));
    const Fates fates = mutate_all(
        search->snapshot(), kMagic, MUTATED_CONTENTS,
        [&](const std::string& mutant) { return search->goes_on(with_checksum(mutant)); });
    CHECK(fates.taken > 10);
    CHECK(fates.refused > 30);
  }
}

// What ended in a segmentation fault: more children than the generation has, in a generation whose
// results are awaited; and each number beside it that is an index.
TEST_CASE("indices in a snapshot are those of what it holds", "[mutated]") {
  StoppedSearch& search = *stopped_searches()[1];
  const std::string bytes = search.snapshot();
  const Snapshot snapshot = read_snapshot(bytes, "s");
  // After what every search has, the strategy's archive is a queue, then `turn`, `children` and the
  // length of `told` of egrl and its halves, which are 8 bytes each behind their types.
  const std::vector<ArchiveWord> words = words_of(snapshot.state, 0, snapshot.state.size());
  std::size_t indices = 0;
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const auto is_u64 = [&](std::size_t word) {
      return words[word].bytes == 8 && !words[word].content &&
             snapshot.state[words[word].offset - 1] == 'u';
    };
    // The second generation: half of 20 survived, so that it has 10 children, of which none is
    // told.
    if (!is_u64(i) || !is_u64(i + 1) || !is_u64(i + 2) || word_at(snapshot.state, words[i]) != 1 ||
        word_at(snapshot.state, words[i + 1]) != 10 || word_at(snapshot.state, words[i + 2]) != 0) {
      continue;
    }
    ++indices;
    for (const std::size_t word : {i, i + 1, i + 2}) {
      for (const std::uint64_t value :
           {std::uint64_t{11}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
        Snapshot mutant = snapshot;
        set_word(mutant.state, words[word], value);
        CHECK_FALSE(search.goes_on(snapshot_bytes(mutant)));
      }
    }
  }
  CHECK(indices == 1);
}

TEST_CASE("snapshot corpus: past failures are refused or of use", "[mutated]") {
  for (const std::string& file : corpus("snapshot_corpus")) {
    CAPTURE(file);
    CHECK_NOTHROW(goes_on_from(read_file(file)));
  }
}

TEST_CASE("a policy with any word changed is refused or of use", "[mutated]") {
  PolicyShape shape;
  shape.heads = 2;
  shape.hidden = 4;
  shape.depth = 1;
  TrainedPolicy policy{shape, std::vector<float>(parameter_count(shape), 0.25F)};
  const std::string content = policy_content(policy_bytes(policy));
  REQUIRE(policy_file(content) == policy_bytes(policy));
  REQUIRE(is_policy(content));
  const Fates fates = mutate_all(content, 0, MUTATED_CONTENTS, is_policy);
  CHECK(fates.taken > 10);
  CHECK(fates.refused > 30);
}

TEST_CASE("policy corpus: past failures are refused or of use", "[mutated]") {
  for (const std::string& file : corpus("policy_corpus")) {
    CAPTURE(file);
    CHECK_NOTHROW(is_policy(read_file(file)));
  }
}

}  // namespace memplace::test
