// SPDX-License-Identifier: Apache-2.0
// How fuzzers of readers of text change their inputs: as text, and now and then by bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/text_mutator.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  if (seed % 4 == 0) {
    return LLVMFuzzerMutate(data, size, most);
  }
  const std::string text = memplace::test::mutated_text(std::string(data, data + size), seed);
  const std::size_t result = std::min(most, text.size());
  std::copy_n(text.begin(), result, data);
  return result;
}
