// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/parameter.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/int128.h"
#include "optimizer/studies/settings/spec_parts.h"
#include "sim/chip/chip_file.h"

namespace memplace {
namespace {

constexpr double kLeastFactor = 1.001;
constexpr double kMostFactor = 1e6;

ParameterValue value_of(AnyQuantity quantity) { return {format(quantity), quantity}; }

ParameterValue read_value(const YamlValue& at) {
  const std::string text = at.as_name();
  const std::optional<AnyQuantity> quantity = parse_any_quantity(text);
  return quantity.has_value() ? value_of(*quantity) : ParameterValue{text, std::nullopt};
}

AnyQuantity read_quantity(const YamlValue& at) {
  const std::string text = at.as_name();
  const std::optional<AnyQuantity> quantity = parse_any_quantity(text);
  if (!quantity.has_value()) {
    throw at.error(fmt::format("got {}, expected a quantity such as \"8 MiB\", \"34 GB/s\" or 12",
                               memplace::quoted(text)));
  }
  return *quantity;
}

// Another end or the step of a range: of the kind of its beginning.
AnyQuantity read_quantity(const YamlValue& at, AnyQuantity from) {
  const AnyQuantity quantity = read_quantity(at);
  if (quantity.kind != from.kind) {
    throw at.error(fmt::format("got {}, expected a quantity of the kind of from: {}",
                               memplace::quoted(at.as_name()), format(from)));
  }
  return quantity;
}

Error too_many(const YamlValue& at) {
  return at.error(fmt::format("more than {} values", kMostParameterValues));
}

std::vector<std::int64_t> in_steps(const YamlValue& at, std::int64_t from, std::int64_t to,
                                   std::int64_t step) {
  if (step <= 0) {
    throw at.error("got a step of zero, expected one above");
  }
  if ((to - from) / step >= kMostParameterValues) {
    throw too_many(at);
  }
  std::vector<std::int64_t> counts;
  counts.reserve(static_cast<std::size_t>((to - from) / step) + 1);
  for (std::int64_t i = 0; i <= (to - from) / step; ++i) {
    counts.push_back(from + i * step);
  }
  return counts;
}

std::vector<std::int64_t> by_factor(const YamlValue& at, std::int64_t from, std::int64_t to,
                                    double factor) {
  std::vector<std::int64_t> counts{from};
  for (int i = 1;; ++i) {
    const double next = static_cast<double>(from) * std::pow(factor, i);
    if (next >= static_cast<double>(to) + 0.5) {
      return counts;
    }
    counts.push_back(std::llround(next));
    if (counts.size() > static_cast<std::size_t>(kMostParameterValues)) {
      throw too_many(at);
    }
  }
}

std::vector<std::int64_t> in_points(std::int64_t from, std::int64_t to, std::int64_t points,
                                    bool geometric) {
  std::vector<std::int64_t> counts{from};
  for (std::int64_t i = 1; i + 1 < points; ++i) {
    if (geometric) {
      const double share = static_cast<double>(i) / static_cast<double>(points - 1);
      const double ratio = static_cast<double>(to) / static_cast<double>(from);
      counts.push_back(std::llround(static_cast<double>(from) * std::pow(ratio, share)));
    } else {
      const auto way = static_cast<Uint128>(to - from) * static_cast<Uint128>(i);
      const auto parts = static_cast<Uint128>(points - 1);
      counts.push_back(from + static_cast<std::int64_t>((way + parts / 2) / parts));
    }
  }
  counts.push_back(to);
  return counts;
}

std::vector<ParameterValue> read_range(const YamlValue& at) {
  static const std::array<std::string, 2> spacings{"linear", "geometric"};
  YamlMap map(at);
  const AnyQuantity from = read_quantity(map.required("from"));
  const AnyQuantity to = read_quantity(map.required("to"), from);
  const auto step = map.optional("step");
  const auto factor = map.optional("factor");
  const auto points = map.optional("points");
  const auto spacing = map.optional("spacing");
  map.finish();
  if (int{step.has_value()} + int{factor.has_value()} + int{points.has_value()} != 1) {
    throw at.error("expected exactly one of step, factor and points");
  }
  if (spacing.has_value() && !points.has_value()) {
    throw spacing->error("spacing goes with points only");
  }
  if (to.count <= from.count) {
    throw at.error(fmt::format("got a range from {} to {}, expected its end above its beginning",
                               format(from), format(to)));
  }
  const bool geometric =
      factor.has_value() || (spacing.has_value() && spacing->as_choice("spacing", spacings) == 1);
  if (geometric && from.count == 0) {
    throw at.error("a geometric range cannot begin with zero");
  }
  std::vector<std::int64_t> counts;
  if (step.has_value()) {
    counts = in_steps(*step, from.count, to.count, read_quantity(*step, from).count);
  } else if (factor.has_value()) {
    counts = by_factor(*factor, from.count, to.count, factor->as_number(kLeastFactor, kMostFactor));
  } else {
    counts =
        in_points(from.count, to.count, points->as_integer(2, kMostParameterValues), geometric);
  }
  std::vector<ParameterValue> values;
  values.reserve(counts.size());
  for (const std::int64_t count : counts) {
    values.push_back(value_of({from.kind, count}));
    if (values.size() > 1 && values[values.size() - 2] == values.back()) {
      throw at.error(fmt::format("{} is in the range twice: its values are too near each other",
                                 values.back().text));
    }
  }
  return values;
}

// Where the value stands alone it has to be one that the parameter can have; what several say
// together is for each point to find out.
void try_on(YamlDocument chip, const std::string& path, const ParameterValue& value,
            const std::string& where) {
  chip.set(path, value.text, where);
  static_cast<void>(parse_chip_file(chip));
}

}  // namespace

void to_json(Json& json, const ParameterValue& value) {
  json = value.quantity.has_value() ? Json(value.quantity->count) : Json(value.text);
}

std::string_view unit_of(const ParameterValue& value) {
  return value.quantity.has_value() ? unit_of(value.quantity->kind) : "word";
}

SweepParameter read_parameter(const YamlValue& path, const YamlValue& values,
                              const YamlDocument& chip) {
  SweepParameter parameter;
  parameter.path = path.as_name();
  YamlDocument(chip).set(parameter.path, "", path.where());  // that it leads somewhere
  const auto try_value = [&](const ParameterValue& value, const YamlValue& at) {
    try_on(chip, parameter.path, value, at.where());
  };
  if (values.is_map()) {
    parameter.values = read_range(values);
    for (const ParameterValue& value : parameter.values) {
      try_value(value, values);
    }
  } else if (values.is_scalar()) {
    parameter.values = {read_value(values)};
    try_value(parameter.values.front(), values);
  } else {
    parameter.values = read_list(
        values, "value",
        [&](const YamlValue& item) {
          ParameterValue value = read_value(item);
          try_value(value, item);
          return value;
        },
        [](const ParameterValue& value) { return value.text; });
  }
  return parameter;
}

}  // namespace memplace
