// SPDX-License-Identifier: Apache-2.0
// The escape hatch to Boost.Graph, for algorithms over a network's dependencies. Everything else
// includes workloads/graph/graph.h, which is free of Boost.
#pragma once

#include <boost/graph/adjacency_list.hpp>

#include "workloads/graph/graph.h"

namespace memplace {

// One vertex an op, its descriptor being OpId::index(); one edge from each op to each op that reads
// something it wrote. Views are vertices too.
using DependencyGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

const DependencyGraph& dependency_graph(const Graph& graph);

}  // namespace memplace
