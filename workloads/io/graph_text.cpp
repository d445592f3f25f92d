// SPDX-License-Identifier: Apache-2.0
#include "workloads/io/graph_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/number_text.h"
#include "base/split.h"

namespace memplace {
namespace {

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  for (const std::string_view word : split(line.substr(0, line.find('#')), ' ')) {
    if (!word.empty()) {
      found.push_back(word);
    }
  }
  return found;
}

std::int64_t parse_count(std::string_view text) {
  const auto value = parse_number<std::int64_t>(text);
  if (!value || *value < 0) {
    throw Error(fmt::format("got \"{}\", expected a whole number", text));
  }
  return *value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string parse_name(std::string_view text) {
  const auto allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  };
  if (text.empty() || !is_letter(text.front()) || !std::all_of(text.begin(), text.end(), allowed)) {
    throw Error(fmt::format("got \"{}\", expected a name", text));
  }
  return std::string(text);
}

// The text between `prefix(` and `)`, or nothing.
std::optional<std::string_view> argument(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size() + 2 || !text.starts_with(prefix) || text[prefix.size()] != '(' ||
      text.back() != ')') {
    return std::nullopt;
  }
  return text.substr(prefix.size() + 1, text.size() - prefix.size() - 2);
}

GridWork parse_grid(std::string_view arguments) {
  GridWork work;
  const std::array<std::pair<std::string_view, std::int64_t*>, 5> fields{
      {{"batch", &work.batch},
       {"positions", &work.positions},
       {"out", &work.out_channels},
       {"in", &work.in_channels},
       {"kernel", &work.kernel}}};
  for (const std::string_view part : split(arguments, ',')) {
    const std::size_t equals = part.find('=');
    const auto* const field = std::find_if(fields.begin(), fields.end(), [&](const auto& entry) {
      return entry.first == part.substr(0, equals);
    });
    if (equals == std::string_view::npos || field == fields.end()) {
      throw Error(fmt::format(
          "got \"{}\", expected batch, positions, out, in or kernel with =NUMBER", part));
    }
    *field->second = parse_count(part.substr(equals + 1));
  }
  return work;
}

// Sets the op's work and kind.
void parse_work(Op& op, std::string_view text) {
  op.kind = text.substr(0, text.find('('));
  if (text == "view") {
    op.work = NoWork{};
    return;
  }
  if (const auto arguments = argument(text, "grid")) {
    op.work = parse_grid(*arguments);
    return;
  }
  for (int i = 0; i < kVectorKindCount; ++i) {
    const auto kind = static_cast<VectorKind>(i);
    if (const auto elements = argument(text, name_of(kind))) {
      op.work = VectorWork{kind, parse_count(*elements)};
      return;
    }
  }
  throw Error(
      fmt::format("got \"{}\", expected view, grid(...) or a vector kind with (ELEMENTS)", text));
}

class TextReader {
 public:
  void read_line(std::string_view line) {
    const std::vector<std::string_view> parts = words(line);
    if (parts.empty()) {
      return;
    }
    if (parts[0] == "graph" || parts[0] == "input" || parts[0] == "output") {
      read_directive(parts);
    } else if (parts[0].ends_with(':')) {
      read_op(parts);
    } else {
      throw Error(fmt::format("got \"{}\", expected graph, input, output or OP:", parts[0]));
    }
  }

  Graph build() { return builder().build(); }

 private:
  // Made when first used, so that a `graph` line can come before.
  GraphBuilder& builder() {
    if (!builder_.has_value()) {
      builder_.emplace("text");
    }
    return *builder_;
  }

  void read_directive(const std::vector<std::string_view>& parts) {
    const std::size_t expected = parts[0] == "input" ? 3 : 2;
    if (parts.size() != expected) {
      throw Error(fmt::format("\"{}\" takes {} words", parts[0], expected - 1));
    }
    if (parts[0] == "graph") {
      if (builder_.has_value()) {
        throw Error("the graph's name comes first, and once");
      }
      builder_.emplace(parse_name(parts[1]));
    } else if (parts[0] == "input") {
      add_tensor(parse_name(parts[1]), TensorKind::kInput, parse_count(parts[2]));
    } else {
      builder().mark_output(find(parts[1]));
    }
  }

