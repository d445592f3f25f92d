// SPDX-License-Identifier: Apache-2.0
// What the YAML fuzzer does with a text, for the test that replays its past failures.
#pragma once

#include <string>

#include "base/error.h"
#include "sim/chip/builtin_chips.h"
#include "sim/chip/chip_file.h"
#include "sim/chip/chip_reader.h"
#include "sim/mapping/mapping_file.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"
#include "workloads/io/graph_yaml.h"

namespace memplace::test {

// Calls `read` with the text as a document. How many of the readers took it is up to the caller.
template <class Read>
bool takes(const std::string& text, const Read& read) {
  try {
    read(YamlDocument::from_text(text, "fuzz.yaml"));
    return true;
  } catch (const Error&) {
    return false;  // what a malformed text is expected to end in
  }
}

// Reads a text as a graph, a chip and a mapping; returns how many took it. Throws InternalError
// where something was read that cannot be written and read again as the same.
inline int read_as_everything(const std::string& text) {
  static const Graph graph = parse_graph_text(
      "input x 16\n"
      "a: elementwise(64) in=x w=32 out=16\n"
      "b: elementwise(16) in=a,x out=16\n");
  static const Chip chip = load_chip("toy");
  int taken = 0;
  taken += takes(text, [](const YamlDocument& document) {
    const Graph read = read_graph_yaml(document);
    const std::string written = write_graph_yaml(read);
    const Graph again = read_graph_yaml(YamlDocument::from_text(written, "again.yaml"));
    MEMPLACE_ASSERT(write_graph_yaml(again) == written, "graph");
  });
  taken += takes(text, [](const YamlDocument& document) {
    const Chip read = read_chip(document);
    const Chip again = read_chip(YamlDocument::from_text(write_chip(read), "again.yaml"));
    MEMPLACE_ASSERT(again == read, "chip");
  });
  taken += takes(text, [](const YamlDocument& document) {
    const Mapping read = read_mapping(document, graph, chip);
    const std::string written = write_mapping(graph, chip, read);
    const Mapping again = read_mapping(YamlDocument::from_text(written, "again.yaml"), graph, chip);
    MEMPLACE_ASSERT(again == read, "mapping");
  });
  return taken;
}

}  // namespace memplace::test
