// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/shared_sweep.h"

#include <optional>
#include <utility>

#include "base/archive.h"
#include "base/yaml_reader.h"

namespace memplace {
namespace {

constexpr const char* kName = "the sweep of rank 0";

}  // namespace

std::string write_shared_sweep(const Sweep& sweep, const SweepPoints& points) {
  ArchiveWriter archive;
  archive.write_string(write_sweep(sweep.spec()));
  for (const std::optional<SweepPoint>& point : points) {
    if (point.has_value()) {
      archive.write_flag(true);
      archive.write_string(point_line(*point));
    }
  }
  archive.write_flag(false);
  return archive.bytes();
}

SharedSweep read_shared_sweep(const std::string& bytes) {
  ArchiveReader archive(bytes, kName);
  SharedSweep shared;
  shared.spec = read_sweep(YamlDocument::from_text(archive.read_string(), kName));
  const std::size_t points = SweepGrid(shared.spec).points();
  while (archive.read_flag()) {
    std::optional<SweepPoint> point = read_point_line(archive.read_string());
    if (!point.has_value() || point->index >= points) {
      archive.fail("a point that is none");
    }
    shared.points.push_back(*std::move(point));
  }
  archive.check_end();
  return shared;
}

}  // namespace memplace
