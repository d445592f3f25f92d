// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/trained_policy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "base/archive.h"
#include "base/error.h"
#include "base/fnv.h"
#include "optimizer/nn/parameters.h"

namespace memplace {
namespace {

// Magic, then an archive of the version, the content's checksum and the content, which is an
// archive too: so that what is no policy, another version's, cut off or damaged is told apart
// before anything of it is believed.
constexpr std::string_view kMagic = "memplace policy\n";
constexpr std::uint64_t kVersion = 1;

constexpr std::size_t kShapeNumbers = 6;
constexpr std::uint64_t kMostHeads = 16;
constexpr std::uint64_t kMostHeadWidth = 128;
constexpr std::uint64_t kMostDepth = 8;
constexpr std::uint64_t kFeatureSets = 2;
constexpr std::uint64_t kEdgeDirections = 3;

PolicyShape read_shape(ArchiveReader& archive) {
  const std::vector<std::uint64_t> numbers = archive.read_u64s();
  if (numbers.size() != kShapeNumbers) {
    archive.fail(
        fmt::format("holds a policy of a shape that there is not ({} numbers)", numbers.size()));
  }
  const auto within = [&](std::size_t i, std::uint64_t least, std::uint64_t most) {
    return numbers[i] >= least && numbers[i] <= most;
  };
  const bool valid = within(1, 1, kMostHeads) && numbers[0] % numbers[1] == 0 &&
                     within(0, numbers[1], kMostHeadWidth * numbers[1]) &&
                     within(2, 0, kMostDepth) && within(3, 0, kFeatureSets - 1) &&
                     within(4, 0, kEdgeDirections - 1) && within(5, 1, kMaxMemories);
  if (!valid) {
    archive.fail(
        fmt::format("holds a policy of a shape that there is not ({})", fmt::join(numbers, ", ")));
  }
  PolicyShape shape;
  shape.hidden = static_cast<std::size_t>(numbers[0]);
  shape.heads = static_cast<std::size_t>(numbers[1]);
  shape.depth = static_cast<std::size_t>(numbers[2]);
  shape.features = static_cast<FeatureSet>(numbers[3]);
  shape.edges = static_cast<EdgeDirections>(numbers[4]);
  shape.memories = static_cast<std::size_t>(numbers[5]);
  return shape;
}

}  // namespace

std::shared_ptr<const TrainedPolicy> learnt_policy(const Strategy& strategy) {
  return strategy.learnt().find<const TrainedPolicy>();
}

std::string policy_bytes(const TrainedPolicy& policy) {
  const PolicyShape& shape = policy.shape;
  ArchiveWriter content;
  content.write_u64s(std::vector<std::uint64_t>{
      shape.hidden, shape.heads, shape.depth, static_cast<std::uint64_t>(shape.features),
      static_cast<std::uint64_t>(shape.edges), shape.memories});
  content.write_floats(policy.parameters);
  ArchiveWriter archive;
  archive.write_u64(kVersion);
  archive.write_u64(fnv1a(content.bytes()));
  archive.write_string(content.bytes());
  return std::string(kMagic) + archive.bytes();
}

TrainedPolicy read_policy(const std::string& bytes, const std::string& file) {
  if (!bytes.starts_with(kMagic)) {
    throw Error(
        fmt::format("{}: is no policy file: it does not begin with \"memplace policy\"", file));
  }
  ArchiveReader archive(std::string_view(bytes).substr(kMagic.size()), file);
  const std::uint64_t version = archive.read_u64();
  if (version != kVersion) {
    archive.fail(fmt::format("is a policy file of version {}, and this memplace reads version {}",
                             version, kVersion));
  }
  const std::uint64_t sum = archive.read_u64();
  const std::string content = archive.read_string();
  archive.check_end();
  if (fnv1a(content) != sum) {
    archive.fail("was damaged or changed: its checksum is another");
  }
  ArchiveReader reader(content, file);
  TrainedPolicy policy;
  policy.shape = read_shape(reader);
  policy.parameters = reader.read_floats();
  reader.check_end();
  const std::size_t count = parameter_count(policy.shape);
  if (policy.parameters.size() != count) {
    reader.fail(fmt::format("holds {} parameters, and a policy of its shape has {}",
                            policy.parameters.size(), count));
  }
  if (!std::all_of(policy.parameters.begin(), policy.parameters.end(),
                   [](float value) { return std::abs(value) <= nn::kMostParameter; })) {
    reader.fail("holds a parameter that is no number, or beyond what any policy learns");
  }
  return policy;
}

void check_policy_fits(const TrainedPolicy& policy, const Chip& chip, const std::string& file) {
  if (policy.shape.memories != chip.memories.size()) {
    throw Error(fmt::format("{}: is a policy for chips of {} memories, and chip \"{}\" has {}",
                            file, policy.shape.memories, chip.name, chip.memories.size()));
  }
}

}  // namespace memplace
