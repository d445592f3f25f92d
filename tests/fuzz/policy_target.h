// SPDX-License-Identifier: Apache-2.0
// What the fuzzer of policies does with bytes, for the test that mutates policies and replays its
// past failures.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/archive.h"
#include "base/error.h"
#include "base/fnv.h"
#include "optimizer/catalog/strategies.h"
#include "optimizer/learning/trained_policy.h"
#include "tests/support/toy_tasks.h"

namespace memplace::test {

// A policy file of this content.
inline std::string policy_file(std::string_view content) {
  ArchiveWriter archive;
  archive.write_u64(1);
  archive.write_u64(fnv1a(content));
  archive.write_string(content);
  return "memplace policy\n" + archive.bytes();
}

// The content, an archive, of a policy file that some search wrote.
inline std::string policy_content(const std::string& file) {
  constexpr std::size_t kBefore = sizeof("memplace policy\n") - 1 + 9 + 9 + 9;
  return file.substr(kBefore);
}

// Whether the content of a policy file is a policy; of one for the toy chip a search begins with
// it. Throws InternalError where what was read is not what is written.
inline bool is_policy(std::string_view content) {
  TrainedPolicy policy;
  const std::string file = policy_file(content);
  try {
    policy = read_policy(file, "p");
  } catch (const Error&) {
    return false;
  }
  MEMPLACE_ASSERT(policy_bytes(policy) == file, "policy");
  static const Program program = toy_program(kDiamondText);
  if (policy.shape.memories == program.chip().memories.size()) {
    StrategyTask task{program.problem, 3, 10};
    task.warm.knowledge.put(std::make_shared<const TrainedPolicy>(policy));
    const StrategyInfo& info = strategies().find("pg");
    info.make(task, quick_options(info))->ask(3);
  }
  return true;
}

}  // namespace memplace::test
