// SPDX-License-Identifier: Apache-2.0
// Mappings as points of a plane, near each other where they are alike.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memplace {

// Of two mappings as mapping_digits(): 1 - |A and B| / |A or B| of their sets of (tensor, memory).
// Equally long; 0 of two empty ones.
double jaccard_distance(std::string_view a, std::string_view b);

struct PlaneEmbedding {
  std::vector<std::array<double, 2>> points;
  // What the two axes have of the sum of all positive eigenvalues; 1 where there are none.
  double explained_share = 1;
};

// Classical multidimensional scaling. `distances` is a symmetric matrix, row by row. An axis points
// to where its coordinate of the greatest size is positive; of equal sizes the first counts.
PlaneEmbedding classical_scaling(std::span<const double> distances, std::size_t count);

PlaneEmbedding embed_mappings(std::span<const std::string> mappings);

// Which of the `sizes[run]` visits of each run to draw: evenly over runs, then evenly within each,
// `kept[run]` among them, at most `most` in all. Runs too short for their part leave it to the
// others. Where there are more than `most` runs, some have none.
std::vector<std::vector<std::size_t>> thinned(std::span<const std::size_t> sizes,
                                              std::span<const std::size_t> kept, std::size_t most);

}  // namespace memplace
