// SPDX-License-Identifier: Apache-2.0
#include "optimizer/learning/trained_policy.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/archive.h"
#include "base/error.h"
#include "base/fnv.h"
#include "tests/support/toy_chips.h"

namespace memplace::test {
namespace {

const std::string kMagic = "memplace policy\n";

TrainedPolicy small_policy() {
  TrainedPolicy policy;
  policy.shape = {2, 1, 1, FeatureSet::kPaper, EdgeDirections::kForward, 3};
  policy.parameters.resize(parameter_count(policy.shape));
  for (std::size_t i = 0; i < policy.parameters.size(); ++i) {
    policy.parameters[i] = 0.1F * static_cast<float>(i) - 1.0F;
  }
  return policy;
}

std::string error_of(const std::string& bytes) {
  try {
    read_policy(bytes, "p");
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A file whose checksum is right, whatever it holds.
std::string file_of(const std::vector<std::uint64_t>& shape, const std::vector<float>& parameters) {
  ArchiveWriter content;
  content.write_u64s(shape);
  content.write_floats(parameters);
  ArchiveWriter archive;
  archive.write_u64(1);
  archive.write_u64(fnv1a(content.bytes()));
  archive.write_string(content.bytes());
  return kMagic + archive.bytes();
}

}  // namespace

TEST_CASE("a policy file reads back as the same policy", "[policy]") {
  const TrainedPolicy policy = small_policy();
  CHECK(read_policy(policy_bytes(policy), "p") == policy);
  TrainedPolicy other = policy;
  other.shape = {8, 4, 0, FeatureSet::kChip, EdgeDirections::kBackward, 2};
  other.parameters.assign(parameter_count(other.shape), 0.25F);
  CHECK(read_policy(policy_bytes(other), "p") == other);
  CHECK(policy_bytes(policy) == file_of({2, 1, 1, 0, 1, 3}, policy.parameters));
}

TEST_CASE("every damaged byte of a policy file is noticed", "[policy]") {
  const std::string bytes = policy_bytes(small_policy());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned change : {0x01U, 0x80U}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ change);
      const std::string error = error_of(damaged);
      CAPTURE(i, change, error);
      REQUIRE(error.starts_with("p: "));
    }
  }
}

TEST_CASE("a policy file that is cut off anywhere is refused", "[policy]") {
  const std::string bytes = policy_bytes(small_policy());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string error = error_of(bytes.substr(0, size));
    CAPTURE(size);
    REQUIRE(error == (size < kMagic.size()
                          ? "p: is no policy file: it does not begin with \"memplace policy\""
                          : "p: is cut off"));
  }
}

TEST_CASE("each kind of damage to a policy file has a message", "[policy]") {
  const TrainedPolicy policy = small_policy();
  const std::string bytes = policy_bytes(policy);
  CHECK(error_of("tensors:\n") ==
        "p: is no policy file: it does not begin with \"memplace policy\"");
  // The magic, then 'u' and the version's eight bytes.
  std::string later = bytes;
  later[kMagic.size() + 1] = 2;
  CHECK(error_of(later) == "p: is a policy file of version 2, and this memplace reads version 1");
  CHECK(error_of(bytes + "??") == "p: goes on for 2 bytes behind its end");
  std::string changed = bytes;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  CHECK(error_of(changed) == "p: was damaged or changed: its checksum is another");
  // What nobody wrote by accident.
  for (const std::vector<std::uint64_t>& shape : std::vector<std::vector<std::uint64_t>>{
           {3, 2, 1, 0, 1, 3},    // heads do not divide the features
           {0, 1, 1, 0, 1, 3},    // no features
           {2, 0, 1, 0, 1, 3},    // no heads
           {129, 1, 1, 0, 1, 3},  // a head too wide
           {2, 1, 9, 0, 1, 3},    // too deep
           {2, 1, 1, 2, 1, 3},    // features of no set
           {2, 1, 1, 0, 3, 3},    // directions that are none
           {2, 1, 1, 0, 1, 0},    // no memory
           {2, 1, 1, 0, 1, 9},    // too many
           {2, 1, 1, 0, 1},       // a number short
           {1ULL << 63U, 1, 1, 0, 1, 3}}) {
    CHECK(error_of(file_of(shape, policy.parameters))
              .starts_with("p: holds a policy of a shape that there is not ("));
  }
  std::vector<float> fewer = policy.parameters;
  fewer.pop_back();
  const std::size_t count = policy.parameters.size();
  CHECK(error_of(file_of({2, 1, 1, 0, 1, 3}, fewer)) ==
        "p: holds " + std::to_string(count - 1) + " parameters, and a policy of its shape has " +
            std::to_string(count));
  std::vector<float> odd = policy.parameters;
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), 1001.0F, -3e38F}) {
    odd[3] = value;
    CHECK(error_of(file_of({2, 1, 1, 0, 1, 3}, odd)) ==
          "p: holds a parameter that is no number, or beyond what any policy learns");
  }
}

TEST_CASE("a policy is for chips of as many memories", "[policy]") {
  TrainedPolicy policy = small_policy();
  check_policy_fits(policy, toy_chip(), "p");
  policy.shape.memories = 2;
  CHECK_THROWS_WITH(check_policy_fits(policy, toy_chip(), "p"),
                    "p: is a policy for chips of 2 memories, and chip \"toy\" has 3");
}

}  // namespace memplace::test
