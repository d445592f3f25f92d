// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of the YAML readers: any text gives a graph, a chip or a mapping, or one Error;
// and what was read is written and read again as the same.
//   cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DMEMPLACE_FUZZ=ON
//         -DMEMPLACE_SANITIZE=address,undefined
//   ninja -C build/fuzz yaml_fuzzer && mkdir -p build/found
//   build/fuzz/yaml_fuzzer build/found configs/chips configs/workloads tests/fuzz/yaml_corpus
// A text that fails goes to tests/fuzz/yaml_corpus, which a unit test replays.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/yaml_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  memplace::test::read_as_everything(std::string(data, data + size));
  return 0;
}
