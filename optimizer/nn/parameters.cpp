// SPDX-License-Identifier: Apache-2.0
#include "optimizer/nn/parameters.h"

#include <cmath>
#include <utility>

namespace memplace::nn {

Block Layout::add(std::string name, std::size_t rows, std::size_t columns, Init init,
                  double scale) {
  const Block block{size_, rows, columns};
  size_ += block.size();
  parts_.push_back({std::move(name), block, init, scale});
  return block;
}

std::vector<float> Layout::initialize(Rng& rng) const {
  std::vector<float> parameters(size_, 0.0F);
  for (const Part& part : parts_) {
    // Uniform in [-most, most) has variance most^2 / 3.
    const double most = std::sqrt(6.0 / static_cast<double>(part.block.rows + part.block.columns));
    for (std::size_t i = 0; i < part.block.size(); ++i) {
      double drawn = 0;
      switch (part.init) {
        case Init::kZero:
          break;
        case Init::kOne:
          drawn = 1;
          break;
        case Init::kGlorot:
          drawn = most * (2 * rng.uniform() - 1);
          break;
      }
      parameters[part.block.offset + i] = static_cast<float>(drawn * part.scale);
    }
  }
  return parameters;
}

}  // namespace memplace::nn
