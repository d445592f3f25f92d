// SPDX-License-Identifier: Apache-2.0
// The rules of docs/development/architecture.md as functions of a file's path and text, so that the
// tests can break each of them with a string.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace memplace {

// A file by its path from the repository's root ("base/units.h").
struct SourceFile {
  std::string path;
  std::string text;
};

// Each function returns its findings, "PATH: WHAT" or "PATH:LINE: WHAT"; none is good.

// Includes that go against an arrow of docs/development/architecture.md.
std::vector<std::string> forbidden_includes(const SourceFile& file);

// Libraries outside the folders that may show them: SystemC, MPI, Boost.Graph, ONNX, ...
std::vector<std::string> escaped_libraries(const SourceFile& file);

// No SPDX line at the top, or more than 600 lines.
std::vector<std::string> bad_form(const SourceFile& file);

// Tests (*_test.cpp) that no CMakeLists.txt of `cmake_files` at or above their folder names, by
// their path from its folder.
std::vector<std::string> unregistered_tests(const std::vector<std::string>& test_paths,
                                            const std::vector<SourceFile>& cmake_files);

// True for "sim" of "sim/chip/chip.h" and for "sim/chip/chip.h" itself, not for "si".
bool is_within(std::string_view path, std::string_view folder);

}  // namespace memplace
