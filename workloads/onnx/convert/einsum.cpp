// SPDX-License-Identifier: Apache-2.0
// Contractions of two tensors, as an equation such as "bhid,bhjd->bhij" says them.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"

namespace memplace::onnx {
namespace {

[[noreturn]] void refuse(const Node& node, const std::string& equation, const char* why) {
  fail(node, fmt::format("equation \"{}\" {}", printable(equation), why));
}

struct Terms {
  std::string left;
  std::string right;
  std::string out;
};

// Letters of an operand, with "..." spelled out as digits, the last axis as '0'.
std::string spell(const Node& node, const std::string& equation, const std::string& term,
                  std::size_t rank) {
  const std::size_t dots = term.find("...");
  if (dots == std::string::npos) {
    if (term.size() != rank) {
      refuse(node, equation, "does not fit the shapes of its operands");
    }
    return term;
  }
  const std::size_t letters = term.size() - 3;
  if (rank < letters || rank - letters > 10) {
    refuse(node, equation, "does not fit the shapes of its operands");
  }
  std::string spelled = term.substr(0, dots);
  for (std::size_t i = rank - letters; i-- > 0;) {
    spelled += static_cast<char>('0' + static_cast<int>(i));
  }
  return spelled + term.substr(dots + 3);
}

Terms parse(const Draft& draft, const Node& node, const std::string& equation) {
  std::string text = equation;
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t comma = text.find(',');
  const std::size_t arrow = text.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || comma > arrow ||
      node.inputs.size() != 2) {
    refuse(node, equation, "is refused: only two operands and a written result are known");
  }
  return {spell(node, equation, text.substr(0, comma), draft.shape(required(node, 0)).size()),
          spell(node, equation, text.substr(comma + 1, arrow - comma - 1),
                draft.shape(required(node, 1)).size()),
          spell(node, equation, text.substr(arrow + 2), draft.shape(result(node)).size())};
}

bool repeats(const std::string& term) {
  std::string sorted = term;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

}  // namespace

// Letters on both sides and in the result are batches, those of one side positions or output
// channels, those that vanish are summed over.
GridWork einsum_work(const Draft& draft, const Node& node) {
  const std::string equation = string_attribute(node, "equation", "");
  const Terms terms = parse(draft, node, equation);
  if (repeats(terms.left) || repeats(terms.right) || repeats(terms.out)) {
    refuse(node, equation, "is refused: it takes a diagonal");
  }
  const auto has = [](const std::string& term, char c) {
    return term.find(c) != std::string::npos;
  };
  std::map<char, std::int64_t> extents;
  for (std::size_t side = 0; side < 2; ++side) {
    const std::string& term = side == 0 ? terms.left : terms.right;
    for (std::size_t i = 0; i < term.size(); ++i) {
      const std::int64_t extent = draft.shape(required(node, side))[i];
      extents[term[i]] = std::max(extents[term[i]], extent);
    }
  }
  // The held side: the constant one, else the second.
  const bool flip = draft.is_constant(required(node, 0));
  const std::string& moving = flip ? terms.right : terms.left;
  const std::string& held = flip ? terms.left : terms.right;
  GridWork work;
  for (const auto& [letter, extent] : extents) {
    const bool out = has(terms.out, letter);
    const bool both = has(moving, letter) && has(held, letter);
    if (!out && !both) {
      refuse(node, equation, "is refused: it sums one operand alone");
    }
    std::int64_t& factor = both                  ? (out ? work.batch : work.in_channels)
                           : has(moving, letter) ? work.positions
                                                 : work.out_channels;
    factor = product(node, {factor, extent});
  }
  return work;
}

}  // namespace memplace::onnx
