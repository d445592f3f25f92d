// SPDX-License-Identifier: Apache-2.0
// Networks through files: written, read and converted.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/chip/chip_reader.h"
#include "sim/timing/program.h"
#include "tests/unit/onnx/same_work.h"
#include "workloads/builtin/builtins.h"
#include "workloads/onnx/convert/convert.h"
#include "workloads/onnx/read/reader.h"
#include "workloads/onnx/write/writer.h"

namespace memplace::onnx {
namespace {

Graph through_file(const Graph& graph, DType dtype, const std::string& name) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("memplace_trip_" + name + ".onnx")).string();
  write_onnx(graph, path);
  std::vector<std::string> notes;
  const Model model = read_onnx(path, {});
  std::filesystem::remove(path);
  return convert(model, {.dtype = dtype, .allow_unknown = false}, notes);
}

}  // namespace

// Lowered for one stream on all engines and for a stream an engine: equal programs take equal time
// under equal mappings.
TEST_CASE("built-in networks come back from their files with the same work", "[onnx]") {
  for (const std::string& name : builtin_names()) {
    CAPTURE(name);
    const auto graph = std::make_shared<const Graph>(make_builtin(name, DType::kInt8));
    const auto back =
        std::make_shared<const Graph>(through_file(*graph, DType::kInt8, name + "_work"));
    for (const auto& [chip, mode] :
         {std::pair{"nnpi", Mode{1, 12, 1}}, std::pair{"nnpi-12ice", Mode{12, 1, 2}}}) {
      CAPTURE(chip);
      check_same_work(lower(Problem(*graph, load_chip(chip), mode)),
                      lower(Problem(*back, load_chip(chip), mode)));
    }
  }
}

TEST_CASE("built-in networks come back from their files", "[onnx]") {
  for (const std::string& name : builtin_names()) {
    for (const DType dtype : {DType::kInt8, DType::kFp16}) {
      CAPTURE(name, name_of(dtype));
      const Graph graph = make_builtin(name, dtype);
      const Graph back = through_file(graph, dtype, name);
      CHECK(back.totals() == graph.totals());
      REQUIRE(back.ops().size() == graph.ops().size());
      for (const OpId id : graph.ops()) {
        CAPTURE(graph.op(id).name);
        CHECK(back.op(id).name == graph.op(id).name);
        CHECK(back.op(id).kind == graph.op(id).kind);
        CHECK(back.op(id).work == graph.op(id).work);
        REQUIRE(back.op(id).inputs.size() == graph.op(id).inputs.size());
        for (std::size_t i = 0; i < graph.op(id).inputs.size(); ++i) {
          CHECK(back.op(id).inputs[i].bytes == graph.op(id).inputs[i].bytes);
        }
      }
    }
  }
}

}  // namespace memplace::onnx
