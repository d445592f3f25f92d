// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/roulette.h"

#include <algorithm>
#include <cmath>

namespace memplace {
namespace {

// Keeps normalised values from jumping where all ways are nearly alike.
constexpr double kLeastSpread = 0.01;

}  // namespace

Roulette::Roulette(std::size_t ways, double exploration, double memory)
    : exploration_(exploration), memory_(memory), ways_(ways) {}

std::size_t Roulette::draw(Rng& rng) {
  double least = ways_.front().value;
  double trials = 0;
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    if (ways_[i].trials == 0) {
      ++ways_[i].trials;
      return i;
    }
    least = std::min(least, ways_[i].value);
    trials += static_cast<double>(ways_[i].trials);
  }
  double spread = kLeastSpread;
  for (const Way& way : ways_) {
    spread += way.value - least;
  }
  std::vector<double> bounds;
  bounds.reserve(ways_.size());
  double sum = 0;
  for (const Way& way : ways_) {
    bounds.push_back((way.value - least) / spread +
                     exploration_ * std::sqrt(std::log(trials) / static_cast<double>(way.trials)));
    sum += bounds.back();
  }
  double u = rng.uniform() * sum;
  std::size_t drawn = 0;
  while (drawn + 1 < bounds.size() && u >= bounds[drawn]) {
    u -= bounds[drawn++];
  }
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

void Roulette::save(ArchiveWriter& archive) const {
  for (const Way& way : ways_) {
    archive.write_double(way.value);
    archive.write_u64(way.trials);
    archive.write_u64(way.told);
  }
}

void Roulette::load(ArchiveReader& archive) {
  for (Way& way : ways_) {
    way.value = archive.read_double();
    way.trials = archive.read_u64();
    way.told = archive.read_u64();
  }
}

}  // namespace memplace
