// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/support/error_of.h"
#include "workloads/graph/graph.h"

namespace memplace {
namespace {

Tensor tensor(std::string name, TensorKind kind, std::int64_t bytes) {
  Tensor made;
  made.name = std::move(name);
  made.kind = kind;
  made.bytes = Bytes(bytes);
  return made;
}

// A network with an input x (8 bytes), weights w (16 bytes) and an op `a` from x to a.out.
struct Fixture {
  GraphBuilder builder{"net"};
  TensorId x = builder.add_tensor(tensor("x", TensorKind::kInput, 8));
  TensorId w = builder.add_tensor(tensor("w", TensorKind::kWeights, 16));
  TensorId a_out = builder.add_tensor(tensor("a.out", TensorKind::kActivation, 8));
  TensorId next = builder.add_tensor(tensor("next", TensorKind::kActivation, 8));

  Fixture() { builder.add_op(op("a", x, a_out)); }

  static Op op(std::string name, TensorId from, TensorId to) {
    Op made;
    made.name = std::move(name);
    made.kind = "copy";
    made.work = VectorWork{VectorKind::kCopy, 8};
    made.inputs = {{from, Bytes(8)}};
    made.outputs = {to};
    return made;
  }

  // What add_op says to a valid op after `spoil`.
  std::string refusal(const std::function<void(Op&)>& spoil) {
    Op made = op("b", a_out, next);
    spoil(made);
    return error_of([&] { builder.add_op(made); });
  }
};

TEST_CASE_METHOD(Fixture, "tensors that break a rule are refused", "[workloads]") {
  const auto refuse = [&](const Tensor& bad) { return error_of([&] { builder.add_tensor(bad); }); };
  CHECK(refuse(tensor("x", TensorKind::kInput, 1)) == "tensor \"x\": there are two of that name");
  CHECK(refuse(tensor("", TensorKind::kInput, 1)) ==
        "a tensor's name has 0 characters, expected 1 to 256 without control characters");
  CHECK(refuse(tensor("a\nb", TensorKind::kInput, 1)) ==
        "a tensor's name has 3 characters, expected 1 to 256 without control characters");
  CHECK(refuse(tensor(std::string(257, 'n'), TensorKind::kInput, 1)) ==
        "a tensor's name has 257 characters, expected 1 to 256 without control characters");
  CHECK(refuse(tensor("y", TensorKind::kInput, -1)) ==
        "tensor \"y\": bytes is -1, expected 0 to 1125899906842624");
  Tensor bad = tensor("y", TensorKind::kInput, 1);
  bad.shape = {1, -2};
  CHECK(refuse(bad) ==
        "tensor \"y\": an extent of the shape is -2, expected 0 to 1125899906842624");
  bad = tensor("y", TensorKind::kInput, 1);
  bad.parameters = 1;
  CHECK(refuse(bad) == "tensor \"y\": only weights have parameters");
  bad = tensor("y", TensorKind::kWeights, 1);
  bad.graph_output = true;
  CHECK(refuse(bad) == "tensor \"y\": weights cannot be a graph output");
  CHECK(error_of([&] { builder.mark_output(w); }) ==
        "tensor \"w\": weights cannot be a graph output");
}

TEST_CASE_METHOD(Fixture, "ops that break a rule are refused", "[workloads]") {
  CHECK(refusal([](Op& op) { op.name = "a"; }) == "op \"a\": there are two of that name");
  CHECK(refusal([](Op& op) { op.kind = ""; }) ==
        "op \"b\": its kind's name has 0 characters, expected 1 to 256 without control characters");
  CHECK(refusal([&](Op& op) {
          op.inputs = {{next, Bytes(8)}};
        }) == "op \"b\" reads \"next\", which no earlier op writes");
  CHECK(refusal([&](Op& op) {
          op.inputs = {{w, Bytes(8)}};
        }) == "op \"b\" reads weights \"w\" as an input");
  CHECK(refusal([&](Op& op) {
          op.inputs = {{x, Bytes(9)}};
        }) == "op \"b\" reads 9 bytes of \"x\", which has 8");
  CHECK(refusal([&](Op& op) {
          op.inputs = {{x, Bytes(-1)}};
        }) == "op \"b\" reads -1 bytes of \"x\", which has 8");
  CHECK(refusal([&](Op& op) {
          op.weights = {{x, Bytes(8)}};
        }) == "op \"b\" takes \"x\" as weights, which is an input");
  CHECK(refusal([&](Op& op) {
          op.weights = {{w, Bytes(17)}};
        }) == "op \"b\" reads 17 bytes of \"w\", which has 16");
  CHECK(refusal([](Op& op) { op.outputs = {}; }) == "op \"b\" writes nothing");
  CHECK(refusal([&](Op& op) { op.outputs = {x}; }) ==
        "op \"b\" writes \"x\", which is a graph input");
  CHECK(refusal([&](Op& op) { op.outputs = {w}; }) == "op \"b\" writes \"w\", which is weights");
  CHECK(refusal([&](Op& op) { op.outputs = {a_out}; }) ==
        "op \"b\" writes \"a.out\", which \"a\" wrote before");
  CHECK(refusal([&](Op& op) { op.outputs = {next, next}; }) == "op \"b\" writes \"next\" twice");
  CHECK(refusal([](Op& op) {
          op.work = VectorWork{VectorKind::kCopy, -3};
        }) == "op \"b\": elements is -3, expected 0 to 1125899906842624");
  CHECK(refusal([](Op& op) { op.work = GridWork{.positions = 0}; }) ==
        "op \"b\": positions is 0, expected 1 to 1125899906842624");
  CHECK(refusal([](Op& op) { op.window = Window{.stride = 0}; }) ==
        "op \"b\": window's stride is 0, expected 1 to 1073741824");
}

TEST_CASE_METHOD(Fixture, "views keep every byte", "[workloads]") {
  const std::string shape = "op \"b\" is a view, which has one input, one output and no weights";
  CHECK(refusal([&](Op& op) {
          op.work = NoWork{};
          op.inputs.push_back({x, Bytes(8)});
        }) == shape);
  CHECK(refusal([&](Op& op) {
          op.work = NoWork{};
          op.weights = {{w, Bytes(16)}};
        }) == shape);
  CHECK(refusal([&](Op& op) {
          op.work = NoWork{};
          op.inputs[0].bytes = Bytes(7);
        }) == "op \"b\" is a view of 8 bytes as 7; a view keeps every byte");
  const TensorId wide = builder.add_tensor(tensor("wide", TensorKind::kActivation, 9));
  CHECK(refusal([&](Op& op) {
          op.work = NoWork{};
          op.outputs = {wide};
        }) == "op \"b\" is a view of 8 bytes as 9; a view keeps every byte");
  CHECK(refusal([](Op& op) { op.work = NoWork{}; }) == "no error");
}

TEST_CASE_METHOD(Fixture, "sums that no 64-bit integer is safe with are refused", "[workloads]") {
  const std::int64_t most = std::int64_t{1} << 50;
  // 40 bytes are there already.
  CHECK(error_of([&] { builder.add_tensor(tensor("y", TensorKind::kInput, most - 39)); }) ==
        "tensor \"y\" brings the network to more than 1125899906842624 bytes");
  CHECK(error_of([&] { builder.add_tensor(tensor("y", TensorKind::kInput, most - 40)); }) ==
        "no error");
  CHECK(refusal([&](Op& op) {
          const TensorId y = *builder.find_tensor("y");
          op.inputs = {{y, Bytes(most - 40)}, {y, Bytes(most - 40)}};
        }) == "op \"b\" brings the network to more than 1125899906842624 bytes read");
  // Reads add up over ops.
  GraphBuilder reader("net");
  const TensorId large = reader.add_tensor(tensor("large", TensorKind::kInput, most - 1));
  const TensorId first = reader.add_tensor(tensor("first", TensorKind::kActivation, 0));
  const TensorId second = reader.add_tensor(tensor("second", TensorKind::kActivation, 0));
  Op whole = op("a", large, first);
  whole.inputs[0].bytes = Bytes(most - 1);
  reader.add_op(whole);
  Op more = op("b", large, second);
  more.inputs[0].bytes = Bytes(2);
  CHECK(error_of([&] { reader.add_op(more); }) ==
        "op \"b\" brings the network to more than 1125899906842624 bytes read");
  more.inputs[0].bytes = Bytes(1);
  CHECK(error_of([&] { reader.add_op(more); }) == "no error");
  // 2^62 MACs are the most: 2^31 x 2^31 is fine alone, once.
  const std::int64_t side = std::int64_t{1} << 31;
  CHECK(refusal([&](Op& op) {
          op.work = GridWork{.positions = side, .out_channels = side, .in_channels = 2};
        }) == "op \"b\": more than 4611686018427387904 multiply-accumulates");
  CHECK(refusal([&](Op& op) { op.work = GridWork{.positions = side, .out_channels = side}; }) ==
        "no error");
  const TensorId last = builder.add_tensor(tensor("last", TensorKind::kActivation, 0));
  CHECK(refusal([&](Op& op) {
          op.name = "c";
          op.outputs = {last};
          op.work = GridWork{};
        }) == "op \"c\" brings the network to more than 4611686018427387904 multiply-accumulates");
}

TEST_CASE_METHOD(Fixture, "a refused call leaves the builder as it was", "[workloads]") {
  CHECK(refusal([&](Op& op) { op.outputs = {next, a_out}; }) != "no error");
  CHECK(error_of([&] { builder.add_tensor(tensor("y", TensorKind::kInput, -1)); }) != "no error");
  CHECK_FALSE(builder.find_tensor("y").has_value());
  Op op = Fixture::op("b", a_out, next);
  op.weights = {{w, Bytes(16)}};
  builder.add_op(op);
  const Graph graph = builder.build();
  CHECK(graph.ops().size() == 2);
  CHECK(graph.tensors().size() == 4);
}

TEST_CASE_METHOD(Fixture, "what is not whole cannot be built", "[workloads]") {
  CHECK(error_of([] { GraphBuilder("net").build(); }) == "network \"net\" has no ops");
  CHECK(error_of([&] { builder.build(); }) == "tensor \"w\": weights that no op reads");
  GraphBuilder other("net");
  const TensorId y = other.add_tensor(tensor("y", TensorKind::kActivation, 8));
  other.add_tensor(tensor("z", TensorKind::kActivation, 8));
  Op source = Fixture::op("a", y, y);
  source.inputs = {};
  other.add_op(source);
  CHECK(error_of([&] { other.build(); }) == "tensor \"z\": no op writes it");
}

}  // namespace
}  // namespace memplace
