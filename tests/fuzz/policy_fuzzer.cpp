// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of the reader of policies: any content, with its checksum, is a policy that
// searches can begin with, or one Error.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/policy_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  memplace::test::is_policy(std::string(data, data + size));
  return 0;
}
