// SPDX-License-Identifier: Apache-2.0
#include "sim/placement/constraint_patterns.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/split.h"
#include "sim/placement/names.h"

namespace memplace {
namespace {

// Whether `*` and `?` of the glob can be filled so that it is `name`. Where a `*` took too little,
// the last one takes a character more: earlier ones never have to.
bool matches(std::string_view glob, std::string_view name) {
  std::size_t g = 0;
  std::size_t n = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      after_star = ++g;
      taken = n;
    } else if (g < glob.size() && (glob[g] == '?' || glob[g] == name[n])) {
      ++g;
      ++n;
    } else if (after_star != std::string_view::npos) {
      g = after_star;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') {
    ++g;
  }
  return g == glob.size();
}

// One constraint as written.
struct Pattern {
  std::string label;  // pin "conv*=sram"
  std::string glob;
  MemorySet memories;
};

MemorySet read_memories(const std::string& label, std::string_view list, const Chip& chip) {
  MemorySet set;
  for (const std::string_view part : split(list, ',')) {
    const std::string name(part);
    const auto memory = chip.find_memory(name);
    if (!memory.has_value()) {
      throw Error(
          fmt::format("{}: {}", label, unknown_name_message("memory", name, memory_names(chip))));
    }
    set.insert(*memory);
  }
  return set;
}

Pattern read_pattern(std::string_view kind, const std::string& text, const Chip& chip) {
  Pattern pattern;
  pattern.label = fmt::format("{} {}", kind, memplace::quoted(text));
  const std::size_t equals = text.rfind('=');  // names of tensors may have some, of memories not
  if (equals == std::string::npos) {
    throw Error(fmt::format("{}: expected GLOB=MEMORY[,MEMORY...]", pattern.label));
  }
  pattern.glob = text.substr(0, equals);
  pattern.memories = read_memories(pattern.label, std::string_view(text).substr(equals + 1), chip);
  return pattern;
}

// The decisions that the pattern is about.
std::vector<TensorId> find_decisions(const Pattern& pattern, const Problem& problem) {
  std::vector<TensorId> decisions;
  std::optional<TensorId> other;
  for (const TensorId id : problem.graph().tensors()) {
    if (matches(pattern.glob, problem.graph().tensor(id).name)) {
      if (problem.decisions().decides(id)) {
        decisions.push_back(id);
      } else if (!other.has_value()) {
        other = id;
      }
    }
  }
  if (decisions.empty()) {
    throw Error(fmt::format("{}: {}", pattern.label,
                            other.has_value() ? undecided_message(problem, *other)
                                              : unknown_tensor_message(problem, pattern.glob)));
  }
  return decisions;
}

class Reader {
 public:
  explicit Reader(const Problem& problem)
      : problem_(problem), blamed_(problem.graph().tensors().size()) {
    const std::size_t memories = problem.chip().memories.size();
    constraints_.allowed =
        IdVector<TensorId, MemorySet>(blamed_.size(), MemorySet::first(memories));
    for (const TensorId id : problem.decisions().tensors()) {
      constraints_.allowed[id] = problem.constraints().of(id, memories);
    }
  }

  void pin(const std::string& text) {
    const Pattern pattern = read_pattern("pin", text, problem_.chip());
    for (const TensorId id : find_decisions(pattern, problem_)) {
      restrict_to(id, constraints_.allowed[id] & pattern.memories, pattern);
    }
  }

  void forbid(const std::string& text) {
    const Pattern pattern = read_pattern("forbid", text, problem_.chip());
    for (const TensorId id : find_decisions(pattern, problem_)) {
      restrict_to(id, constraints_.allowed[id] - pattern.memories, pattern);
    }
  }

  Constraints take() { return std::move(constraints_); }

 private:
  // The last pattern that took something from a decision is to blame beside the one that takes the
  // rest.
  void restrict_to(TensorId id, MemorySet left, const Pattern& pattern) {
    if (left == constraints_.allowed[id]) {
      return;
    }
    if (left.empty()) {
      throw Error(fmt::format("{}{} {} no memory for \"{}\"", pattern.label,
                              blamed_[id].empty() ? "" : fmt::format(" and {}", blamed_[id]),
                              blamed_[id].empty() ? "leaves" : "leave",
                              problem_.graph().tensor(id).name));
    }
    constraints_.allowed[id] = left;
    blamed_[id] = pattern.label;
  }

  const Problem& problem_;
  Constraints constraints_;
  IdVector<TensorId, std::string> blamed_;
};

}  // namespace

Constraints read_constraints(const Problem& problem, std::span<const std::string> pins,
                             std::span<const std::string> forbids) {
  if (pins.empty() && forbids.empty()) {
    return {};
  }
  Reader reader(problem);
  for (const std::string& text : pins) {
    reader.pin(text);
  }
  for (const std::string& text : forbids) {
    reader.forbid(text);
  }
  return reader.take();
}

}  // namespace memplace
