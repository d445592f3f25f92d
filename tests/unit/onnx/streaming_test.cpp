// SPDX-License-Identifier: Apache-2.0
// Payloads are passed over: files of any size, in little memory.
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/onnx/reading.h"
#include "workloads/onnx/wire/payload_filter.h"

namespace memplace::onnx {
namespace {

using test::OnnxGraph;
using test::OnnxModel;
using test::OnnxTensor;
using test::OnnxType;
namespace wire = test::wire;

// Peak resident memory of this process; each TEST_CASE is a process of its own.
std::int64_t peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A model of MatMuls over weights of this many bytes each, whose payloads are holes of the file.
class SparseModel {
 public:
  SparseModel(int count, std::int64_t rows) {
    const std::int64_t bytes = rows * 1024 * 4;
    OnnxGraph graph;
    graph.input("x", {{8, rows}}).output("y");
    std::vector<std::string> heads;
    std::int64_t total = 0;
    for (int i = 0; i < count; ++i) {
      const std::string name = "w" + std::to_string(i);
      graph.node("MatMul", {"x", name}, {"y" + std::to_string(i)});
      graph.node("Identity", {i == 0 ? "y0" : "s" + std::to_string(i)}, {"t" + std::to_string(i)});
      if (i > 0) {
        graph.node("Add", {"t" + std::to_string(i - 1), "y" + std::to_string(i)},
                   {"s" + std::to_string(i)});
      }
      const std::string tensor = OnnxTensor::without_data(name, {rows, 1024}).bytes;
      const std::string payload = "\x4A" + wire::varint(static_cast<std::uint64_t>(bytes));
      const auto length = static_cast<std::uint64_t>(bytes) + tensor.size() + payload.size();
      std::string head = "\x2A" + wire::varint(length);
      head += tensor;
      head += payload;
      heads.push_back(head);
      total += static_cast<std::int64_t>(heads.back().size()) + bytes;
    }
    graph.node("Identity", {"t" + std::to_string(count - 1)}, {"y"});
    path_ = test::temporary_file("sparse.onnx", "");
    const std::string model = OnnxModel(OnnxGraph()).bytes();
    const std::string begin =
        model.substr(0, model.size() - 2) + "\x3A" +
        wire::varint(static_cast<std::uint64_t>(total) + graph.bytes().size());
    const int file = ::open(path_.c_str(), O_WRONLY | O_TRUNC);
    put(file, begin);
    for (const std::string& head : heads) {
      put(file, head);
      offset_ += bytes;
    }
    put(file, graph.bytes());
    ::close(file);
  }
  ~SparseModel() { std::filesystem::remove(path_); }
  SparseModel(const SparseModel&) = delete;
  SparseModel& operator=(const SparseModel&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t size() const { return offset_; }

 private:
  void put(int file, const std::string& text) {
    const auto written = ::pwrite(file, text.data(), text.size(), offset_);
    REQUIRE(written == static_cast<ssize_t>(text.size()));
    offset_ += written;
  }

  std::string path_;
  std::int64_t offset_ = 0;
};

TEST_CASE("a model of 1.3 GB is read in under 300 MiB", "[onnx]") {
  // 20 weights of 16,000 x 1,024 floats are 1.31e9 bytes.
  const SparseModel file(20, 16'000);
  REQUIRE(file.size() > 1'300'000'000);
  const Model model = read_onnx(file.path(), {});
  CHECK(output_shape(model) == Shape{8, 1024});
  CHECK(value_named(model, "w19").shape == Shape{16'000, 1024});
  CHECK(peak_kib() < 300 * 1024);
}

TEST_CASE("a model above 2 and above 4 GiB is read", "[onnx]") {
  // 5 weights of 262,144 x 1,024 floats are 5 GiB.
  const SparseModel file(5, 262'144);
  REQUIRE(file.size() > (std::int64_t{5} << 30U));
  CHECK(output_shape(read_onnx(file.path(), {})) == Shape{8, 1024});
  CHECK(peak_kib() < 300 * 1024);
}

std::string kept_of(const std::string& bytes) {
  const TemporaryModel file(bytes);
  return read_without_payloads(file.path());
}

TEST_CASE("payloads of 64 KiB are kept, longer ones are not", "[onnx]") {
  for (const std::int64_t bytes : {65'532, 65'540}) {
    const std::string data(static_cast<std::size_t>(bytes), '\1');
    const OnnxTensor tensor = OnnxTensor::raw("w", {bytes}, OnnxType::kInt8, data);
    const std::string kept = kept_of(OnnxModel(OnnxGraph().initializer(tensor)).bytes());
    CHECK((kept.size() > data.size()) == (bytes == 65'532));
  }
}

TEST_CASE("payloads in attributes, subgraphs and functions are passed over too", "[onnx]") {
  const std::string data(1 << 20, '\1');
  const OnnxTensor tensor = OnnxTensor::raw("w", {1 << 20}, OnnxType::kInt8, data);
  const OnnxGraph inner =
      OnnxGraph().initializer(tensor).node("Constant", {}, {"c"}, {{"value", tensor}});
  const OnnxGraph graph =
      OnnxGraph()
          .node("If", {"b"}, {"y"}, {{"then_branch", inner}})
          .field(wire::bytes(15, wire::bytes(1, tensor.bytes) + wire::integer(3, 4)));
  OnnxModel model(graph);
  model.function("f", "F", {}, {"c"},
                 {test::onnx_node("Constant", {}, {"c"}, {{"value", tensor}})});
  REQUIRE(model.bytes().size() > 4 * data.size());
  CHECK(kept_of(model.bytes()).size() < 1000);
}

TEST_CASE("unpacked payloads, documentation and unknown fields are passed over", "[onnx]") {
  std::string tensor = wire::packed(1, {20'000}) + wire::integer(2, 1) + wire::bytes(8, "w");
  for (int i = 0; i < 20'000; ++i) {
    tensor += wire::fixed32(4, 1.0F);
  }
  const std::string text(1 << 20, 'x');
  OnnxModel model(OnnxGraph().initializer({tensor}).field(wire::bytes(10, text)));
  model.field(wire::bytes(6, text)).field(wire::bytes(900, text)).field(wire::integer(901, 1));
  CHECK(kept_of(model.bytes()).size() < 100);
}

TEST_CASE("payloads stop being kept once many are", "[onnx]") {
  // 400 x 60,000 bytes are 24 MB; 16 MiB of them are kept, and one more.
  OnnxGraph graph;
  for (int i = 0; i < 400; ++i) {
    graph.initializer(OnnxTensor::raw("w" + std::to_string(i), {60'000}, OnnxType::kInt8,
                                      std::string(60'000, '\1')));
  }
  const auto kept = static_cast<std::int64_t>(kept_of(OnnxModel(graph).bytes()).size());
  CHECK(kept > kPayloadBudget);
  CHECK(kept < kPayloadBudget + 100'000);
}

TEST_CASE("nesting has a limit", "[onnx]") {
  OnnxGraph graph = OnnxGraph().node("A", {}, {"a"});
  for (int i = 0; i < 40; ++i) {
    graph = OnnxGraph().node("If", {"b"}, {"y"}, {{"then_branch", graph}});
  }
  const std::string message = error_of_bytes(OnnxModel(graph).bytes());
  CHECK(message.find("expected messages nested at most 96 deep, found a deeper one") !=
        std::string::npos);
}

TEST_CASE("a tensor's payload has the size of its shape", "[onnx]") {
  const auto message_of = [](const OnnxTensor& tensor) {
    const std::string message = error_of_bytes(OnnxModel(OnnxGraph().initializer(tensor)).bytes());
    const auto begin = message.find("tensor");
    return begin == std::string::npos ? message : message.substr(begin);
  };
  CHECK(message_of(OnnxTensor::raw("w", {2, 2}, OnnxType::kFloat, std::string(12, '\0'))) ==
        "tensor \"w\": 12 bytes of raw_data, expected 16 for float[2, 2]");
  CHECK(message_of(OnnxTensor::raw("w", {}, OnnxType::kFloat16, std::string(4, '\0'))) ==
        "tensor \"w\": 4 bytes of raw_data, expected 2 for float16[]");
  CHECK(message_of(OnnxTensor::ints("w", {4}, {1, 2, 3})) ==
        "tensor \"w\": 3 bytes of data and 0 single elements, expected 4 elements for int64[4]");
  CHECK(message_of(OnnxTensor::without_data("w", {3, -1})) ==
        "tensor \"w\": dimension -1 is negative");
  CHECK(message_of(OnnxTensor::without_data("w", {1LL << 40U, 1LL << 40U})) ==
        "tensor \"w\": [1099511627776, 1099511627776] is too large");
  CHECK(message_of(OnnxTensor::without_data("w", {3}, OnnxType{99})) ==
        "tensor \"w\": element type 99 is unknown");
  const OnnxTensor external{OnnxTensor::raw("w", {2}, OnnxType::kFloat, "").bytes +
                            wire::integer(14, 1)};
  CHECK(message_of(external) == "its graph has no output");
}

}  // namespace
}  // namespace memplace::onnx
