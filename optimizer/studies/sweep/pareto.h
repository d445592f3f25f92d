// SPDX-License-Identifier: Apache-2.0
// Which of several points nothing is better than.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace memplace {

// Costs of a point, less being better; as many of each point.
using Costs = std::vector<double>;

// The indices of the points that no other one dominates: is at most as much in every cost and less
// in one. Of points that are equal in all, the first stands for them. Ordered by first cost.
std::vector<std::size_t> pareto_front(std::span<const Costs> points);

}  // namespace memplace
