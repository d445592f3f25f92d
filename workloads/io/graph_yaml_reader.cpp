// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/yaml_reader.h"
#include "workloads/io/graph_yaml.h"

namespace memplace {
namespace {

// No number of a network is larger; GraphBuilder bounds each further, and their sums.
constexpr std::int64_t kMost = std::int64_t{1} << 50;
// Beyond this many tensors, looking for the nearest name would take too long.
constexpr std::size_t kMostSuggestions = 10'000;

template <class Enum>
Enum choose(const YamlValue& value, std::string_view what, int count) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    names.emplace_back(name_of(static_cast<Enum>(i)));
  }
  return static_cast<Enum>(value.as_choice(what, names));
}

// Calls `make`; an Error of the graph's rules gets the place of `value`.
template <class Make>
auto at(const YamlValue& value, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw value.error(error.what());
  }
}

std::int64_t integer_or(YamlMap& map, std::string_view key, std::int64_t least,
                        std::int64_t fallback) {
  const auto value = map.optional(key);
  return value.has_value() ? value->as_integer(least, kMost) : fallback;
}

class GraphReader {
 public:
  explicit GraphReader(const YamlDocument& document)
      : map_(document.root()), builder_(read_builder(map_.required("graph"))) {}

  Graph read() {
    if (const auto inputs = map_.optional("inputs")) {
      for (const YamlValue& value : inputs->items()) {
        YamlMap input(value);
        define(input, TensorKind::kInput);
        input.finish();
      }
    }
    for (const std::string& text : read_texts(map_, "warnings")) {
      builder_.warn(text);
    }
    const YamlValue ops = map_.required("ops");
    ops_ = ops.items();
    for (const YamlValue& value : ops_) {
      read_op(value);
    }
    if (const auto outputs = map_.optional("outputs")) {
      for (const YamlValue& value : outputs->items()) {
        const TensorId id = find(value);
        at(value, [&] { builder_.mark_output(id); });
      }
    }
    map_.finish();
    return at(ops, [&] { return builder_.build(); });
  }

 private:
  static GraphBuilder read_builder(const YamlValue& name) {
    return at(name, [&] { return GraphBuilder(name.as_name()); });
  }

  void read_op(const YamlValue& value) {
    YamlMap map(value);
    Op op;
    op.name = map.required("name").as_name();
    op.kind = map.required("kind").as_name();
    const std::vector<std::string> origin = read_texts(map, "origin");
    op.work = read_work(map.required("work"));
    if (const auto window = map.optional("window")) {
      op.window = read_window(*window);
    }
    if (const auto inputs = map.optional("inputs")) {
      for (const YamlValue& input : inputs->items()) {
        op.inputs.push_back(read_operand(input));
      }
    }
    if (const auto weights = map.optional("weights")) {
      op.weights = read_weights(*weights);
    }
    for (const YamlValue& output : map.required("outputs").items()) {
      YamlMap tensor(output);
      op.outputs.push_back(define(tensor, TensorKind::kActivation));
      tensor.finish();
    }
    map.finish();
    builder_.set_origin(at(value, [&] { return builder_.add_op(std::move(op)); }), origin);
  }

  static std::vector<std::string> read_texts(YamlMap& map, const char* key) {
    std::vector<std::string> texts;
    if (const auto list = map.optional(key)) {
      for (const YamlValue& text : list->items()) {
        texts.push_back(text.as_string());
      }
    }
    return texts;
  }

  static Work read_work(const YamlValue& value) {
    if (value.is_scalar()) {
      if (value.as_string() != "view") {
        throw value.error(fmt::format("got \"{}\", expected view, {{grid: ...}} or {{vector: ...}}",
                                      value.as_name()));
      }
      return NoWork{};
    }
    YamlMap map(value);
    const auto grid = map.optional("grid");
    const auto vector = map.optional("vector");
    map.finish();
    if (grid.has_value() == vector.has_value()) {
      throw value.error("expected one of grid and vector");
    }
    if (grid.has_value()) {
      YamlMap numbers(*grid);
      const GridWork work{.batch = integer_or(numbers, "batch", 1, 1),
                          .positions = numbers.required("positions").as_integer(1, kMost),
                          .out_channels = numbers.required("out_channels").as_integer(1, kMost),
                          .in_channels = numbers.required("in_channels").as_integer(1, kMost),
                          .kernel = integer_or(numbers, "kernel", 1, 1)};
      numbers.finish();
      return work;
    }
    YamlMap numbers(*vector);
    const VectorWork work{
        choose<VectorKind>(numbers.required("kind"), "vector kind", kVectorKindCount),
        numbers.required("elements").as_integer(0, kMost)};
    numbers.finish();
    return work;
  }

