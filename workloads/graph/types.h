// SPDX-License-Identifier: Apache-2.0
// The plain data of a network: tensors, ops, and the work an op is. See docs/guide/glossary.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/strong_id.h"
#include "base/units.h"

namespace memplace {

using OpId = StrongId<struct OpTag>;
using TensorId = StrongId<struct TensorTag>;

using Shape = std::vector<std::int64_t>;

enum class DType { kInt8, kFp16, kFp32, kInt32, kInt64 };
inline constexpr int kDTypeCount = 5;

// Bytes of one element.
Bytes size_of(DType type);
std::string_view name_of(DType type);  // int8, fp16, fp32, int32, int64

enum class TensorKind {
  kWeights,     // constant parameters of one or more ops
  kActivation,  // written by an op of the graph
  kInput,       // given to the graph from outside
};
std::string_view name_of(TensorKind kind);  // weights, activation, input

// A tensor. `bytes` is its whole size in memory; parameters at the network's type, per-channel
// biases inside `kWeights` at four bytes an element. `parameters` counts elements of weights,
// biases too.
struct Tensor {
  std::string name;
  TensorKind kind = TensorKind::kActivation;
  DType dtype = DType::kInt8;
  Shape shape;
  Bytes bytes;
  std::int64_t parameters = 0;
  bool graph_output = false;

  bool operator==(const Tensor&) const = default;
};

// A batch of matrix products on the MAC grid: `batch` independent products (attention heads,
// convolution groups), each with its own right-hand side, of `positions` rows (output pixels,
// tokens, samples) by `out_channels` columns, reducing over `kernel` x `in_channels` elements.
struct GridWork {
  std::int64_t batch = 1;
  std::int64_t positions = 1;
  std::int64_t out_channels = 1;
  std::int64_t in_channels = 1;
  std::int64_t kernel = 1;

  std::int64_t macs() const { return batch * positions * out_channels * in_channels * kernel; }
  bool operator==(const GridWork&) const = default;
};

// What a vector unit does to each element; the chip file gives each kind its cost.
enum class VectorKind {
  kCopy,            // moves data: concat, slice, transpose, gather
  kElementwise,     // add, mul, relu, clip, compare, cast, scale and mask
  kTranscendental,  // gelu, tanh, sigmoid, exp, erf, sqrt, divide
  kSoftmax,
  kNormalization,  // layer norm and its kin
  kReduction,      // pooling and reductions; an element is one input read by one window
  kMac,            // multiply-accumulate, for depthwise convolutions
};
inline constexpr int kVectorKindCount = 7;
std::string_view name_of(VectorKind kind);  // copy, elementwise, transcendental, softmax, ...

struct VectorWork {
  VectorKind kind = VectorKind::kElementwise;
  std::int64_t elements = 0;

  bool operator==(const VectorWork&) const = default;
};

// A view (reshape, squeeze, identity): its output is its input under another name, and costs
// nothing.
struct NoWork {
  bool operator==(const NoWork&) const = default;
};

using Work = std::variant<NoWork, VectorWork, GridWork>;

// Geometry of a convolution or pooling window, for describing an op and as features of a policy.
// Timing reads `Work` alone.
struct Window {
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;

  bool operator==(const Window&) const = default;
};

// A tensor as one op reads it: all of it, or fewer bytes (the rows a gather uses).
struct Operand {
  TensorId tensor;
  Bytes bytes;

  bool operator==(const Operand&) const = default;
};

// One scheduled operation. `kind` is its operator's name in lower case ("conv", "matmul", "gelu"),
// `work` what it costs. All activations an op reads are `inputs`; `weights` is its one weights
// tensor, possibly shared with other ops.
struct Op {
  std::string name;
  std::string kind;
  Work work;
  std::vector<Operand> inputs;
  std::optional<Operand> weights;
  std::vector<TensorId> outputs;
  std::optional<Window> window;

  bool is_view() const { return std::holds_alternative<NoWork>(work); }
  std::int64_t macs() const;  // multiply-accumulates of the op, 0 where it has none

  bool operator==(const Op&) const = default;
};

}  // namespace memplace
