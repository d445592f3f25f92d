// SPDX-License-Identifier: Apache-2.0
#include "cli/fields.h"

#include <map>

#include "cli/value_set.h"
#include "optimizer/studies/settings/request.h"

namespace memplace {
namespace {

using Kind = FieldInfo::Kind;

// What shells may complete, by the option.
ValueSet values_of(const std::string& flag) {
  static const std::map<std::string, ValueSet (*)()> sets{
      {"--chip", chips},
      {"--set", chip_parameters},
      {"--mapping", placements},
      {"--init", mappings},
      {"--policy-in", any_file},
      {"--pin", pinned_memories},
      {"--forbid", pinned_memories},
  };
  const auto found = sets.find(flag);
  return found == sets.end() ? ValueSet() : found->second();
}

}  // namespace

void declare_field(Arguments& arguments, const FieldInfo& info) {
  if (info.flag.empty() || info.kind == Kind::kComposite) {
    return;
  }
  if (info.kind == Kind::kFlag) {
    arguments.add_flag(info.flag, info.help);
  } else if (info.kind == Kind::kList) {
    arguments.add_list(info.flag, info.type, info.help, values_of(info.flag));
  } else if (info.kind == Kind::kChoice && info.names.size() > 1) {
    arguments.add_choice(info.flag, info.type, info.help, info.names);
  } else {
    arguments.add_value(info.flag, info.type, info.help,
                        info.kind == Kind::kChoice ? one_of(info.names) : values_of(info.flag));
  }
}

std::optional<Words> given_words(const Arguments& arguments, const FieldInfo& info) {
  if (info.flag.empty() || info.kind == Kind::kComposite || !arguments.declares(info.flag) ||
      !arguments.has(info.flag)) {
    return std::nullopt;
  }
  switch (info.kind) {
    case Kind::kFlag:
      return Words{"true"};
    case Kind::kList:
      return arguments.list(info.flag);
    case Kind::kChoice:
      return Words{info.names[arguments.choice(info.flag)]};
    default:
      return Words{*arguments.value(info.flag)};
  }
}

}  // namespace memplace
