// SPDX-License-Identifier: Apache-2.0
// What attention reads and writes of queries, keys, values and their cache: the parts it uses.
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/zoo.h"

namespace memplace::onnx {
namespace {

using test::OnnxDims;
using test::OnnxTensor;
using test::OnnxType;

// An int32 of one element, or a list of them.
std::string number(Net& net, std::int64_t value) {
  return net.constant(OnnxTensor::ints("", {}, {value}, OnnxType::kInt32));
}
std::string list(Net& net, const Ints& values) {
  return net.constant(
      OnnxTensor::ints("", {static_cast<std::int64_t>(values.size())}, values, OnnxType::kInt32));
}

Graph imported(const Net& net, DType dtype = DType::kInt8) {
  return import_net(net, {.domains = {kMicrosoft}, .dtype = dtype});
}

// The op of a part of attention: "qk", "av", "rotary", ...
const Op& part(const Graph& graph, std::string_view name) {
  for (const OpId id : graph.ops()) {
    if (graph.op(id).name.ends_with("." + std::string(name))) {
      return graph.op(id);
    }
  }
  throw Error("no part " + std::string(name));
}

// Bytes of each input that an op reads, in order.
Ints reads(const Op& op) {
  Ints bytes;
  for (const Operand& input : op.inputs) {
    bytes.push_back(input.bytes.count());
  }
  return bytes;
}

Ints writes(const Graph& graph, const Op& op) {
  Ints bytes;
  for (const TensorId output : op.outputs) {
    bytes.push_back(graph.tensor(output).bytes.count());
  }
  return bytes;
}

GridWork grid(const Op& op) { return std::get<GridWork>(op.work); }

// 8 heads of 64 share the keys and values of 2: a row of queries is 512 B, one of keys 128 B.
struct Grouped {
  Net net;
  Names inputs;
  Attributes attributes{{"num_heads", 8}, {"kv_num_heads", 2}};

