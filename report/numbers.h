// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them, made from integers so that they look alike everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace memplace {

// One unit of time for a whole table: the largest of ps, ns, us, ms, s in which `largest` is at
// least 1. Times have two decimals, rounded half up; picoseconds none.
class TimeScale {
 public:
  explicit TimeScale(Picoseconds largest);
  std::string_view unit() const { return unit_; }
  std::string text(Picoseconds time) const;
  std::string signed_text(Picoseconds difference) const;  // "+1.25", "-0.50"; "0.00" has no sign

 private:
  std::string_view unit_;
  std::int64_t size_;
};

// The distance of a difference from zero.
Picoseconds magnitude(Picoseconds difference);

// part / whole in per cent with one decimal, "91.3%"; "0.0%" of nothing.
std::string percent(std::int64_t part, std::int64_t whole);

// `value` with `digits` significant digits, or more where it is a large number, which stands whole:
// "5.26", "358.1", "12346". At most 15 digits are asked for.
std::string significant(double value, int digits = 4);

// A count with four significant digits and a decimal prefix: "57", "25.56 M", "4.089 G".
std::string counted(std::int64_t count);

// `1 op`, `57 ops`.
std::string plural(std::int64_t count, std::string_view noun);

}  // namespace memplace
