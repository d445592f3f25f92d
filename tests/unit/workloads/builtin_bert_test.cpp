// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/workloads/by_name.h"
#include "workloads/builtin/builtins.h"

namespace memplace {
namespace {

TEST_CASE("bert-base has its published size", "[workloads]") {
  const Graph graph = make_builtin("bert-base", DType::kInt8);
  CHECK(graph.ops().size() == 6 + 12 * 15 + 3);
  CHECK(graph.totals().parameters == 109'482'240 + 2 * 769);  // published, and the classifier
  // A layer at 128 tokens: four 768x768, two products of 128x128 over 768, two 768x3072.
  const std::int64_t layer = 4 * 128 * 768 * 768 + 2 * 128 * 128 * 768 + 2 * 128 * 768 * 3072;
  CHECK(graph.totals().macs == 12 * layer + 768 * 768 + 2 * 768);
}

TEST_CASE("bert-large has its published size", "[workloads]") {
  const Graph graph = make_builtin("bert-large", DType::kInt8);
  CHECK(graph.ops().size() == 6 + 24 * 15 + 3);                // 369
  CHECK(graph.totals().parameters == 335'141'888 + 2 * 1025);  // published, and the QA logits
  const std::int64_t layer = std::int64_t{4} * 384 * 1024 * 1024 + 2 * 384 * 384 * 1024 +
                             std::int64_t{2} * 384 * 1024 * 4096;
  CHECK(graph.totals().macs == 24 * layer + 1024 * 1024 + 384 * 1024 * 2);
}

TEST_CASE("a layer of bert is fifteen ops", "[workloads]") {
  const Graph graph = make_builtin("bert-large", DType::kInt8);
  const std::vector<std::string> expected{"encoder.3.attention.q matmul",
                                          "encoder.3.attention.k matmul",
                                          "encoder.3.attention.v matmul",
                                          "encoder.3.attention.qk matmul",
                                          "encoder.3.attention.scale_mask scale_mask",
                                          "encoder.3.attention.softmax softmax",
                                          "encoder.3.attention.av matmul",
                                          "encoder.3.attention.out matmul",
                                          "encoder.3.attention.add add",
                                          "encoder.3.attention.ln layernorm",
                                          "encoder.3.ff1 matmul",
                                          "encoder.3.gelu gelu",
                                          "encoder.3.ff2 matmul",
                                          "encoder.3.add add",
                                          "encoder.3.ln layernorm"};
  std::vector<std::string> found;
  for (const OpId id : graph.ops()) {
    if (graph.op(id).name.starts_with("encoder.3.")) {
      found.push_back(graph.op(id).name + " " + graph.op(id).kind);
    }
  }
  CHECK(found == expected);
}

TEST_CASE("bert's products, vectors and norms have the shapes of the paper", "[workloads]") {
  const Graph graph = make_builtin("bert-large:batch=2", DType::kInt8);
  const std::int64_t scores = 2 * 16 * 384 * 384;
  CHECK(op_of(graph, "encoder.0.attention.q").work == Work(GridWork{1, 768, 1024, 1024, 1}));
  CHECK(op_of(graph, "encoder.0.attention.qk").work == Work(GridWork{32, 384, 384, 64, 1}));
  CHECK(op_of(graph, "encoder.0.attention.av").work == Work(GridWork{32, 384, 64, 384, 1}));
  CHECK(op_of(graph, "encoder.0.ff1").work == Work(GridWork{1, 768, 4096, 1024, 1}));
  CHECK(op_of(graph, "encoder.0.attention.scale_mask").work ==
        Work(VectorWork{VectorKind::kElementwise, scores}));
  CHECK(op_of(graph, "encoder.0.attention.softmax").work ==
        Work(VectorWork{VectorKind::kSoftmax, scores}));
  CHECK(op_of(graph, "encoder.0.gelu").work ==
        Work(VectorWork{VectorKind::kTranscendental, 2 * 384 * 4096}));
  CHECK(op_of(graph, "encoder.0.ln").work ==
        Work(VectorWork{VectorKind::kNormalization, 2 * 384 * 1024}));
  CHECK(tensor_of(graph, "encoder.0.attention.qk.out").shape == Shape{2, 16, 384, 384});
  CHECK(tensor_of(graph, "encoder.0.ln.weights").bytes == Bytes(8 * 1024));
  CHECK(tensor_of(graph, "encoder.0.ff1.weights").bytes == Bytes(4096 * 1024 + 4 * 4096));

  const Op& qk = op_of(graph, "encoder.0.attention.qk");
  CHECK_FALSE(qk.weights.has_value());
  REQUIRE(qk.inputs.size() == 2);
  CHECK(graph.tensor(qk.inputs[0].tensor).name == "encoder.0.attention.q.out");
  CHECK(graph.tensor(qk.inputs[1].tensor).name == "encoder.0.attention.k.out");
  // The residuals: what came into attention, and what came out of it.
  CHECK(graph.tensor(op_of(graph, "encoder.1.attention.add").inputs[1].tensor).name ==
        "encoder.0.ln.out");
  CHECK(graph.tensor(op_of(graph, "encoder.1.add").inputs[1].tensor).name ==
        "encoder.1.attention.ln.out");
  CHECK(graph.consumers(*graph.find_tensor("attention_mask")).size() == 24);
}

TEST_CASE("an embedding stores its table and reads the rows used", "[workloads]") {
  const Graph graph = make_builtin("bert-base:batch=4", DType::kFp16);
  const Op& word = op_of(graph, "embeddings.word");
  CHECK(tensor_of(graph, "embeddings.word.weights").bytes == Bytes(2 * 30'522 * 768));
  CHECK(word.weights->bytes == Bytes(2 * 4 * 128 * 768));
  CHECK(word.work == Work(VectorWork{VectorKind::kCopy, 4 * 128 * 768}));
  CHECK(tensor_of(graph, "input_ids").dtype == DType::kInt32);
  CHECK(tensor_of(graph, "input_ids").bytes == Bytes(4 * 4 * 128));
  // Two rows are all there are.
  CHECK(op_of(graph, "embeddings.token_type").weights->bytes == Bytes(2 * 2 * 768));
  // All samples share the first 128 of 512 positions.
  const Op& position = op_of(graph, "embeddings.position");
  CHECK(position.inputs.empty());
  CHECK(position.weights->bytes == Bytes(2 * 128 * 768));
  CHECK(tensor_of(graph, "embeddings.position.weights").bytes == Bytes(2 * 512 * 768));
  CHECK(op_of(graph, "embeddings.ln").inputs[0].bytes == Bytes(2 * 4 * 128 * 768));
}

TEST_CASE("the pooler reads the first token alone", "[workloads]") {
  const Graph base = make_builtin("bert-base:batch=3", DType::kInt8);
  CHECK(op_of(base, "pooler").inputs[0].bytes == Bytes(3 * 768));
  CHECK(op_of(base, "pooler").work == Work(GridWork{1, 3, 768, 768, 1}));
  CHECK(op_of(base, "classifier").work == Work(GridWork{1, 3, 2, 768, 1}));
  CHECK(tensor_of(base, "classifier.out").graph_output);
  CHECK_FALSE(tensor_of(base, "pooler.tanh.out").graph_output);

  const Graph large = make_builtin("bert-large", DType::kInt8);
  CHECK(op_of(large, "qa_outputs").work == Work(GridWork{1, 384, 2, 1024, 1}));
  CHECK(tensor_of(large, "qa_outputs.out").graph_output);
  CHECK(tensor_of(large, "pooler.tanh.out").graph_output);
}

}  // namespace
}  // namespace memplace
