// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx/model/attention.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace memplace::onnx {
namespace {

constexpr std::int64_t kMostRows = std::int64_t{1} << 40;

// Whether the file says that past and present are one buffer. GroupQueryAttention does not: there a
// total that the past can hold says it.
bool says_shared(const Node& node) {
  if (node.op_type == "MultiHeadAttention") {
    return input(node, *attention_inputs(node).held).has_value();
  }
  return int_attribute(node, "past_present_share_buffer", 0) != 0;
}

// Keys that a mask has an element for: its last axis, but for lists of lengths.
std::optional<std::int64_t> masked_keys(const Shape& mask) {
  return mask.size() > 1 ? std::optional(mask.back()) : std::nullopt;
}

// Only the standard's masks broadcast; a mask made for a whole buffer is used in part.
bool fits(const Node& node, const Shape& mask, const KeyFacts& facts, const KeyRows& rows) {
  const auto keys = masked_keys(mask);
  if (!keys.has_value() || *keys == rows.total) {
    return true;
  }
  if (node.domain.empty()) {
    return *keys == 1;
  }
  const bool of_new_keys = mask.size() == 2 && *keys == facts.fresh &&
                           node.op_type.find("MultiHead") != std::string::npos;
  const bool may_be_longer =
      rows.in_place || mask.size() == 4 || node.op_type == "GroupQueryAttention";
  return of_new_keys || (may_be_longer && *keys > rows.total);
}

}  // namespace

AttentionInputs attention_inputs(const Node& node) {
  if (node.domain.empty()) {
    // From opset 24 on, 6 is how many keys of each sequence are none of padding.
    return {.past = 4, .total = {}, .held = {}, .masks = {3}, .beside = {6}};
  }
  if (node.op_type == "GroupQueryAttention") {
    return {.past = 3, .total = 6, .held = {}, .masks = {10}, .beside = {5, 11}};
  }
  if (node.op_type == "DecoderMaskedMultiHeadAttention") {
    return {.past = 5, .total = {}, .held = 7, .masks = {3, 4}, .beside = {7, 10}};
  }
  if (node.op_type == "Attention" || node.op_type == "DecoderMaskedSelfAttention") {
    return {.past = 4, .total = {}, .held = 6, .masks = {3, 5}, .beside = {}};
  }
  if (node.op_type == "QAttention") {
    return {.past = 8, .total = {}, .held = {}, .masks = {5}, .beside = {}};
  }
  return {.past = 6, .total = {}, .held = 8, .masks = {4, 5}, .beside = {3, 8}};
}

KeyRows key_rows(const Node& node, const KeyFacts& facts) {
  const std::int64_t both = facts.past + facts.fresh;
  KeyRows rows{.total = both, .present = both, .in_place = false, .wrong = ""};
  const bool shared = facts.past > 0 && says_shared(node);
  std::optional<std::int64_t> total = facts.total;
  if (facts.held.has_value() && facts.past > 0) {
    total = std::clamp<std::int64_t>(*facts.held, 0, kMostRows) + facts.fresh;
  } else if (shared) {
    // Nothing but a mask may say how much of the buffer is in use.
    total = facts.past;
    for (const Shape& mask : facts.masks) {
      const auto keys = masked_keys(mask);
      total = keys.has_value() && *keys >= facts.fresh ? std::min(*total, *keys) : total;
    }
  }
  if (total.has_value()) {
    // A cache of the window's size drops its oldest rows for new ones.
    const bool rolls = int_attribute(node, "sliding_window_cache", 0) != 0;
    rows.total = *total;
    rows.in_place = shared || rolls || *total != both;
    rows.present = rows.in_place ? facts.past : both;
    if (*total < facts.fresh || *total > kMostRows ||
        (rows.in_place && !rolls && *total > facts.past)) {
      rows.wrong = fmt::format("{} rows of keys in all, where a past of {} and {} new ones make {}",
                               *total, facts.past, facts.fresh, both);
      return rows;
    }
  }
  for (const Shape& mask : facts.masks) {
    if (!fits(node, mask, facts, rows)) {
      rows.wrong = fmt::format("a mask of [{}] for {} keys", fmt::join(mask, ", "), rows.total);
    }
  }
  return rows;
}

}  // namespace memplace::onnx
