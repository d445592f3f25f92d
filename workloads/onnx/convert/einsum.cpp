// SPDX-License-Identifier: Apache-2.0
// Contractions of tensors, as an equation such as "bhid,bhjd->bhij" says them: two of them are one
// product, more are products from left to right.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/onnx/convert/plan.h"

namespace memplace::onnx {
namespace {

[[noreturn]] void refuse(const Node& node, const std::string& equation, const char* why) {
  fail(node, fmt::format("equation \"{}\" {}", printable(equation), why));
}

struct Equation {
  std::string text;                // as the file has it
  std::vector<std::string> terms;  // letters of each operand's axes
  std::string out;
  std::map<char, std::int64_t> extents;
};

bool has(const std::string& term, char letter) { return term.find(letter) != std::string::npos; }

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

// What no arrow says: the axes of the ellipsis, then the letters that one term has, by alphabet.
std::string implied_result(const std::vector<std::string>& terms) {
  std::map<char, int> uses;
  for (const std::string& term : terms) {
    for (const char letter : term) {
      ++uses[letter];
    }
  }
  std::string dots;
  std::string letters;
  for (const auto& [letter, count] : uses) {
    if (letter <= '9') {
      dots.insert(dots.begin(), letter);
    } else if (count == 1) {
      letters += letter;
    }
  }
  return dots + letters;
}

bool repeats(const std::string& term) {
  std::string sorted = term;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

Equation parse(const Draft& draft, const Node& node) {
  Equation equation;
  equation.text = string_attribute(node, "equation", "");
  std::string text = equation.text;
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  const std::size_t arrow = text.find("->");
  std::size_t begin = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const std::size_t end = std::min({text.find(',', begin), arrow, text.size()});
    const Shape& shape = draft.shape(required(node, i));
    const std::string term =
        spell(node, equation.text, text.substr(std::min(begin, end), end - std::min(begin, end)),
              shape.size());
    for (std::size_t axis = 0; axis < term.size(); ++axis) {
      std::int64_t& extent = equation.extents[term[axis]];
      extent = std::max(extent, shape[axis]);
    }
    equation.terms.push_back(term);
    begin = end + 1;
  }
  equation.out = arrow == std::string::npos ? implied_result(equation.terms)
                                            : spell(node, equation.text, text.substr(arrow + 2),
                                                    draft.shape(result(node)).size());
  if (repeats(equation.out) || std::any_of(equation.terms.begin(), equation.terms.end(), repeats)) {
    refuse(node, equation.text, "is refused: it takes a diagonal");
  }
  return equation;
}

// Letters on both sides and in the result are batches, those of one side positions or output
// channels, those that vanish are summed over.
GridWork contraction(const Node& node, const Equation& equation, const std::string& moving,
                     const std::string& held, const std::string& result) {
  GridWork work;
  for (const auto& [letter, extent] : equation.extents) {
    if (!has(moving, letter) && !has(held, letter)) {
      continue;
    }
    const bool out = has(result, letter);
    const bool both = has(moving, letter) && has(held, letter);
    if (!out && !both) {
      refuse(node, equation.text, "is refused: it sums one operand alone");
    }
    std::int64_t& factor = both                  ? (out ? work.batch : work.in_channels)
                           : has(moving, letter) ? work.positions
                                                 : work.out_channels;
    factor = product(node, {factor, extent});
  }
  return work;
}

// What is left of two terms after their product: letters that the result or a later term has.
std::string rest_of(const Equation& equation, const std::string& left, std::size_t right) {
  std::string rest;
  for (const char letter : left + equation.terms[right]) {
    const auto needed = [&](const std::string& term) { return has(term, letter); };
    const auto later = equation.terms.begin() + static_cast<std::ptrdiff_t>(right) + 1;
    if (!has(rest, letter) &&
        (has(equation.out, letter) || std::any_of(later, equation.terms.end(), needed))) {
      rest += letter;
    }
  }
  return rest;
}

}  // namespace

void plan_einsum(Draft& draft, const DraftNode& node, std::vector<PlannedOp>& ops) {
  const Equation equation = parse(draft, node);
  ValueId left = required(node, 0);
  std::string term = equation.terms[0];
  for (std::size_t i = 1; i < equation.terms.size(); ++i) {
    const bool last = i + 1 == equation.terms.size();
    const ValueId right = required(node, i);
    const std::string out = last ? equation.out : rest_of(equation, term, i);
    PlannedOp op = start(node);
    op.kind = "matmul";
    op.inputs.clear();
    // The held side: the constant one, else the second.
    const bool flip = draft.is_constant(left);
    op.work = flip ? contraction(node, equation, equation.terms[i], term, out)
                   : contraction(node, equation, term, equation.terms[i], out);
    if (flip || draft.is_constant(right)) {
      op.inputs = {flip ? right : left};
      op.weights = flip ? left : right;
    } else {
      op.inputs = {left, right};
    }
    if (last) {
      op.inputs.insert(op.inputs.end(), node.fused_inputs.begin(), node.fused_inputs.end());
    } else {
      Shape shape;
      for (const char letter : out) {
        shape.push_back(equation.extents.at(letter));
      }
      op.name += fmt::format("/{}", i);
      op.outputs = {intermediate(draft, op.name, std::move(shape))};
      op.extras.clear();
      op.folded_bias = 0;
      left = op.outputs[0];
      term = out;
    }
    ops.push_back(std::move(op));
  }
}

}  // namespace memplace::onnx