  static Window read_window(const YamlValue& value) {
    YamlMap map(value);
    const YamlValue kernel = map.required("kernel");
    const std::vector<YamlValue> sides = kernel.items();
    if (sides.size() != 2) {
      throw kernel.error(fmt::format("got a list of {}, expected height and width", sides.size()));
    }
    const Window window{.kernel_height = sides[0].as_integer(1, kMost),
                        .kernel_width = sides[1].as_integer(1, kMost),
                        .stride = integer_or(map, "stride", 1, 1),
                        .padding = integer_or(map, "padding", 0, 0),
                        .dilation = integer_or(map, "dilation", 1, 1),
                        .groups = integer_or(map, "groups", 1, 1)};
    map.finish();
    return window;
  }

  // A name, or {tensor: NAME, bytes: SIZE} where less than all is read.
  Operand read_operand(const YamlValue& value) {
    if (value.is_scalar()) {
      const TensorId id = find(value);
      return {id, builder_.tensor(id).bytes};
    }
    YamlMap map(value);
    const TensorId id = find(map.required("tensor"));
    const Bytes bytes = map.required("bytes").as_bytes();
    map.finish();
    return {id, bytes};
  }

  Operand read_weights(const YamlValue& value) {
    if (value.is_scalar()) {
      return read_operand(value);
    }
    YamlMap map(value);
    if (map.optional("tensor").has_value()) {
      return read_operand(value);
    }
    const TensorId id = define(map, TensorKind::kWeights);
    const auto read = map.optional("read");
    map.finish();
    return {id, read.has_value() ? read->as_bytes() : builder_.tensor(id).bytes};
  }

  TensorId define(YamlMap& map, TensorKind kind) {
    Tensor tensor;
    tensor.kind = kind;
    tensor.name = map.required("name").as_name();
    if (const auto dtype = map.optional("dtype")) {
      tensor.dtype = choose<DType>(*dtype, "dtype", kDTypeCount);
    }
    const auto shape = map.optional("shape");
    if (shape.has_value()) {
      for (const YamlValue& extent : shape->items()) {
        tensor.shape.push_back(extent.as_integer(0, kMost));
      }
    }
    const bool weights = kind == TensorKind::kWeights;
    const auto bytes = map.optional("bytes");
    const auto parameters = weights ? map.optional("parameters") : std::nullopt;
    if (!shape.has_value() && !bytes.has_value()) {
      throw map.value().error(fmt::format("tensor \"{}\" needs bytes or a shape", tensor.name));
    }
    if (!bytes.has_value() || (weights && !parameters.has_value())) {
      const std::int64_t count = elements(shape.value_or(map.value()), tensor.shape);
      tensor.bytes = size_of(tensor.dtype) * count;
      tensor.parameters = weights && shape.has_value() ? count : 0;
    }
    if (bytes.has_value()) {
      tensor.bytes = bytes->as_bytes();
    }
    if (parameters.has_value()) {
      tensor.parameters = parameters->as_integer(0, kMost);
    }
    names_.push_back(tensor.name);
    const std::vector<std::string> origin = read_texts(map, "origin");
    const TensorId id = at(map.value(), [&] { return builder_.add_tensor(std::move(tensor)); });
    builder_.set_origin(id, origin);
    return id;
  }

  static std::int64_t elements(const YamlValue& value, const Shape& shape) {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) {
      if (extent != 0 && product > kMost / extent) {
        throw value.error(fmt::format("more than {} elements", kMost));
      }
      product *= extent;
    }
    return product;
  }

  TensorId find(const YamlValue& value) {
    const std::string name = value.as_name();
    if (const auto id = builder_.find_tensor(name)) {
      return *id;
    }
    if (const auto op = written_later(name)) {
      throw value.error(fmt::format(
          "tensor \"{}\" is used before op \"{}\" writes it; ops are listed in schedule order",
          name, *op));
    }
    std::string message = fmt::format("unknown tensor \"{}\"", name);
    if (names_.size() <= kMostSuggestions) {
      if (const std::string_view nearest = nearest_name(name, names_); !nearest.empty()) {
        message += fmt::format(" (did you mean \"{}\"?)", nearest);
      }
    }
    throw value.error(message);
  }

  // The name of the op that has the tensor among its outputs, wherever it stands.
  std::optional<std::string> written_later(const std::string& name) const {
    for (const YamlValue& op : ops_) {
      if (!op.is_map()) {
        continue;
      }
      YamlMap map(op);
      const auto outputs = map.optional("outputs");
      const auto op_name = map.optional("name");
      if (!outputs.has_value() || !op_name.has_value() || !outputs->is_sequence()) {
        continue;
      }
      for (const YamlValue& output : outputs->items()) {
        const auto tensor = output.is_map() ? YamlMap(output).optional("name") : std::nullopt;
        if (tensor.has_value() && tensor->is_scalar() && tensor->as_string() == name) {
          return op_name->as_name();
        }
      }
    }
    return std::nullopt;
  }

  YamlMap map_;
  GraphBuilder builder_;
  std::vector<YamlValue> ops_;
  std::vector<std::string> names_;  // of all tensors defined so far
};

}  // namespace

Graph read_graph_yaml(const YamlDocument& document) { return GraphReader(document).read(); }

Graph read_graph_file(const std::string& path) {
  return read_graph_yaml(YamlDocument::from_file(path));
}

}  // namespace memplace
