// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/graph_unet.h"

#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "optimizer/nn/activation.h"
#include "optimizer/nn/rows.h"

namespace memplace::nn {

namespace {

constexpr double kMostDerivative = 1e6;

template <class Scalar>
void bound(Matrix<Scalar>& derivative) {
  constexpr auto kMost = static_cast<Scalar>(kMostDerivative);
  Scalar* const values = derivative.data();
  const auto size = static_cast<std::size_t>(derivative.size());
  for (std::size_t i = 0; i < size; ++i) {
    const Scalar least = values[i] < -kMost ? -kMost : values[i];
    values[i] = least > kMost ? kMost : least;
  }
}

}  // namespace

template <class Scalar>
GraphUNet<Scalar>::GraphUNet(Layout& layout, const std::string& name, const GraphUNetShape& shape)
    : depth_(shape.depth) {
  down_.reserve(depth_ + 1);
  pools_.reserve(depth_);
  up_.reserve(depth_);
  for (std::size_t level = 0; level <= depth_; ++level) {
    if (level > 0) {
      pools_.emplace_back(layout, fmt::format("{}.pool{}", name, level), shape.hidden, shape.ratio);
    }
    down_.emplace_back(layout, fmt::format("{}.down{}", name, level),
                       level == 0 ? shape.inputs : shape.hidden, shape.hidden, shape.heads);
  }
  for (std::size_t level = 0; level < depth_; ++level) {
    up_.emplace_back(layout, fmt::format("{}.up{}", name, level), shape.hidden, shape.hidden,
                     shape.heads);
  }
}

template <class Scalar>
Matrix<Scalar> GraphUNet<Scalar>::forward(std::span<const Scalar> parameters,
                                          const Topology& topology, const Matrix<Scalar>& x,
                                          Tape* tape) const {
  MEMPLACE_ASSERT(
      topology.nodes() > 0 && rows_of(x) == topology.nodes(),
      std::to_string(rows_of(x)) + " rows for " + std::to_string(topology.nodes()) + " nodes");
  Tape local;
  Tape& notes = tape != nullptr ? *tape : local;
  notes.levels.resize(depth_ + 1);
  auto& levels = notes.levels;

  levels[0].loops = topology.with_loops();
  levels[0].down_output = down_[0].forward(parameters, levels[0].loops, x, &levels[0].down);
  if (depth_ == 0) {
    return levels[0].down_output;
  }
  activate(levels[0].down_output);
  Topology pooled_topology;
  for (std::size_t l = 1; l <= depth_; ++l) {
    auto& level = levels[l];
    const Matrix<Scalar> pooled =
        pools_[l - 1].forward(parameters, levels[l - 1].down_output, level.kept, &level.pool);
    pooled_topology = (l == 1 ? topology : pooled_topology).augmented().induced(level.kept);
    level.loops = pooled_topology.with_loops();
    level.down_output = down_[l].forward(parameters, level.loops, pooled, &level.down);
    activate(level.down_output);
  }
  for (std::size_t l = depth_; l-- > 0;) {
    auto& level = levels[l];
    Matrix<Scalar> sum = level.down_output;
    unpool<Scalar>(l + 1 == depth_ ? levels[l + 1].down_output : levels[l + 1].up_output,
                   levels[l + 1].kept, sum);
    level.up_output = up_[l].forward(parameters, level.loops, sum, &level.up);
    if (l > 0) {
      activate(level.up_output);
    }
  }
  return levels[0].up_output;
}

template <class Scalar>
Matrix<Scalar> GraphUNet<Scalar>::backward(std::span<const Scalar> parameters, const Tape& tape,
                                           const Matrix<Scalar>& dy,
                                           std::span<Scalar> gradient) const {
  const auto& levels = tape.levels;
  MEMPLACE_ASSERT(levels.size() == depth_ + 1, "a tape of another network");
  Matrix<Scalar> derivative = dy;
  bound(derivative);
  // By what was kept of each level for the way up.
  std::vector<Matrix<Scalar>> d_down(depth_);
  for (std::size_t l = 0; l < depth_; ++l) {
    const auto& level = levels[l];
    if (l > 0) {
      activate_backward(level.up_output, derivative);
    }
    d_down[l] = up_[l].backward(parameters, level.loops, level.up, derivative, gradient);
    bound(d_down[l]);
    derivative = unpool_backward<Scalar>(d_down[l], levels[l + 1].kept);
  }
  for (std::size_t l = depth_; l > 0; --l) {
    const auto& level = levels[l];
    activate_backward(level.down_output, derivative);
    Matrix<Scalar> d_pooled =
        down_[l].backward(parameters, level.loops, level.down, derivative, gradient);
    bound(d_pooled);
    derivative = pools_[l - 1].backward(parameters, level.pool, d_pooled, gradient);
    add(d_down[l - 1].data(), derivative.data(), static_cast<std::size_t>(derivative.size()));
    bound(derivative);
  }
  if (depth_ > 0) {
    activate_backward(levels[0].down_output, derivative);
  }
  return down_[0].backward(parameters, levels[0].loops, levels[0].down, derivative, gradient);
}

template <class Scalar>
std::size_t GraphUNet<Scalar>::flops(const Topology& topology) const {
  std::size_t sum = 0;
  Topology level = topology;
  for (std::size_t l = 0; l <= depth_; ++l) {
    if (l > 0) {
      std::vector<std::uint32_t> kept(pools_[l - 1].count(level.nodes()));
      std::iota(kept.begin(), kept.end(), 0U);
      level = level.augmented().induced(kept);
    }
    const std::size_t edges = level.with_loops().edges();
    sum += down_[l].flops(level.nodes(), edges);
    if (l < depth_) {
      sum += up_[l].flops(level.nodes(), edges);
    }
  }
  return sum;
}

template class GraphUNet<float>;
template class GraphUNet<double>;

}  // namespace memplace::nn
