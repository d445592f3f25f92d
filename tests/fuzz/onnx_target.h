// SPDX-License-Identifier: Apache-2.0
// ONNX files: bytes give a model and a network, or one Error.
#pragma once

#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/takes.h"
#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/read/reader.h"

namespace memplace::test {

// Whether unknown operators are let pass depends on the size, so that both ways are seen.
inline bool take_onnx(const std::string& bytes) {
  static const int file = ::memfd_create("onnx", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  MEMPLACE_ASSERT(::ftruncate(file, 0) == 0, path);
  MEMPLACE_ASSERT(
      ::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), path);
  return takes([&] {
    const bool allow_unknown = bytes.size() % 2 == 0;
    onnx::ReadOptions options;
    options.allow_unknown = allow_unknown;
    const onnx::Model model = onnx::read_onnx(path, options);
    std::vector<std::string> notes;
    const Graph graph = onnx::convert(model, {DType::kInt8, allow_unknown}, notes);
    onnx::summarize(model, graph, notes);
  });
}

}  // namespace memplace::test
