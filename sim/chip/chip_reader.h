// SPDX-License-Identifier: Apache-2.0
// Chips in and out of YAML. docs/model/chips.md describes the file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/yaml_reader.h"
#include "sim/chip/chip.h"

namespace memplace {

// The chip that a document describes. Throws Error, with a position, at the first unknown, missing
// or repeated key, value out of range, memory named twice, or staging shares that do not fit the
// staging buffer.
Chip read_chip(const YamlDocument& document);

// A built-in chip by its name, or a file by its path (which ends in .yaml or .yml, or has a slash).
// Each override is "PATH=VALUE", as in "memories.sram.capacity=8MiB". Throws Error as read_chip
// does, and for names, files and paths that do not exist.
Chip load_chip(const std::string& name_or_path, std::span<const std::string> overrides = {});

// The YAML that load_chip() would read, and what it would call it in messages: for who reads it
// more than once. Throws Error for names and files that do not exist.
struct ChipText {
  std::string text;
  std::string source;
};
ChipText find_chip_text(const std::string& name_or_path);

// The built-in chips, in the order `memplace list chips` shows them.
std::vector<std::string> chip_names();

// The YAML text of a built-in chip, comments and sources included. Throws Error for unknown names.
std::string builtin_chip_text(const std::string& name);

// YAML that reads back as the same chip, every value written out, but for a mover that is as a chip
// has it that does not say: so a chip's text, and what is made of it, is what it was before movers.
std::string write_chip(const Chip& chip);
// The line of YAML that says what the mover is.
std::string write_mover(const Mover& mover);

}  // namespace memplace
