// SPDX-License-Identifier: Apache-2.0
// Networks as YAML; docs/model/workloads.md describes the form.
#pragma once

#include <string>

#include "base/yaml_reader.h"
#include "workloads/graph/graph.h"

namespace memplace {

// Each mistake is an Error with file:line:column: use before definition, unknown tensors (with the
// nearest), names given twice, sizes that are negative or too large.
Graph read_graph_yaml(const YamlDocument& document);
Graph read_graph_file(const std::string& path);

// Reading this gives an equal graph.
std::string write_graph_yaml(const Graph& graph);

}  // namespace memplace
