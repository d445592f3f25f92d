// SPDX-License-Identifier: Apache-2.0
// How genes change: mutation and crossover of plain numbers, whatever they mean to their genome.
#pragma once

#include <cstddef>
#include <span>

#include "base/rng.h"

namespace memplace {

// The three ways in which ERL (Khadka, Tumer, "Evolution-guided policy gradient in reinforcement
// learning", NeurIPS 2018) and CERL change a gene, with the constants of their public code.
struct Mutation {
  double share = 0.05;  // of the genes that change, at most; one at least
  double normal = 0.1;  // standard deviation of a step, as a part of the gene's size
  double super = 10;    // likewise, with super_chance
  double super_chance = 0.05;
  double reset = 0.1;  // standard deviation of a new value around 0, with reset_chance
  double reset_chance = 0.02;
};

// A gene nearer to 0 than this steps as if it were that far away: the size of a step is a part of
// the gene's size, so that without it a gene that is exactly 0 would never move.
inline constexpr double kLeastGeneSize = 0.1;
// No mutation leads out of [-kMostGene, kMostGene].
inline constexpr double kMostGene = 1e3;

// Changes genes drawn at random: as many as a number drawn uniformly from 1 to `share` of them. One
// may be drawn again. Nothing happens where there are none.
void mutate(std::span<double> genes, const Mutation& mutation, Rng& rng);
void mutate(std::span<float> genes, const Mutation& mutation, Rng& rng);

// The rows [begin, end) of a matrix.
struct RowRange {
  std::size_t begin = 0, end = 0;

  bool operator==(const RowRange&) const = default;
};

// What a crossover takes over from the other parent: a stretch of 1 to `share` of the rows
// (uniformly), at a uniformly drawn place. rows > 0.
RowRange draw_rows(std::size_t rows, double share, Rng& rng);

// Overwrites these rows of the matrix `genes`, row by row in memory, with those of `other`, which
// has the same shape.
void take_rows(std::span<double> genes, std::span<const double> other, std::size_t columns,
               RowRange rows);
void take_rows(std::span<float> genes, std::span<const float> other, std::size_t columns,
               RowRange rows);

}  // namespace memplace
