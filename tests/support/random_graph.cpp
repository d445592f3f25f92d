// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_graph.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace memplace {
namespace {

class Maker {
 public:
  Maker(Rng& rng, const RandomGraphOptions& options)
      : rng_(rng), options_(options), builder_("random") {
    const double choice = rng_.uniform();
    dtype_ = choice < 0.7 ? DType::kInt8 : choice < 0.9 ? DType::kFp16 : DType::kFp32;
  }

  Graph make() {
    const std::int64_t inputs = rng_.between(1, 3);
    for (std::int64_t i = 0; i < inputs; ++i) {
      const DType dtype = rng_.chance(0.1) ? DType::kInt32 : dtype_;
      readable_.push_back(
          add_tensor(fmt::format("i{}", i), TensorKind::kInput, dtype, random_elements()));
    }
    const auto ops = rng_.between(static_cast<std::int64_t>(options_.least_ops),
                                  static_cast<std::int64_t>(options_.most_ops));
    for (std::int64_t i = 0; i < ops; ++i) {
      add_op(fmt::format("o{}", i));
    }
    return builder_.build();
  }

 private:
  // Grid weights that later ops may share, and the work they were made for.
  struct GridWeights {
    TensorId tensor;
    GridWork work;
  };

  std::int64_t random_elements() {
    const double choice = rng_.uniform();
    if (choice < 0.06) {
      return 0;
    }
    if (choice < 0.3) {
      return rng_.between(1, std::min<std::int64_t>(16, options_.most_elements));
    }
    if (choice < 0.85) {
      return rng_.between(1, std::min<std::int64_t>(2048, options_.most_elements));
    }
    return rng_.between(1, options_.most_elements);
  }

  TensorId add_tensor(std::string name, TensorKind kind, DType dtype, std::int64_t elements) {
    Tensor tensor;
    tensor.name = std::move(name);
    tensor.kind = kind;
    tensor.dtype = dtype;
    tensor.shape = {elements};
    tensor.bytes = size_of(dtype) * elements;
    tensor.parameters = kind == TensorKind::kWeights ? elements : 0;
    return builder_.add_tensor(std::move(tensor));
  }

  std::int64_t elements(TensorId id) const { return builder_.tensor(id).shape[0]; }

  // Mostly something recent, so that there are chains; sometimes anything, so that there are skips.
  TensorId pick() {
    const std::size_t recent = std::min<std::size_t>(readable_.size(), rng_.chance(0.7) ? 2 : 1000);
    return readable_[readable_.size() - 1 - static_cast<std::size_t>(rng_.below(recent))];
  }

  Operand read(TensorId id) {
    const Bytes bytes = builder_.tensor(id).bytes;
    return {id, rng_.chance(0.1) ? Bytes(rng_.between(0, bytes.count())) : bytes};
  }

  // As much as an op of that many elements has use for, so that its reads can be cut as its work
  // is.
  Operand read(TensorId id, std::int64_t most_elements) {
    const Operand operand = read(id);
    return {id, std::min(operand.bytes, Bytes(size_of(dtype_) * most_elements))};
  }

  void write(Op& op, std::int64_t count) {
    const std::string suffix = op.outputs.empty() ? "" : std::to_string(op.outputs.size());
    op.outputs.push_back(
        add_tensor(op.name + ".out" + suffix, TensorKind::kActivation, dtype_, count));
  }

  void add_op(const std::string& name) {
    Op op;
    op.name = name;
    const double choice = rng_.uniform();
    if (choice < 0.12) {
      make_view(op);
    } else if (choice < 0.5) {
      make_grid(op);
    } else if (choice < 0.58) {
      make_product(op);
    } else if (choice < 0.66) {
      make_gather(op);
    } else {
      make_vector(op);
    }
    const std::vector<TensorId> outputs = op.outputs;
    builder_.add_op(std::move(op));
    for (const TensorId output : outputs) {
      readable_.push_back(output);
      if (rng_.chance(0.05)) {
        builder_.mark_output(output);
      }
    }
  }

  void make_view(Op& op) {
    const TensorId source = pick();
    op.kind = "view";
    op.inputs = {{source, builder_.tensor(source).bytes}};
    op.outputs = {add_tensor(op.name + ".out", TensorKind::kActivation,
                             builder_.tensor(source).dtype, elements(source))};
  }

  // Work whose positions cover the input's elements, and whose output stays within the options.
  GridWork grid_over(std::int64_t input_elements, std::int64_t batch, std::int64_t in_channels) {
    GridWork work;
    work.batch = batch;
    work.in_channels = in_channels;
    const std::int64_t most = std::max<std::int64_t>(1, options_.most_elements / batch);
    work.positions =
        std::clamp<std::int64_t>(ceil_div(input_elements, batch * in_channels), 1, most);
    const std::int64_t room = options_.most_elements / (work.batch * work.positions);
    work.out_channels = rng_.between(1, std::clamp<std::int64_t>(room, 1, options_.most_channels));
    return work;
  }

