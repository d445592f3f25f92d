// SPDX-License-Identifier: Apache-2.0
// What the operators of attention have in common: where their inputs stand, and how many rows of
// keys their queries meet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/onnx/model/model.h"

namespace memplace::onnx {

// Places among an attention's inputs.
struct AttentionInputs {
  std::size_t past = 0;              // of keys, and behind it of values; or of both in one
  std::optional<std::size_t> total;  // a number: rows of keys, the new ones among them
  std::optional<std::size_t> held;   // a number: rows that the past holds
  std::vector<std::size_t> masks;
  std::vector<std::size_t> beside;  // a bias, lengths: read with queries and keys
};

AttentionInputs attention_inputs(const Node& node);

// What is known of an attention's rows of keys.
struct KeyFacts {
  std::int64_t past = 0;  // rows of the past's tensor
  std::int64_t fresh = 0;
  std::optional<std::int64_t> total;  // where these inputs are constant
  std::optional<std::int64_t> held;
  std::vector<Shape> masks;
};

struct KeyRows {
  std::int64_t total = 0;    // rows that hold a key
  std::int64_t present = 0;  // rows of the present's tensor
  // Past and present are one buffer, to which the new rows are appended.
  bool in_place = false;
  std::string wrong;  // why the facts contradict each other; empty where they do not
};

KeyRows key_rows(const Node& node, const KeyFacts& facts);

}  // namespace memplace::onnx