  void read_op(const std::vector<std::string_view>& parts) {
    Op op;
    op.name = parse_name(parts[0].substr(0, parts[0].size() - 1));
    if (parts.size() < 2) {
      throw Error(fmt::format("op \"{}\" has no work", op.name));
    }
    parse_work(op, parts[1]);
    for (std::size_t i = 2; i < parts.size(); ++i) {
      const std::size_t equals = parts[i].find('=');
      const std::string_view key = parts[i].substr(0, equals);
      const std::string_view value =
          equals == std::string_view::npos ? "" : parts[i].substr(equals + 1);
      if (key == "w" && !op.weights.has_value()) {
        op.weights = read_weights(op.name, value);
      } else if (key == "in" && op.inputs.empty()) {
        for (const std::string_view input : split(value, ',')) {
          op.inputs.push_back(read_operand(input));
        }
      } else if (key == "out" && op.outputs.empty()) {
        for (const std::string_view size : split(value, ',')) {
          add_output(op, parse_count(size));
        }
      } else {
        throw Error(fmt::format("got \"{}\", expected w=, in= and out=, each once", parts[i]));
      }
    }
    if (op.is_view() && op.outputs.empty() && op.inputs.size() == 1) {
      add_output(op, builder().tensor(op.inputs[0].tensor).bytes.count());
    }
    builder().add_op(std::move(op));
  }

  void add_output(Op& op, std::int64_t bytes) {
    const std::string suffix = op.outputs.empty() ? "" : std::to_string(op.outputs.size());
    op.outputs.push_back(add_tensor(op.name + ".out" + suffix, TensorKind::kActivation, bytes));
  }

  TensorId add_tensor(std::string name, TensorKind kind, std::int64_t bytes) {
    Tensor tensor;
    tensor.name = std::move(name);
    tensor.kind = kind;
    tensor.shape = {bytes};
    tensor.bytes = Bytes(bytes);
    tensor.parameters = kind == TensorKind::kWeights ? bytes : 0;
    return builder().add_tensor(std::move(tensor));
  }

  Operand read_weights(const std::string& op, std::string_view text) {
    if (text.empty() || !is_digit(text.front())) {
      return read_operand(text);
    }
    const std::vector<std::string_view> sizes = split(text, '/');
    if (sizes.size() > 2) {
      throw Error(fmt::format("got \"{}\", expected BYTES or READ/BYTES", text));
    }
    const TensorId id =
        add_tensor(op + ".weights", TensorKind::kWeights, parse_count(sizes.back()));
    return {id, Bytes(parse_count(sizes.front()))};
  }

  Operand read_operand(std::string_view text) {
    const std::size_t colon = text.find(':');
    const TensorId id = find(text.substr(0, colon));
    if (colon == std::string_view::npos) {
      return {id, builder().tensor(id).bytes};
    }
    return {id, Bytes(parse_count(text.substr(colon + 1)))};
  }

  TensorId find(std::string_view name) {
    auto id = builder().find_tensor(name);
    if (!id.has_value()) {
      id = builder().find_tensor(std::string(name) + ".out");
    }
    if (!id.has_value()) {
      throw Error(fmt::format("unknown tensor or op \"{}\"", name));
    }
    return *id;
  }

  std::optional<GraphBuilder> builder_;
};

}  // namespace

Graph parse_graph_text(std::string_view text) {
  TextReader reader;
  std::size_t number = 0;
  const auto at_line = [&](const auto& action) {
    try {
      return action();
    } catch (const Error& error) {
      throw Error(fmt::format("line {}: {}", number, printable(error.what())));
    }
  };
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    at_line([&] { reader.read_line(line); });
  }
  return at_line([&] { return reader.build(); });
}

}  // namespace memplace
