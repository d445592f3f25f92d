// SPDX-License-Identifier: Apache-2.0
// libFuzzer target of the ONNX reader: any bytes give a model or one Error.
//   cmake -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DMEMPLACE_FUZZ=ON
//         -DMEMPLACE_SANITIZE=address,undefined
//   ninja -C build/fuzz onnx_fuzzer && mkdir -p build/found
//   build/fuzz/onnx_fuzzer build/found tests/fuzz/onnx_corpus
// A file that fails goes to tests/fuzz/onnx_corpus, which a unit test replays.
#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "workloads/onnx/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("onnx", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    return 0;
  }
  try {
    memplace::onnx::ReadOptions options;
    options.allow_unknown = size % 2 == 0;
    memplace::onnx::read_onnx(path, options);
  } catch (const memplace::Error&) {
    // What a malformed file is expected to end in.
  }
  return 0;
}
