// SPDX-License-Identifier: Apache-2.0
// What may stand at the end of an unfinished command line. The shells' scripts ask the program
// itself, so that they always know what it knows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/command_table.h"

namespace memplace {

// The word by which a shell's script asks; the words of the line follow, the program's name left
// out and the unfinished one last.
inline constexpr const char* kCompletionQuestion = "__complete";

struct CompletionAnswer {
  std::vector<NamedValue> names;  // that begin as the unfinished word does
  ValueSet::Files files = ValueSet::Files::kNone;
  std::vector<std::string> endings;
};

CompletionAnswer complete(std::span<const CommandTable> commands,
                          std::span<const std::string> words);

// A line "NAME<tab>MEANING" for each name, then one of ":none", ":directories" and ":files" with
// the endings allowed.
std::string to_text(const CompletionAnswer& completion);

}  // namespace memplace
