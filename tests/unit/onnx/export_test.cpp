// SPDX-License-Identifier: Apache-2.0
// Exported files, read by the library.
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include "base/error.h"
#include "workloads/builtin/builtins.h"
#include "workloads/onnx/write/writer.h"

namespace memplace::onnx {

TEST_CASE("the library accepts exported files", "[onnx]") {
  for (const std::string& name : builtin_names()) {
    CAPTURE(name);
    const std::string path =
        (std::filesystem::temp_directory_path() / ("memplace_export_" + name + ".onnx")).string();
    write_onnx(make_builtin(name, DType::kInt8), path);
    CHECK(std::filesystem::file_size(path) < 1 << 20);
    ::onnx::ModelProto proto;
    std::ifstream file(path, std::ios::binary);
    REQUIRE(proto.ParseFromIstream(&file));
    std::filesystem::remove(path);
    CHECK_NOTHROW(::onnx::checker::check_model(proto));
    // Inference in strict mode throws where a stored shape is not what the operator makes.
    const ::onnx::ShapeInferenceOptions options{true, 1, false};
    CHECK_NOTHROW(
        ::onnx::shape_inference::InferShapes(proto, ::onnx::OpSchemaRegistry::Instance(), options));
    CHECK(proto.metadata_props(0).key() == "memplace.dtype");
    CHECK(proto.metadata_props(0).value() == "int8");
  }
}

TEST_CASE("an export that cannot be written says so", "[onnx]") {
  try {
    write_onnx(make_builtin("mobilenet-v2", DType::kInt8), "/no/such/folder/a.onnx");
    FAIL("no exception");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "/no/such/folder/a.onnx: cannot write: No such file or directory");
  }
}

}  // namespace memplace::onnx
