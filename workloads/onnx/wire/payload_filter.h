// SPDX-License-Identifier: Apache-2.0
// A ModelProto without what an import does not need: tensor payloads above 64 KiB, documentation,
// metadata, training graphs and fields that no rule knows are passed over in the file.
#pragma once

#include <cstdint>
#include <string>

namespace memplace::onnx {

// Payloads up to this many bytes are kept, for folding; once kPayloadBudget bytes of them are kept,
// only those of at most kSmallPayload bytes still are.
inline constexpr std::int64_t kLargestPayload = std::int64_t{64} << 10U;
inline constexpr std::int64_t kPayloadBudget = std::int64_t{16} << 20U;
inline constexpr std::int64_t kSmallPayload = 1024;

// Of the file: what is left may not exceed these, whatever the file's own size.
inline constexpr int kDeepestNesting = 96;  // the library's parser allows 100
inline constexpr std::int64_t kMostKeptBytes = std::int64_t{128} << 20U;
inline constexpr std::int64_t kMostFields = 2'000'000;  // strings and messages

// The serialized ModelProto that is left. Throws Error where the file is no well-formed ModelProto
// (with the byte, what was expected and what was found), where a limit is exceeded, and where a
// tensor's payload does not have the size that its shape and element type ask for.
std::string read_without_payloads(const std::string& path);

}  // namespace memplace::onnx
