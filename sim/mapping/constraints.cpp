// SPDX-License-Identifier: Apache-2.0
#include "sim/mapping/constraints.h"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "sim/mapping/names.h"

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
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string name(list.substr(0, comma));
    const auto memory = chip.find_memory(name);
    if (!memory.has_value()) {
      throw Error(
          fmt::format("{}: {}", label, unknown_name_message("memory", name, memory_names(chip))));
    }
    set.insert(*memory);
    if (comma == std::string_view::npos) {
      return set;
    }
    list.remove_prefix(comma + 1);
  }
}

Pattern read_pattern(std::string_view kind, const std::string& text, const Chip& chip) {
  Pattern pattern;
  pattern.label = fmt::format("{} {}", kind, quoted(text));
  const std::size_t equals = text.rfind('=');  // names of tensors may have some, of memories not
  if (equals == std::string::npos) {
    throw Error(fmt::format("{}: expected GLOB=MEMORY[,MEMORY...]", pattern.label));
  }
  pattern.glob = text.substr(0, equals);
  pattern.memories = read_memories(pattern.label, std::string_view(text).substr(equals + 1), chip);
  return pattern;
}

// The decisions that the pattern is about.
std::vector<TensorId> find_decisions(const Pattern& pattern, const Graph& graph, const Chip& chip) {
  std::vector<TensorId> decisions;
  std::optional<TensorId> other;
  for (const TensorId id : graph.tensors()) {
    if (matches(pattern.glob, graph.tensor(id).name)) {
      if (is_decision(graph, id)) {
        decisions.push_back(id);
      } else if (!other.has_value()) {
        other = id;
      }
    }
  }
  if (decisions.empty()) {
    throw Error(fmt::format("{}: {}", pattern.label,
                            other.has_value() ? undecided_message(graph, chip, *other)
                                              : unknown_tensor_message(graph, pattern.glob)));
  }
  return decisions;
}

class Reader {
 public:
  Reader(const Graph& graph, const Chip& chip)
      : graph_(graph), chip_(chip), blamed_(graph.tensors().size()) {
    constraints_.allowed = IdVector<TensorId, MemorySet>(graph.tensors().size(),
                                                         MemorySet::first(chip.memories.size()));
  }

  void pin(const std::string& text) {
    const Pattern pattern = read_pattern("pin", text, chip_);
    for (const TensorId id : find_decisions(pattern, graph_, chip_)) {
      restrict_to(id, constraints_.allowed[id] & pattern.memories, pattern);
    }
  }

  void forbid(const std::string& text) {
    const Pattern pattern = read_pattern("forbid", text, chip_);
    for (const TensorId id : find_decisions(pattern, graph_, chip_)) {
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
                              blamed_[id].empty() ? "leaves" : "leave", graph_.tensor(id).name));
    }
    constraints_.allowed[id] = left;
    blamed_[id] = pattern.label;
  }

  const Graph& graph_;
  const Chip& chip_;
  Constraints constraints_;
  IdVector<TensorId, std::string> blamed_;
};

}  // namespace

std::optional<MemoryId> nearest_of(MemorySet set, MemoryId memory) {
  for (std::size_t level = memory.index() + 1; level > 0; --level) {
    if (set.contains(MemoryId(level - 1))) {
      return MemoryId(level - 1);
    }
  }
  for (std::size_t level = memory.index() + 1; level < kMaxMemories; ++level) {
    if (set.contains(MemoryId(level))) {
      return MemoryId(level);
    }
  }
  return std::nullopt;
}

Constraints read_constraints(const Graph& graph, const Chip& chip,
                             std::span<const std::string> pins,
                             std::span<const std::string> forbids) {
  if (pins.empty() && forbids.empty()) {
    return {};
  }
  Reader reader(graph, chip);
  for (const std::string& text : pins) {
    reader.pin(text);
  }
  for (const std::string& text : forbids) {
    reader.forbid(text);
  }
  return reader.take();
}

Mapping slowest_allowed(const Graph& graph, const Chip& chip, const Constraints& constraints) {
  Mapping mapping(graph.tensors().size(), chip.slowest());
  apply(constraints, graph, chip, mapping);
  return mapping;
}

void apply(const Constraints& constraints, const Graph& graph, const Chip& chip, Mapping& mapping) {
  if (!constraints.none()) {
    for (const TensorId id : graph.decisions()) {
      const auto memory = nearest_of(constraints.allowed[id], mapping[id]);
      MEMPLACE_ASSERT(memory.has_value(), graph.tensor(id).name);
      mapping[id] = *memory;
    }
  }
  settle(graph, chip, mapping);
}

}  // namespace memplace
