// SPDX-License-Identifier: Apache-2.0
// What exporters decompose into arithmetic is one op again.
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/onnx/model_maker.h"

namespace memplace::onnx::test {
namespace {

const Shape kRows{2, 6, 32};
const Shape kColumn{2, 6, 1};

// Builds arithmetic over one input of [2, 6, 32].
struct Arithmetic {
  ModelMaker maker;
  ValueId x = maker.input("x", kRows);

  ValueId op(const std::string& type, std::vector<std::optional<ValueId>> inputs,
             const Shape& shape = kRows) {
    return maker.node(type, std::move(inputs), shape);
  }
  ValueId mean(ValueId of) { return op("ReduceMean", {of}, kColumn); }
  ValueId number(double n) { return maker.number(n); }

  // One op of this kind over 2 x 6 x 32 elements, with these bytes of weights.
  void check(ValueId result, const std::string& kind, VectorKind work, std::int64_t weights = 0) {
    maker.output(result);
    const Graph graph = maker.convert();
    CHECK(kinds(graph) == kind);
    const Op& op = graph.op(OpId(0));
    CHECK(std::get<VectorWork>(op.work) == VectorWork{work, 384});
    CHECK(op.inputs.size() == 1);
    CHECK(graph.totals().weight_bytes == Bytes(weights));
  }
};

}  // namespace

TEST_CASE("layer norm as PyTorch exports it", "[onnx]") {
  for (const bool squares : {false, true}) {
    Arithmetic a;
    const ValueId centred = a.op("Sub", {a.x, a.mean(a.x)});
    const ValueId square =
        squares ? a.op("Mul", {centred, centred}) : a.op("Pow", {centred, a.number(2)});
    const ValueId deviation =
        a.op("Sqrt", {a.op("Add", {a.mean(square), a.number(1e-5)}, kColumn)}, kColumn);
    const ValueId scaled =
        a.op("Mul", {a.op("Div", {centred, deviation}), a.maker.constant("w", {32})});
    const ValueId shifted = a.op("Add", {scaled, a.maker.constant("b", {32})});
    a.check(shifted, "layernorm", VectorKind::kNormalization, 4 * 64);
    CHECK(a.maker.notes ==
          std::vector<std::string>{"recognised and fused: LayerNormalization from its parts: 1"});
  }
}

// y = x * (w / deviation) + (b - mean * (w / deviation))
TEST_CASE("layer norm as TensorFlow exports it", "[onnx]") {
  Arithmetic a;
  const ValueId mean = a.mean(a.x);
  const ValueId centred = a.op("Sub", {a.x, mean});
  const ValueId variance = a.mean(a.op("Mul", {centred, centred}));
  const ValueId deviation =
      a.op("Sqrt", {a.op("Add", {variance, a.number(1e-12)}, kColumn)}, kColumn);
  const ValueId factor =
      a.op("Mul", {a.op("Reciprocal", {deviation}, kColumn), a.maker.constant("w", {32})});
  const ValueId left = a.op("Mul", {a.x, factor});
  const ValueId right = a.op("Sub", {a.maker.constant("b", {32}), a.op("Mul", {mean, factor})});
  a.check(a.op("Add", {left, right}), "layernorm", VectorKind::kNormalization, 4 * 64);
}

TEST_CASE("layer norm without scale and shift", "[onnx]") {
  Arithmetic a;
  const ValueId centred = a.op("Sub", {a.x, a.mean(a.x)});
  const ValueId deviation = a.op(
      "Sqrt", {a.op("Add", {a.mean(a.op("Pow", {centred, a.number(2)})), a.number(1e-5)}, kColumn)},
      kColumn);
  a.check(a.op("Div", {centred, deviation}), "layernorm", VectorKind::kNormalization);
}

TEST_CASE("RMS norm as Llama exports it", "[onnx]") {
  Arithmetic a;
  const ValueId square = a.op("Pow", {a.x, a.number(2)});
  const ValueId root =
      a.op("Sqrt", {a.op("Add", {a.mean(square), a.number(1e-6)}, kColumn)}, kColumn);
  const ValueId normal = a.op("Mul", {a.x, a.op("Div", {a.number(1), root}, kColumn)});
  a.check(a.op("Mul", {a.maker.constant("w", {32}), normal}), "rmsnorm", VectorKind::kNormalization,
          4 * 32);
}

TEST_CASE("GELU with the error function, halved last or first", "[onnx]") {
  for (const bool first : {false, true}) {
    Arithmetic a;
    const ValueId erf = a.op("Erf", {a.op("Div", {a.x, a.number(1.41421)})});
    const ValueId shifted = a.op("Add", {erf, a.number(1)});
    const ValueId half = first ? a.op("Mul", {a.x, a.number(0.5)}) : a.x;
    ValueId y = a.op("Mul", {half, shifted});
    y = first ? y : a.op("Mul", {y, a.number(0.5)});
    a.check(y, "gelu", VectorKind::kTranscendental);
  }
}

TEST_CASE("GELU with tanh", "[onnx]") {
  for (const bool power : {true, false}) {
    Arithmetic a;
    const ValueId cube =
        power ? a.op("Pow", {a.x, a.number(3)}) : a.op("Mul", {a.op("Mul", {a.x, a.x}), a.x});
    const ValueId inner = a.op("Add", {a.x, a.op("Mul", {cube, a.number(0.044715)})});
    const ValueId tanh = a.op("Tanh", {a.op("Mul", {inner, a.number(0.79788)})});
    const ValueId half = a.op("Mul", {a.x, a.number(0.5)});
    a.check(a.op("Mul", {half, a.op("Add", {tanh, a.number(1)})}), "gelu",
            VectorKind::kTranscendental);
  }
}

TEST_CASE("quick GELU, swish, mish and hard swish", "[onnx]") {
  Arithmetic quick;
  const ValueId gate = quick.op("Sigmoid", {quick.op("Mul", {quick.x, quick.number(1.702)})});
  quick.check(quick.op("Mul", {quick.x, gate}), "gelu", VectorKind::kTranscendental);
  Arithmetic swish;
  swish.check(swish.op("Mul", {swish.x, swish.op("Sigmoid", {swish.x})}), "swish",
              VectorKind::kTranscendental);
  Arithmetic mish;
  mish.check(mish.op("Mul", {mish.x, mish.op("Tanh", {mish.op("Softplus", {mish.x})})}), "mish",
             VectorKind::kTranscendental);
  Arithmetic hard;
  const ValueId clip =
      hard.op("Clip", {hard.op("Add", {hard.x, hard.number(3)}), hard.number(0), hard.number(6)});
  hard.check(hard.op("Div", {hard.op("Mul", {hard.x, clip}), hard.number(6)}), "hardswish",
             VectorKind::kElementwise);
}

TEST_CASE("softmax in parts, guarded or not by its maximum", "[onnx]") {
  for (const bool guarded : {true, false}) {
    Arithmetic a;
    const ValueId shifted = guarded ? a.op("Sub", {a.x, a.op("ReduceMax", {a.x}, kColumn)}) : a.x;
    const ValueId exp = a.op("Exp", {shifted});
    a.check(a.op("Div", {exp, a.op("ReduceSum", {exp}, kColumn)}), "softmax", VectorKind::kSoftmax);
  }
}

TEST_CASE("the guard of a softmax against rows that are masked is dropped", "[onnx]") {
  Arithmetic a;
  const ValueId y = a.op("Softmax", {a.x});
  const ValueId test = a.maker.node("IsNaN", {y}, kRows, {}, "", ElementType::kBool);
  a.check(a.op("Where", {test, a.number(0), y}), "softmax", VectorKind::kSoftmax);
}

TEST_CASE("a part that something else reads keeps the parts apart", "[onnx]") {
  Arithmetic a;
  const ValueId erf = a.op("Erf", {a.op("Div", {a.x, a.number(1.41421)})});
  const ValueId y = a.op("Mul", {a.x, a.op("Add", {erf, a.number(1)})});
  a.maker.output(erf);
  a.maker.output(y);
  CHECK(kinds(a.maker.convert()) == "div erf add mul");
}

TEST_CASE("group norm's scale and shift go into its normalisation", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", {1, 32, 4, 4});
  ValueId y = maker.node("Reshape", {x, maker.integers({1, 8, 64})}, {1, 8, 64});
  y = maker.node("InstanceNormalization", {y, maker.constant("one", {8}), maker.constant("z", {8})},
                 {1, 8, 64});
  y = maker.node("Reshape", {y, maker.integers({1, 32, 4, 4})}, {1, 32, 4, 4});
  y = maker.node("Mul", {y, maker.constant("w", {32, 1, 1})}, {1, 32, 4, 4});
  maker.output(maker.node("Add", {y, maker.constant("b", {32, 1, 1})}, {1, 32, 4, 4}));
  const Graph graph = maker.convert();
  CHECK(kinds(graph) == "instancenorm");
  CHECK(graph.totals().weight_bytes == Bytes(4 * (8 + 8 + 32 + 32)));
}

TEST_CASE("a fused op is named after the path of its parts", "[onnx]") {
  ModelMaker maker;
  const ValueId x = maker.input("x", kRows);
  const ValueId y = maker.node("Sigmoid", {x}, kRows, {}, "/block/act/Sigmoid");
  maker.output(maker.node("Mul", {x, y}, kRows, {}, "/block/act/Mul"));
  const Graph graph = maker.convert();
  CHECK(graph.op(OpId(0)).name == "block.act");
}

}  // namespace memplace::onnx::test
