// SPDX-License-Identifier: Apache-2.0
// Mappings in and out of YAML, by tensor name:
//
//   workload: resnet50      # optional: refused for another network
//   chip: nnpi              # optional, for people: memory names are what counts
//   default: dram           # optional: the memory of every tensor not named below
//   tensors:               # may be missing where there is a default
//     conv1.weights: llc
//     conv1: sram
//     fc.weights: dram > llc    # home, and where it is fetched to once an inference
//   origins: {conv1: [node_3]}  # optional, for others: names in the file of the network
#pragma once

#include <string>

#include "base/json.h"
#include "base/yaml_reader.h"
#include "sim/placement/mapping.h"
#include "sim/placement/placement.h"

namespace memplace {

// The placement that a document describes, settled. Throws Error with a position for another
// network, unknown memories and tensors (with the nearest), memories that cannot hold what they are
// given, tensors that no mapping decides on (naming the one to map instead, or why it is fixed),
// decisions left out where there is no default, and fetches of what cannot move, or to where it
// cannot. Inputs of the network may stand there only to be fetched.
Placement read_placement(const YamlDocument& document, const Problem& problem);
// The same where nothing may be fetched: that is an Error too.
Mapping read_mapping(const YamlDocument& document, const Problem& problem);

// The same as JSON, which is YAML too; with an `origins` of names by which a file knows the
// tensors, where the network came from one.
Json mapping_json(const Problem& problem, const Placement& placement);

// YAML that reads back as the same placement: every decision in schedule order, then the inputs
// that are fetched.
std::string write_mapping(const Problem& problem, const Placement& placement);
inline std::string write_mapping(const Problem& problem, const Mapping& mapping) {
  return write_mapping(problem, Placement(mapping));
}

}  // namespace memplace
