// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/reader.h"

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/importer.h"
#include "workloads/onnx/payload_filter.h"

namespace memplace::onnx {

Model read_onnx(const std::string& path, const ReadOptions& options) {
  pb::ModelProto proto;
  {
    const std::string kept = read_without_payloads(path);
    google::protobuf::io::CodedInputStream stream(
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): protobuf's bytes.
        reinterpret_cast<const std::uint8_t*>(kept.data()), static_cast<int>(kept.size()));
    stream.SetTotalBytesLimit(static_cast<int>(kept.size()) + 1);
    if (!proto.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
      throw Error(fmt::format("{}: it is no valid ONNX model", printable(path, 1000)));
    }
  }
  return Importer(proto, printable(path, 1000), options).run();
}

}  // namespace memplace::onnx
