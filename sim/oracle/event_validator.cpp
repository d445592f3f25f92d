// SPDX-License-Identifier: Apache-2.0
#include "sim/oracle/event_validator.h"

#include <array>
#include <cstddef>
#include <functional>

#include "sim/oracle/event_checks.h"

namespace memplace {

std::string_view name_of(EventViolation violation) {
  constexpr std::array<std::string_view, 15> kNames{"none",
                                                    "other-plan",
                                                    "missing",
                                                    "other-request",
                                                    "other-time",
                                                    "two-at-once",
                                                    "too-many-pieces",
                                                    "read-too-early",
                                                    "computed-too-early",
                                                    "written-too-early",
                                                    "moved-too-early",
                                                    "other-address",
                                                    "over-capacity",
                                                    "outside",
                                                    "overlap"};
  return kNames.at(static_cast<std::size_t>(violation));
}

EventValidation validate_run(const Program& program, const Mapping& homes, const MovePlan& plan,
                             const Addresses& addresses, const RunRecord& record) {
  const RunEvents run(program, plan.moves, record);
  const std::array<std::function<FoundViolation()>, 5> checks{
      [&] { return check_plan(run, homes, plan.near); },
      [&] { return check_requests(run, plan.near); },
      [&] { return check_rates(run); },
      [&] { return check_order(run); },
      [&] { return check_room(run, homes, addresses); },
  };
  for (const auto& check : checks) {
    if (const FoundViolation found = check()) {
      return *found;
    }
  }
  return {};
}

}  // namespace memplace
