// SPDX-License-Identifier: Apache-2.0
// Changes of a text that leave most of it what it was: YAML, JSON or CSV.
#pragma once

#include <cstdint>
#include <string>

namespace memplace::test {

// `text` with one to three words or lines lost, doubled, moved, or replaced by values that readers
// trip over; the same for the same seed.
std::string mutated_text(std::string text, std::uint32_t seed);

}  // namespace memplace::test
