// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of snapshots whose checksum is right: any bytes are a search that goes on, or
// one Error. It makes the snapshots that it begins with itself, and mostly changes single words.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/rng.h"
#include "tests/fuzz/archive_words.h"
#include "tests/fuzz/snapshot_target.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  memplace::test::goes_on_from(std::string(data, data + size));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  using namespace memplace;
  using namespace memplace::test;
  constexpr std::size_t kHead = sizeof("memplace snapshot\n");  // with the byte before it
  Rng rng(seed, 1);
  std::string input(data, data + size);
  if (rng.chance(0.1)) {
    const auto& searches = stopped_searches();
    const auto which = static_cast<std::size_t>(rng.below(searches.size()));
    input = static_cast<char>(which) + searches[which]->snapshot();
  }
  const std::vector<ArchiveWord> words =
      input.size() > kHead ? words_of(input, kHead, input.size()) : std::vector<ArchiveWord>();
  if (words.empty() || rng.chance(0.1) || input.size() > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  for (std::uint64_t changes = 1 + rng.below(3); changes > 0; --changes) {
    const ArchiveWord& word = words[static_cast<std::size_t>(rng.below(words.size()))];
    const std::vector<std::uint64_t> values = strange_values(word_at(input, word), word.bytes, rng);
    set_word(input, word, values[static_cast<std::size_t>(rng.below(values.size()))]);
  }
  std::memcpy(data, input.data(), input.size());
  return input.size();
}
