// SPDX-License-Identifier: Apache-2.0
#include "optimizer/moves/roulette.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "optimizer/search/archive_items.h"

namespace memplace {
namespace {

// Keeps normalised values from jumping where all ways are nearly alike.
constexpr double kLeastSpread = 0.01;

}  // namespace

std::size_t spin_roulette(std::span<const TriedWay> ways, double exploration, double least_spread,
                          Rng& rng) {
  MEMPLACE_ASSERT(!ways.empty(), "no way to choose");
  double least = ways.front().value;
  double trials = 0;
  for (const TriedWay& way : ways) {
    least = std::min(least, way.value);
    trials += way.trials;
  }
  double spread = least_spread;
  for (const TriedWay& way : ways) {
    spread += way.value - least;
  }
  std::vector<double> bounds;
  bounds.reserve(ways.size());
  double sum = 0;
  for (const TriedWay& way : ways) {
    bounds.push_back((way.value - least) / spread +
                     exploration * std::sqrt(std::log(trials) / way.trials));
    sum += bounds.back();
  }
  return rng.weighted(bounds, sum);
}

Roulette::Roulette(std::size_t ways, double exploration, double memory)
    : exploration_(exploration), memory_(memory), ways_(ways) {}

std::size_t Roulette::draw(Rng& rng) {
  std::vector<TriedWay> tried;
  tried.reserve(ways_.size());
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    if (ways_[i].trials == 0) {
      ++ways_[i].trials;
      return i;
    }
    tried.push_back({ways_[i].value, static_cast<double>(ways_[i].trials)});
  }
  const std::size_t drawn = spin_roulette(tried, exploration_, kLeastSpread, rng);
  ++ways_[drawn].trials;
  return drawn;
}

void Roulette::tell(std::size_t way, double worth) {
  Way& told = ways_[way];
  ++told.told;
  // A plain mean at first, so that the first trial does not weigh more than others.
  const double weight = std::max(memory_, 1.0 / static_cast<double>(told.told));
  told.value += weight * (worth - told.value);
}

void Roulette::visit(auto& archive, auto& self) {
  for (auto& way : self.ways_) {
    archive.item_within(way.value, 0, 1);
    times_item(archive, way.trials);
    times_item(archive, way.told);
  }
}

void Roulette::save(ArchiveWriter& archive) const { visit(archive, *this); }
void Roulette::load(ArchiveReader& archive) { visit(archive, *this); }

}  // namespace memplace