  // Weights of an earlier op, with the work they mean for an input, unless that writes too much.
  std::optional<GridWeights> pick_grid_weights(std::int64_t input_elements) {
    if (grid_weights_.empty() || rng_.chance(0.7)) {
      return std::nullopt;
    }
    GridWeights shared = grid_weights_[rng_.below(grid_weights_.size())];
    GridWork& work = shared.work;
    work.positions =
        std::max<std::int64_t>(1, ceil_div(input_elements, work.batch * work.in_channels));
    if (work.batch * work.positions * work.out_channels > options_.most_elements) {
      return std::nullopt;
    }
    return shared;
  }

  void make_grid(Op& op) {
    op.kind = "grid";
    const TensorId input = pick();
    op.inputs = {read(input)};
    GridWork work;
    if (const auto shared = pick_grid_weights(elements(input))) {
      work = shared->work;
      op.weights = read(shared->tensor);
    } else {
      const std::int64_t in_channels = rng_.between(1, options_.most_channels);
      const std::int64_t batch = rng_.chance(0.2) ? rng_.between(2, 8) : 1;
      work = grid_over(elements(input), batch, in_channels);
      work.kernel = rng_.chance(0.3) ? 9 : 1;
      const std::int64_t count =
          rng_.chance(0.05) ? 0 : work.batch * work.out_channels * work.in_channels * work.kernel;
      const TensorId weights =
          add_tensor(op.name + ".weights", TensorKind::kWeights, dtype_, count);
      op.weights = read(weights);
      grid_weights_.push_back({weights, work});
      if (work.kernel == 9) {
        op.window = Window{.kernel_height = 3,
                           .kernel_width = 3,
                           .stride = 1,
                           .padding = 1,
                           .dilation = 1,
                           .groups = work.batch};
      }
    }
    const std::int64_t written = work.batch * work.positions * work.out_channels;
    if (rng_.chance(0.2)) {
      op.inputs.push_back(read(pick(), written));  // like a fused residual
    }
    op.work = work;
    write(op, written);
  }

  void make_product(Op& op) {
    op.kind = "product";
    const TensorId a = pick();
    const std::int64_t in_channels = rng_.between(1, options_.most_channels);
    const std::int64_t batch = rng_.chance(0.5) ? rng_.between(2, 8) : 1;
    const GridWork work = grid_over(elements(a), batch, in_channels);
    op.inputs = {read(a), read(pick(), work.batch * work.in_channels * work.out_channels)};
    op.work = work;
    write(op, work.batch * work.positions * work.out_channels);
  }

  void make_gather(Op& op) {
    op.kind = "gather";
    const std::int64_t count = random_elements();
    const TensorId table =
        add_tensor(op.name + ".weights", TensorKind::kWeights, dtype_, random_elements());
    op.work = VectorWork{VectorKind::kCopy, count};
    op.weights =
        Operand{table, std::min(builder_.tensor(table).bytes, Bytes(size_of(dtype_) * count))};
    if (rng_.chance(0.7)) {
      op.inputs = {read(pick(), count)};
    }
    write(op, count);
  }

  void make_vector(Op& op) {
    const auto kind = static_cast<VectorKind>(rng_.below(kVectorKindCount));
    op.kind = name_of(kind);
    const TensorId first = pick();
    op.inputs = {read(first)};
    while (rng_.chance(0.35)) {
      op.inputs.push_back(read(rng_.chance(0.1) ? first : pick()));
    }
    std::int64_t count = 0;
    for (const Operand& input : op.inputs) {
      count = std::max(count, elements(input.tensor));
    }
    op.work = VectorWork{kind, count};
    if (kind == VectorKind::kNormalization) {
      const TensorId scales = add_tensor(op.name + ".weights", TensorKind::kWeights, DType::kFp32,
                                         rng_.between(0, 2 * options_.most_channels));
      op.weights = read(scales);
    }
    const std::int64_t outputs = rng_.chance(0.15) ? rng_.between(2, 3) : 1;
    for (std::int64_t i = 0; i < outputs; ++i) {
      write(op,
            kind == VectorKind::kReduction ? ceil_div(count, 9) : even_share(count, outputs, i));
    }
  }

  Rng& rng_;
  const RandomGraphOptions& options_;
  GraphBuilder builder_;
  DType dtype_ = DType::kInt8;
  std::vector<TensorId> readable_;
  std::vector<GridWeights> grid_weights_;
};

}  // namespace

Graph random_graph(Rng& rng, const RandomGraphOptions& options) {
  return Maker(rng, options).make();
}

}  // namespace memplace
