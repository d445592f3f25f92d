// SPDX-License-Identifier: Apache-2.0
// Tables of strategies by name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "optimizer/search/strategy.h"

namespace memplace {

// Strategies that employ others are handed the catalog in which to look for them. It outlives them,
// so it stays where it is. That of memplace: optimizer/catalog/strategies.h.
class Catalog {
 public:
  Catalog() = default;
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  ~Catalog() = default;

  // With a name that no other row has; before anybody looks for one.
  void add(StrategyInfo row) { rows_.push_back(std::move(row)); }

  // In the order in which users should meet them.
  std::span<const StrategyInfo> rows() const { return rows_; }
  auto begin() const { return rows_.begin(); }
  auto end() const { return rows_.end(); }

  // Throws Error naming the known strategies and the nearest.
  const StrategyInfo& find(std::string_view name) const;

  // The names of those that learn.
  std::vector<std::string> learning() const;

 private:
  std::vector<StrategyInfo> rows_;
};

// The options of the preset that `given`, each "name=value", does not name, then `given`; the
// latter alone where `preset` is empty. Throws Error for an unknown preset, with the nearest.
std::vector<std::string> with_preset(const StrategyInfo& info, std::string_view preset,
                                     std::span<const std::string> given);

}  // namespace memplace
