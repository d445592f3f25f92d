// SPDX-License-Identifier: Apache-2.0
#include "optimizer/evolution/variation.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"

namespace memplace {
namespace {

// Uniform from 1 to `share` of `count`.
std::size_t draw_count(std::size_t count, double share, Rng& rng) {
  const auto most = static_cast<std::size_t>(static_cast<double>(count) * share);
  return 1 + rng.below(std::clamp<std::size_t>(most, 1, count));
}

double mutated(double gene, const Mutation& mutation, Rng& rng) {
  const double kind = rng.uniform();
  if (kind >= mutation.super_chance && kind < mutation.super_chance + mutation.reset_chance) {
    return mutation.reset * rng.normal();
  }
  const double strength = kind < mutation.super_chance ? mutation.super : mutation.normal;
  return gene + strength * std::max(std::abs(gene), kLeastGeneSize) * rng.normal();
}

}  // namespace

void mutate(std::span<double> genes, const Mutation& mutation, Rng& rng) {
  if (genes.empty()) {
    return;
  }
  for (std::size_t i = draw_count(genes.size(), mutation.share, rng); i > 0; --i) {
    double& gene = genes[rng.below(genes.size())];
    gene = std::clamp(mutated(gene, mutation, rng), -kMostGene, kMostGene);
  }
}

RowRange draw_rows(std::size_t rows, double share, Rng& rng) {
  const std::size_t count = draw_count(rows, share, rng);
  const std::size_t begin = rng.below(rows - count + 1);
  return {begin, begin + count};
}

void take_rows(std::span<double> genes, std::span<const double> other, std::size_t columns,
               RowRange rows) {
  MEMPLACE_ASSERT(genes.size() == other.size() && rows.end * columns <= genes.size(),
                  std::to_string(genes.size()));
  const std::span<const double> taken =
      other.subspan(rows.begin * columns, (rows.end - rows.begin) * columns);
  std::copy(taken.begin(), taken.end(),
            genes.begin() + static_cast<std::ptrdiff_t>(rows.begin * columns));
}

}  // namespace memplace
