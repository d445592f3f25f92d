// SPDX-License-Identifier: Apache-2.0
#include "workloads/workload.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/files.h"
#include "workloads/builtin/builtins.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

std::string workload_error(const std::string& spec, DType dtype = DType::kInt8) {
  try {
    load_workload(spec, dtype);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a built-in takes parameters in any order", "[workloads]") {
  const Graph graph = load_workload("bert-base:seq=32,batch=4", DType::kInt8);
  CHECK(graph.name() == "bert-base:batch=4,seq=32");
  CHECK(graph == load_workload("bert-base:batch=4,seq=32", DType::kInt8));
  CHECK(load_workload("bert-base:seq=128", DType::kInt8).name() == "bert-base");
}

TEST_CASE("mistakes in a workload's name are explained", "[workloads]") {
  CHECK(workload_error("resnet5") ==
        "unknown workload \"resnet5\"; known: resnet50, resnet101, bert-base, bert-large, "
        "mobilenet-v2 (did you mean \"resnet50\"?)");
  CHECK(workload_error("") ==
        "unknown workload \"\"; known: resnet50, resnet101, bert-base, bert-large, mobilenet-v2");
  CHECK(workload_error("resnet50:bach=4") ==
        "workload resnet50: unknown parameter \"bach\"; known: batch, image (did you mean "
        "\"batch\"?)");
  CHECK(workload_error("resnet50:seq=4") ==
        "workload resnet50: unknown parameter \"seq\"; known: batch, image");
  CHECK(workload_error("resnet50:batch") ==
        "workload resnet50: got \"batch\", expected PARAMETER=VALUE; known: batch, image");
  CHECK(workload_error("resnet50:") ==
        "workload resnet50: got \"\", expected PARAMETER=VALUE; known: batch, image");
  CHECK(workload_error("resnet50:batch=4,batch=4") == "workload resnet50: batch is given twice");
  CHECK(workload_error("resnet50:batch=0") ==
        "workload resnet50: batch is \"0\", expected a whole number from 1 to 1024");
  CHECK(workload_error("resnet50:batch=1025") ==
        "workload resnet50: batch is \"1025\", expected a whole number from 1 to 1024");
  CHECK(workload_error("resnet50:image=31") ==
        "workload resnet50: image is \"31\", expected a whole number from 32 to 4096");
  CHECK(workload_error("bert-base:seq=513") ==
        "workload bert-base: seq is \"513\", expected a whole number from 1 to 512");
  CHECK(workload_error("resnet50:batch=2.5") ==
        "workload resnet50: batch is \"2.5\", expected a whole number from 1 to 1024");
  CHECK(workload_error("resnet50:batch=99999999999999999999") ==
        "workload resnet50: batch is \"99999999999999999999\", expected a whole number from 1 to "
        "1024");
  CHECK(workload_error("resnet50:batch=") ==
        "workload resnet50: batch is \"\", expected a whole number from 1 to 1024");
  CHECK(workload_error("resnet50", DType::kInt64) ==
        "workload resnet50: dtype is \"int64\", expected int8, fp16 or fp32");
  CHECK(workload_error("model.onnx") ==
        "model.onnx: an ONNX model, which only workloads/onnx reads");
}

TEST_CASE("every built-in is made at the ends of its parameters' ranges", "[workloads]") {
  for (const BuiltinInfo& info : builtins()) {
    std::string least = info.name;
    std::string most = info.name;
    char separator = ':';
    for (const BuiltinParameter& parameter : info.parameters) {
      CHECK(parameter.least <= parameter.fallback);
      CHECK(parameter.fallback <= parameter.most);
      least += separator + parameter.name + "=" + std::to_string(parameter.least);
      most += separator + parameter.name + "=" + std::to_string(parameter.most);
      separator = ',';
    }
    const GraphTotals small = load_workload(least, DType::kInt8).totals();
    const GraphTotals large = load_workload(most, DType::kFp32).totals();
    CHECK(small.macs < large.macs);
    CHECK(small.parameters == large.parameters);
  }
}

TEST_CASE("a path ending in yaml is a graph file", "[workloads]") {
  const std::string path = MEMPLACE_BINARY_DIR "/workload_test.yaml";
  const Graph graph = load_workload("mobilenet-v2", DType::kFp16);
  write_file(path, write_graph_yaml(graph));
  CHECK(load_workload(path, DType::kInt8) == graph);
}

}  // namespace
}  // namespace memplace
