// SPDX-License-Identifier: Apache-2.0
// What ranks must know to do a sweep's points together, as bytes.
#pragma once

#include <string>
#include <vector>

#include "optimizer/studies/sweep/spec.h"
#include "optimizer/studies/sweep/sweep.h"

namespace memplace {

struct SharedSweep {
  SweepSpec spec;                  // with version and digests
  std::vector<SweepPoint> points;  // that are known
};

std::string write_shared_sweep(const Sweep& sweep, const SweepPoints& points);

SharedSweep read_shared_sweep(const std::string& bytes);

}  // namespace memplace