  // `total` of -1: not constant.
  Grouped(std::int64_t seq, std::int64_t past, std::int64_t total) {
    inputs = {net.input("q", {1, seq, 512}), net.input("k", {1, seq, 128}),
              net.input("v", {1, seq, 128})};
    for (const char* name : {"past_k", "past_v"}) {
      inputs.push_back(net.input(name, {1, 2, past, 64}));
    }
    inputs.push_back(list(net, {total - 1}));
    inputs.push_back(total < 0 ? net.input("total", test::OnnxDims{}, OnnxType::kInt32)
                               : number(net, total));
  }
  Graph graph() {
    Net whole = net;
    for (const std::string& name :
         whole.nodes("GroupQueryAttention", inputs, 3, attributes, kMicrosoft)) {
      whole.output(name);
    }
    return imported(whole);
  }
  std::string error() {
    try {
      graph();
    } catch (const Error& error) {
      const std::string text = error.what();
      return text.substr(text.find("node"));
    }
    return "";
  }
};

}  // namespace

// Of 4,096 rows 99 are old; one row is appended. Scores are 8 heads x 100, results 8 x 64.
TEST_CASE("a cache that past and present share is read as far as it is filled", "[onnx]") {
  const Graph graph = Grouped(1, 4096, 100).graph();
  CHECK(reads(part(graph, "qk")) == Ints{512, 128, 99 * 128});
  CHECK(reads(part(graph, "av")) == Ints{800, 128, 99 * 128});
  CHECK(writes(graph, part(graph, "av")) == Ints{512, 128, 128});
  CHECK(grid(part(graph, "qk")) ==
        GridWork{.batch = 8, .positions = 1, .out_channels = 100, .in_channels = 64, .kernel = 1});
  CHECK(grid(part(graph, "av")) ==
        GridWork{.batch = 8, .positions = 1, .out_channels = 64, .in_channels = 100, .kernel = 1});
  // Its first words: nothing is old. Its last row: 4,095 are.
  const Graph first = Grouped(16, 4096, 16).graph();
  CHECK(reads(part(first, "qk")) == Ints{16 * 512, 16 * 128});
  CHECK(writes(first, part(first, "av")) == Ints{16 * 512, 16 * 128, 16 * 128});
  CHECK(reads(part(Grouped(1, 4096, 4096).graph(), "qk")) == Ints{512, 128, 4095 * 128});
}

// 99 old rows and a new one, and 100 rows of their own are written.
TEST_CASE("a past beside its present is read and written whole", "[onnx]") {
  for (const std::int64_t total : {100, -1}) {
    CAPTURE(total);
    const Graph graph = Grouped(1, 99, total).graph();
    CHECK(reads(part(graph, "qk"))[2] == 99 * 128);
    CHECK(writes(graph, part(graph, "av")) == Ints{512, 100 * 128, 100 * 128});
  }
}

TEST_CASE("totals that a cache contradicts are errors", "[onnx]") {
  CHECK(Grouped(1, 15, 999).error() ==
        "node that writes \"v2\" (GroupQueryAttention): 999 rows of keys in all, where a past of "
        "15 and 1 new ones make 16");
  CHECK(Grouped(4, 15, 17).error() ==
        "node that writes \"v2\" (GroupQueryAttention): 17 rows of keys in all, where a past of 15 "
        "and 4 new ones make 19");
  CHECK(Grouped(4, 4096, 3).error() ==
        "node that writes \"v2\" (GroupQueryAttention): 3 rows of keys in all, where a past of "
        "4096 and 4 new ones make 4100");
}

// A window of 1,024 at the 4,096th word: 1,023 old rows and the new one.
TEST_CASE("a local window bounds what is read, multiplied and normalised", "[onnx]") {
  Grouped decode(1, 4095, 4096);
  decode.attributes.emplace_back("local_window_size", 1024);
  const Graph graph = decode.graph();
  CHECK(reads(part(graph, "qk")) == Ints{512, 128, 1023 * 128});
  CHECK(reads(part(graph, "av")) == Ints{8 * 1024, 128, 1023 * 128});
  CHECK(grid(part(graph, "qk")).out_channels == 1024);
  CHECK(grid(part(graph, "av")).in_channels == 1024);
  CHECK(std::get<VectorWork>(part(graph, "softmax").work).elements == 8 * 1024);
  // 4 words at once: the first sees 9 words before it, the last 6 and the 3 others.
  Grouped several(4, 100, 104);
  several.attributes.emplace_back("local_window_size", 10);
  CHECK(reads(part(several.graph(), "qk")) == Ints{4 * 512, 4 * 128, 9 * 128});
  CHECK(grid(part(several.graph(), "qk")).out_channels == 10);
  // A prompt longer than the window reads all its keys, each query its 10.
  Grouped prompt(64, 4096, 64);
  prompt.attributes.emplace_back("local_window_size", 10);
  CHECK(reads(part(prompt.graph(), "qk")) == Ints{64 * 512, 64 * 128});
  CHECK(grid(part(prompt.graph(), "qk")).macs() == 8 * 64 * 10 * 64);
  // Fewer words than the window, or none set: all.
  for (const int window : {1024, -1}) {
    Grouped early(1, 99, 100);
    early.attributes.emplace_back("local_window_size", window);
    CHECK(reads(part(early.graph(), "qk"))[2] == 99 * 128);
  }
  // A cache of the window's size, of which the oldest row makes room.
  Grouped rolling(1, 16, 1000);
  rolling.attributes.emplace_back("local_window_size", 16);
  rolling.attributes.emplace_back("sliding_window_cache", 1);
  CHECK(reads(part(rolling.graph(), "qk")) == Ints{512, 128, 15 * 128});
  CHECK(writes(rolling.graph(), part(rolling.graph(), "av")) == Ints{512, 128, 128});
}

// Input 9 holds positions, not a mask, which is input 10: [1, 1, 1, 128] for 100 keys.
TEST_CASE("masks and tables are read as far as they are used", "[onnx]") {
  Grouped masked(1, 4096, 100);
  masked.attributes.emplace_back("do_rotary", 1);
  for (const char* table : {"cos", "sin"}) {
    masked.inputs.push_back(masked.net.input(table, {4096, 32}));
  }
  masked.inputs.push_back(masked.net.input("positions", {1, 1}, OnnxType::kInt64));
  masked.inputs.push_back(masked.net.input("mask", {1, 1, 1, 128}));
  const Graph graph = masked.graph();
  // Queries and keys are turned by a row of each table.
  CHECK(reads(part(graph, "rotary")) == Ints{512, 128, 32, 32, 8});
  CHECK(reads(part(graph, "qk")) == Ints{640, 99 * 128});
  CHECK(reads(part(graph, "scale_mask")) == Ints{800, 100});
  masked.inputs.back() = masked.net.input("short", {1, 1, 1, 64});
  CHECK(masked.error() ==
        "node that writes \"v2\" (GroupQueryAttention): a mask of [1, 1, 1, 64] for 100 keys");
}

// 4 queries of 16 on as many keys; packed, [q k v] a row.
TEST_CASE("packed queries, keys and values are read in parts", "[onnx]") {
  const auto attention = [](const char* op, const Attributes& attributes, bool packed,
                            const Ints& shape) {
    Net net;
    Names inputs{net.input("q", {shape[0], shape[1], packed ? shape[2] + 2 * shape[3] : shape[2]}),
                 "", ""};
    if (!packed) {
      inputs[1] = net.input("k", {shape[0], shape[1], shape[3]});
      inputs[2] = net.input("v", {shape[0], shape[1], shape[3]});
    }
    net.output(net.node(op, inputs, attributes, kMicrosoft));
    return imported(net);
  };
  for (const bool packed : {false, true}) {
    CAPTURE(packed);
    const Graph grouped = attention("GroupQueryAttention", {{"num_heads", 8}, {"kv_num_heads", 2}},
                                    packed, {1, 4, 512, 128});
    CHECK(reads(part(grouped, "qk")) == Ints{4 * 512, 4 * 128});
    CHECK(reads(part(grouped, "av")) == Ints{8 * 4 * 4, 4 * 128});
    const Graph turned =
        attention("GroupQueryAttention", {{"num_heads", 8}, {"kv_num_heads", 2}, {"do_rotary", 1}},
                  packed, {1, 4, 512, 128});
    CHECK(reads(part(turned, "rotary")) == Ints{4 * 512, 4 * 128});
    CHECK(reads(part(turned, "av")) == Ints{8 * 4 * 4, 4 * 128});
    const Graph decoding =
        attention("DecoderMaskedMultiHeadAttention", {{"num_heads", 4}}, packed, {2, 1, 64, 64});
    CHECK(reads(part(decoding, "qk")) == Ints{2 * 64, 2 * 64});
    CHECK(reads(part(decoding, "av")) == Ints{2 * 4, 2 * 64});
    CHECK(writes(decoding, part(decoding, "av")) == Ints{2 * 64});
  }
  // [batch, rows, heads, 3 or 2, size]
  Net three;
  three.output(three.node("MultiHeadAttention", {three.input("q", {1, 4, 2, 3, 8})},
                          {{"num_heads", 2}}, kMicrosoft));
  CHECK(reads(part(imported(three), "qk")) == Ints{64, 64});
  CHECK(reads(part(imported(three), "av")) == Ints{2 * 4 * 4, 64});
  Net two;
  two.output(two.node("MultiHeadAttention",
                      {two.input("q", {1, 4, 16}), two.input("kv", {1, 6, 2, 2, 8})},
                      {{"num_heads", 2}}, kMicrosoft));
  CHECK(reads(part(imported(two), "qk")) == Ints{64, 96});
  CHECK(reads(part(imported(two), "av")) == Ints{2 * 4 * 6, 96});
}

// 6 tokens of 2 heads of 8 in 2 sequences of 3, which fill them; or of at most 4, of which nobody
// knows which is the shorter: each token meets 4 keys. Values are of 2 heads of 4.
TEST_CASE("sequences without padding are multiplied as long as the longest", "[onnx]") {
  for (const std::int64_t length : {3, 4}) {
    for (const bool packed : {false, true}) {
      CAPTURE(length, packed);
      Net net;
      Names inputs;
      if (packed) {
        inputs = {net.input("q", {6, 2, 3, 8}), "", ""};
      } else {
        inputs = {net.input("q", {6, 16}), net.input("k", {6, 16}), net.input("v", {6, 8})};
      }
      inputs.push_back(net.weights({packed ? 48 : 40}));
      inputs.push_back(net.input("offsets", {2, length}, OnnxType::kInt32));
      inputs.push_back(net.input("lengths", {3}, OnnxType::kInt32));
      inputs.push_back(net.input("bias", {1, 2, length, length}));
      net.output(net.node("PackedMultiHeadAttention", inputs, {{"num_heads", 2}}, kMicrosoft));
      const Graph graph = imported(net);
      const std::int64_t values = packed ? 8 : 4;
      const std::int64_t scores = 2 * 2 * 3 * length;
      CHECK(kinds(graph) == "matmul:2 scale_mask:1 softmax:1");
      CHECK(grid(part(graph, "qk")) ==
            GridWork{
                .batch = 4, .positions = 3, .out_channels = length, .in_channels = 8, .kernel = 1});
      CHECK(grid(part(graph, "av")) == GridWork{.batch = 4,
                                                .positions = 3,
                                                .out_channels = values,
                                                .in_channels = length,
                                                .kernel = 1});
      // Queries, keys, the bias of the projection, and places and lengths of four bytes.
      CHECK(reads(part(graph, "qk")) == Ints{96, 96, 4 * 2 * length, 4 * 3});
      CHECK(reads(part(graph, "scale_mask")) == Ints{scores, 2 * 3 * length});
      CHECK(reads(part(graph, "av")) == Ints{scores, 6 * 2 * values});
      CHECK(writes(graph, part(graph, "av")) == Ints{6 * 2 * values});
      CHECK(graph.totals().parameters == (packed ? 48 : 40));
    }
  }
}

TEST_CASE("sequences without padding that contradict each other are errors", "[onnx]") {
  const auto error = [](const OnnxDims& query, const OnnxDims& value, const OnnxDims& offsets,
                        int heads) -> std::string {
    Net net;
    const Names inputs{net.input("q", query),
                       net.input("k", query),
                       net.input("v", value),
                       "",
                       net.input("offsets", offsets, OnnxType::kInt32),
                       net.input("lengths", {3}, OnnxType::kInt32)};
    net.output(net.node("PackedMultiHeadAttention", inputs, {{"num_heads", heads}}, kMicrosoft));
    try {
      imported(net);
    } catch (const Error& caught) {
      const std::string text = caught.what();
      return text.substr(text.find("): ") + 3);
    }
    return "";
  };
  CHECK(error({6, 16}, {6, 8}, {2, 3}, 2).empty());
  CHECK(error({1, 6, 16}, {6, 8}, {2, 3}, 2) ==
        "its queries are [1, 6, 16], expected [tokens, hidden], with values beside them, or "
        "[tokens, heads, 3, size]");
  CHECK(error({7, 16}, {7, 8}, {2, 3}, 2) == "7 tokens in 2 sequences of at most 3");
  CHECK(error({6, 16}, {5, 8}, {2, 3}, 2) == "keys or values that do not fit its 6 tokens");
  CHECK(error({6, 16}, {6, 8}, {6}, 2) ==
        "its queries are not [tokens, hidden] or [tokens, heads, 3, size], or the places of its "
        "tokens not [sequences, length]");
  CHECK(error({6, 16}, {6, 8}, {2, 3}, 3) == "16 channels do not divide into 3 heads");
  CHECK(error({6, 3, 3, 8}, {6, 8}, {2, 3}, 2) ==
        "its queries are not [tokens, hidden] or [tokens, heads, 3, size], or the places of its "
        "tokens not [sequences, length]");
}

// Width 64 in 4 heads of 16; 7 old rows in a past of keys and values together, [2, 1, 4, 7, 16].
TEST_CASE("a projection's results and a past of both are read in parts", "[onnx]") {
  std::string op = "Attention";
  const auto attention = [&](std::int64_t past, const Attributes& more, std::int64_t held) {
    Net net;
    Names inputs{net.input("x", {1, 1, 64}), net.weights({64, 192}), net.weights({192}), "",
                 net.input("past", {2, 1, 4, past, 16})};
    if (held >= 0) {
      inputs.insert(inputs.end(), {"", number(net, held)});
    }
    Attributes attributes{{"num_heads", 4}};
    attributes.insert(attributes.end(), more.begin(), more.end());
    for (const std::string& name : net.nodes(op, inputs, 2, attributes, kMicrosoft)) {
      net.output(name);
    }
    return imported(net);
  };
  const Graph graph = attention(7, {}, -1);
  CHECK(reads(part(graph, "qk")) == Ints{64, 64, 7 * 64});
  CHECK(reads(part(graph, "av")) == Ints{4 * 8, 64, 7 * 64});
  CHECK(writes(graph, part(graph, "av")) == Ints{64, 2 * 8 * 64});
  // A buffer of 100 rows that holds 7, and one of which nothing is said.
  const Graph shared = attention(100, {{"past_present_share_buffer", 1}}, 7);
  CHECK(reads(part(shared, "qk")) == Ints{64, 64, 7 * 64});
  CHECK(reads(part(shared, "av")) == Ints{4 * 8, 64, 7 * 64});
  CHECK(writes(shared, part(shared, "av")) == Ints{64, 2 * 64});
  const Graph full = attention(100, {{"past_present_share_buffer", 1}}, -1);
  CHECK(reads(part(full, "qk")) == Ints{64, 64, 99 * 64});
  CHECK(grid(part(full, "qk")).out_channels == 100);
  op = "DecoderMaskedSelfAttention";
  const Graph masked = attention(100, {{"past_present_share_buffer", 1}}, 7);
  CHECK(reads(part(masked, "qk")) == Ints{64, 64, 7 * 64});
}

// The same, with keys and values apart: 8 new rows of 64, 24 old ones in a buffer of 100.
TEST_CASE("multi-head attention appends to a buffer whose length it is told", "[onnx]") {
  Net net;
  const auto rows = [&](const char* name) { return net.input(name, {1, 8, 64}); };
  const auto past = [&](const char* name) { return net.input(name, {1, 4, 100, 16}); };
  for (const std::string& name : net.nodes("MultiHeadAttention",
                                           {rows("q"), rows("k"), rows("v"), "", "", "",
                                            past("past_k"), past("past_v"), number(net, 24)},
                                           3, {{"num_heads", 4}}, kMicrosoft)) {
    net.output(name);
  }
  const Graph graph = imported(net);
  CHECK(reads(part(graph, "qk")) == Ints{512, 512, 24 * 64});
  CHECK(reads(part(graph, "av")) == Ints{4 * 8 * 32, 512, 24 * 64});
  CHECK(writes(graph, part(graph, "av")) == Ints{512, 512, 512});
}

// 4 rows of 2 heads of 8, turned by 4 rows of 1,000 of each table of 4 columns: 32 elements.
TEST_CASE("rotation reads a row of its tables for each position", "[onnx]") {
  for (const bool standard : {false, true}) {
    for (const bool constant : {false, true}) {
      CAPTURE(standard, constant);
      Net net;
      const auto table = [&](const char* name) {
        return constant ? net.weights({1000, 4}) : net.input(name, {1000, 4});
      };
      const std::string x = net.input("x", {1, 4, 16});
      const std::string at = net.input("positions", {1, 4}, OnnxType::kInt64);
      const Names inputs = standard ? Names{x, table("cos"), table("sin"), at}
                                    : Names{x, at, table("cos"), table("sin")};
      net.output(
          net.node("RotaryEmbedding", inputs, {{"num_heads", 2}}, standard ? "" : kMicrosoft));
      const Graph graph = import_net(net, {.opset = 23, .domains = {kMicrosoft}});
      REQUIRE(graph.ops().size() == 1);
      const Op& op = graph.op(OpId(0));
      CHECK(reads(op) == (constant ? Ints{64, 32} : Ints{64, 32, 16, 16}));
      CHECK(op.weights.has_value() == constant);
      if (constant) {
        CHECK(op.weights->bytes == Bytes(32));
        CHECK(graph.totals().parameters == 8000);
      }
    }
  }
}

// A quantised cache has bytes where floats have four: 99 rows of 128.
TEST_CASE("a cache has its own type", "[onnx]") {
  Net net;
  const Names inputs{net.input("q", {1, 1, 512}),
                     net.input("k", {1, 1, 128}),
                     net.input("v", {1, 1, 128}),
                     net.input("past_k", {1, 2, 99, 64}, OnnxType::kInt8),
                     net.input("past_v", {1, 2, 99, 64}, OnnxType::kInt8),
                     list(net, {99}),
                     number(net, 100)};
  for (const std::string& name : net.nodes("GroupQueryAttention", inputs, 3,
                                           {{"num_heads", 8}, {"kv_num_heads", 2}}, kMicrosoft)) {
    net.output(name);
  }
  const Graph graph = imported(net, DType::kFp32);
  CHECK(reads(part(graph, "qk")) == Ints{4 * 512, 4 * 128, 99 * 128});
  CHECK(writes(graph, part(graph, "av")) == Ints{4 * 512, 100 * 128, 100 * 128});
}

}  // namespace memplace::onnx
