// SPDX-License-Identifier: Apache-2.0
// The networks' activation: ELU (Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network
// learning by exponential linear units", ICLR 2016), x above 0 and e^x - 1 below, which unlike ReLU
// has a derivative everywhere, so that central differences can check it.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "optimizer/nn/matrix.h"

namespace memplace::nn {

// No activation is greater. Learning stays far below; evolution makes parameters with which nine
// convolutions in a row would leave the range of a float.
inline constexpr double kMostActivation = 1e4;

// e^x for x <= 0, to some 2e-7 of its value; for x < -87, where a float ends, e^-87. Without
// branches or calls, so that compilers may use vectors.
inline float exp_of_negative(float x) {
  constexpr float kLeast = -87.0F;
  constexpr float kLog2E = 1.44269504F;
  // Added and taken away again, it rounds to a whole number.
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23
  // ln 2 in two parts, the first exact in products with small whole numbers.
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  x = x < kLeast ? kLeast : x;
  const float whole = (x * kLog2E + kRounder) - kRounder;
  const float rest = (x - whole * kLn2High) - whole * kLn2Low;
  // Coefficients of Cephes' expf, for |rest| <= ln 2 / 2.
  float sum = 1.9875691500e-4F;
  sum = sum * rest + 1.3981999507e-3F;
  sum = sum * rest + 8.3334519073e-3F;
  sum = sum * rest + 4.1665795894e-2F;
  sum = sum * rest + 1.6666665459e-1F;
  sum = sum * rest + 5.0000001201e-1F;
  sum = sum * (rest * rest) + rest + 1.0F;
  constexpr std::int32_t kBias = 127;
  constexpr std::int32_t kDigits = 23;
  const std::int32_t power = (static_cast<std::int32_t>(whole) + kBias) * (1 << kDigits);
  return sum * std::bit_cast<float>(power);
}
inline double exp_of_negative(double x) { return std::exp(x); }

// x becomes its activation.
template <class Scalar>
void activate(Matrix<Scalar>& x);

// The same, and adds the sum of the rows to `sum`.
template <class Scalar>
void activate(Scalar* x, std::size_t rows, std::size_t columns, Scalar* sum);

// dy, the derivative by what activate() made, becomes the derivative by what it was given.
template <class Scalar>
void activate_backward(const Matrix<Scalar>& activated, Matrix<Scalar>& dy);

// Of one number; for loops that do more.
template <class Scalar>
inline Scalar activation(Scalar x) {
  constexpr auto kMost = static_cast<Scalar>(kMostActivation);
  const Scalar below = x < Scalar(0) ? x : Scalar(0);
  const Scalar above = x > Scalar(0) ? x : Scalar(0);
  return (exp_of_negative(below) - Scalar(1)) + (above < kMost ? above : kMost);
}
// From what activation() returned.
template <class Scalar>
inline Scalar activation_slope(Scalar y) {
  constexpr auto kMost = static_cast<Scalar>(kMostActivation);
  const Scalar slope = (y < Scalar(0) ? y : Scalar(0)) + Scalar(1);
  return y < kMost ? slope : Scalar(0);
}

}  // namespace memplace::nn
