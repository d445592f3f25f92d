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

template <class Gene>
void mutate_genes(std::span<Gene> genes, const Mutation& mutation, Rng& rng) {
  if (genes.empty()) {
    return;
  }
  for (std::size_t i = draw_count(genes.size(), mutation.share, rng); i > 0; --i) {
    Gene& gene = genes[rng.below(genes.size())];
    const double value = mutated(static_cast<double>(gene), mutation, rng);
    gene = static_cast<Gene>(std::clamp(value, -kMostGene, kMostGene));
  }
}

template <class Gene>
void take_rows_of(std::span<Gene> genes, std::span<const Gene> other, std::size_t columns,
                  RowRange rows) {
  MEMPLACE_ASSERT(genes.size() == other.size() && rows.end * columns <= genes.size(),
                  std::to_string(genes.size()));
  const std::span<const Gene> taken =
      other.subspan(rows.begin * columns, (rows.end - rows.begin) * columns);
  std::copy(taken.begin(), taken.end(),
            genes.begin() + static_cast<std::ptrdiff_t>(rows.begin * columns));
}

}  // namespace

void mutate(std::span<double> genes, const Mutation& mutation, Rng& rng) {
  mutate_genes(genes, mutation, rng);
}
void mutate(std::span<float> genes, const Mutation& mutation, Rng& rng) {
  mutate_genes(genes, mutation, rng);
}

RowRange draw_rows(std::size_t rows, double share, Rng& rng) {
  const std::size_t count = draw_count(rows, share, rng);
  const std::size_t begin = rng.below(rows - count + 1);
  return {begin, begin + count};
}

void take_rows(std::span<double> genes, std::span<const double> other, std::size_t columns,
               RowRange rows) {
  take_rows_of(genes, other, columns, rows);
}
void take_rows(std::span<float> genes, std::span<const float> other, std::size_t columns,
               RowRange rows) {
  take_rows_of(genes, other, columns, rows);
}

}  // namespace memplace
