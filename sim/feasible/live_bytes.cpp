// SPDX-License-Identifier: Apache-2.0
#include "sim/feasible/live_bytes.h"

namespace memplace {

LiveBytes::LiveBytes(std::size_t steps) {
  // The steps, and at least one level above them.
  for (std::size_t size = steps; levels_.size() < 2 || size > 1;) {
    size = levels_.empty() ? steps : (size + kBlock - 1) / kBlock;
    levels_.push_back(values_.size());
    values_.resize(values_.size() + size);
  }
}

std::size_t LiveBytes::peak_step() const {
  std::size_t i = 0;
  for (std::size_t level = levels_.size() - 1; level > 0; --level) {
    const std::size_t first = levels_[level - 1] + i * kBlock;
    const std::size_t last = std::min(first + kBlock, level_end(level - 1));
    const Bytes* const begin = &values_[first];
    i = i * kBlock +
        static_cast<std::size_t>(std::find(begin, begin + (last - first), peak()) - begin);
  }
  return i;
}

void LiveBytes::add(std::size_t begin, std::size_t end, Bytes bytes) {
  for (std::size_t i = begin; i < end; ++i) {
    values_[i] += bytes;
  }
  visits_ += end - begin;
  // Up as long as a block's maximum rises.
  bool rises = true;
  for (std::size_t level = 0; rises && level + 1 < levels_.size(); ++level) {
    rises = false;
    for (std::size_t i = begin; i < end; ++i) {
      Bytes& block = values_[levels_[level + 1] + i / kBlock];
      const Bytes value = values_[levels_[level] + i];
      rises = rises || value > block;
      block = std::max(block, value);
    }
    visits_ += end - begin;
    begin /= kBlock;
    end = (end + kBlock - 1) / kBlock;
  }
}

void LiveBytes::remove(std::size_t begin, std::size_t end, Bytes bytes) {
  bool held_maximum = false;
  for (std::size_t i = begin; i < end; ++i) {
    held_maximum = held_maximum || values_[i] == values_[levels_[1] + i / kBlock];
    values_[i] -= bytes;
  }
  visits_ += end - begin;
  for (std::size_t level = 0; held_maximum && level + 1 < levels_.size(); ++level) {
    held_maximum = false;
    begin /= kBlock;
    end = (end + kBlock - 1) / kBlock;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t first = levels_[level] + i * kBlock;
      const std::size_t last = std::min(first + kBlock, level_end(level));
      const Bytes most = *std::max_element(&values_[first], &values_[first] + (last - first));
      Bytes& block = values_[levels_[level + 1] + i];
      held_maximum = held_maximum || most != block;
      block = most;
      visits_ += last - first;
    }
  }
}

}  // namespace memplace
