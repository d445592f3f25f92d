// SPDX-License-Identifier: Apache-2.0
// Networks, chips and mappings. Each target returns whether the text was read, and throws
// InternalError where what was read is not written and read again as the same.
#pragma once

#include <string>

#include "base/yaml_reader.h"
#include "sim/chip/chip_file.h"
#include "sim/chip/chip_reader.h"
#include "sim/placement/mapping_file.h"
#include "tests/fuzz/takes.h"
#include "workloads/graph/graph.h"
#include "workloads/io/graph_text.h"
#include "workloads/io/graph_yaml.h"

namespace memplace::test {

// Small ones that mappings and runs are read for.
inline const Graph& fuzzed_graph() {
  static const Graph graph = parse_graph_text(
      "input x 16\n"
      "a: elementwise(64) in=x w=32 out=16\n"
      "b: elementwise(16) in=a,x out=16\n");
  return graph;
}
inline const Chip& fuzzed_chip() {
  static const Chip chip = load_chip("toy");
  return chip;
}

inline YamlDocument document(const std::string& text) {
  return YamlDocument::from_text(text, "fuzz.yaml");
}

// Reads `text` with `reader`, writes that with `writer`, and both again.
template <class Read, class Write>
bool takes_and_writes(const std::string& text, const Read& reader, const Write& writer) {
  return takes([&] {
    const std::string written = writer(reader(text));
    MEMPLACE_ASSERT(writer(reread(written, reader)) == written, written);
  });
}

inline Graph read_graph(const std::string& text) { return read_graph_yaml(document(text)); }

inline bool take_graph(const std::string& text) {
  return takes_and_writes(text, read_graph, write_graph_yaml);
}

inline bool take_graph_text(const std::string& text) {
  return takes([&] {
    const std::string written = write_graph_yaml(parse_graph_text(text));
    MEMPLACE_ASSERT(write_graph_yaml(reread(written, read_graph)) == written, written);
  });
}

inline bool take_chip(const std::string& text) {
  return takes([&] {
    const auto reader = [](const std::string& yaml) { return read_chip(document(yaml)); };
    const Chip chip = reader(text);
    const std::string written = write_chip(chip);
    MEMPLACE_ASSERT(reread(written, reader) == chip, written);
  });
}

inline bool take_mapping(const std::string& text) {
  return takes([&] {
    const auto reader = [](const std::string& yaml) {
      return read_placement(document(yaml), Problem(fuzzed_graph(), fuzzed_chip()));
    };
    const Placement placement = reader(text);
    const std::string written = write_mapping(Problem(fuzzed_graph(), fuzzed_chip()), placement);
    MEMPLACE_ASSERT(reread(written, reader) == placement, written);
  });
}

}  // namespace memplace::test
