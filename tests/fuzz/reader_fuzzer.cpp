// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of a reader: MEMPLACE_TARGET is a function of the header MEMPLACE_TARGET_HEADER.
// scripts/fuzz builds and runs them.
#include <cstddef>
#include <cstdint>
#include <string>

#include MEMPLACE_TARGET_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  memplace::test::MEMPLACE_TARGET(std::string(data, data + size));
  return 0;
}
