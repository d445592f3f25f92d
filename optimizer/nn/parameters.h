// SPDX-License-Identifier: Apache-2.0
// Parameters of a network: one flat array, and which part of it is whose.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "optimizer/nn/matrix.h"

namespace memplace::nn {

// Networks whose parameters are within [-kMostParameter, kMostParameter] stay finite, as they bound
// their activations.
inline constexpr float kMostParameter = 1e3F;

// How a block begins.
enum class Init {
  kZero,
  kOne,
  // Uniform with variance 2 / (rows + columns): Glorot, Bengio, "Understanding the difficulty of
  // training deep feedforward neural networks", AISTATS 2010.
  kGlorot,
};

// A matrix in the array, row by row.
struct Block {
  std::size_t offset = 0;
  std::size_t rows = 0, columns = 0;
  std::size_t size() const { return rows * columns; }
};

// The parts of the array, in the order in which the layers of a network asked for them. All else
// that works on parameters (optimizers, evolution, files) sees a span of numbers, so a network is a
// layout, layers that know their blocks, and an array that may be any of many.
class Layout {
 public:
  struct Part {
    std::string name;  // "unet.down2.weights"
    Block block;
    Init init;
    double scale;  // what was drawn is multiplied by it
  };

  Block add(std::string name, std::size_t rows, std::size_t columns, Init init, double scale = 1);

  std::size_t size() const { return size_; }
  std::span<const Part> parts() const { return parts_; }

  // New parameters, drawn part by part.
  std::vector<float> initialize(Rng& rng) const;

 private:
  std::vector<Part> parts_;
  std::size_t size_ = 0;
};

template <class Scalar>
Eigen::Map<const Matrix<Scalar>> view(std::span<const Scalar> parameters, const Block& block) {
  return {parameters.data() + block.offset, static_cast<Eigen::Index>(block.rows),
          static_cast<Eigen::Index>(block.columns)};
}
template <class Scalar>
Eigen::Map<Matrix<Scalar>> view(std::span<Scalar> parameters, const Block& block) {
  return {parameters.data() + block.offset, static_cast<Eigen::Index>(block.rows),
          static_cast<Eigen::Index>(block.columns)};
}

}  // namespace memplace::nn
