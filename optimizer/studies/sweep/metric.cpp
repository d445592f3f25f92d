// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/metric.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/number_text.h"
#include "base/quantity_text.h"

namespace memplace {
namespace {

struct Row {
  Metric metric;
  std::string_view name;
  std::string_view key;
  std::string_view example;  // of a limit
};
constexpr std::array<Row, 4> kRows{
    {{Metric::kLatency, "latency", "latency_ps", "2 ms"},
     {Metric::kThroughput, "throughput", "throughput_per_s", "900/s"},
     {Metric::kEnergy, "energy", "energy_pj", "5 mJ"},
     {Metric::kArea, "area", "area_mm2", "60 mm2"}}};

const Row& row_of(Metric metric) { return kRows.at(static_cast<std::size_t>(metric)); }

template <class Q>
std::optional<double> count_of(const std::optional<Q>& quantity, double per_unit) {
  return quantity.has_value() ? std::optional(static_cast<double>(quantity->count()) / per_unit)
                              : std::nullopt;
}

// "900/s"
std::optional<double> parse_rate(std::string_view text) {
  if (!text.ends_with("/s")) {
    return std::nullopt;
  }
  const auto rate = parse_number<double>(text.substr(0, text.size() - 2));
  return rate && *rate > 0 && std::isfinite(*rate) ? rate : std::nullopt;
}

std::optional<double> parse_limit(Metric metric, std::string_view text) {
  constexpr double kFemtojoulesPerPicojoule = 1000;
  switch (metric) {
    case Metric::kLatency:
      return count_of(parse_time(text), 1);
    case Metric::kThroughput:
      return parse_rate(text);
    case Metric::kEnergy:
      return count_of(parse_energy(text), kFemtojoulesPerPicojoule);
    case Metric::kArea:
      return count_of(parse_area(text), kSquareMicrometresPerSquareMillimetre);
  }
  throw InternalError("no such metric");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::string_view name_of(Metric metric) { return row_of(metric).name; }
std::string_view key_of(Metric metric) { return row_of(metric).key; }

const std::vector<Metric>& all_metrics() {
  static const std::vector<Metric> metrics{Metric::kLatency, Metric::kThroughput, Metric::kEnergy,
                                           Metric::kArea};
  return metrics;
}

std::optional<double> value_of(Metric metric, const PointResult& result) {
  switch (metric) {
    case Metric::kLatency:
      return static_cast<double>(result.latency.count());
    case Metric::kThroughput:
      return result.throughput_per_s;
    case Metric::kEnergy:
      return static_cast<double>(result.energy_pj);
    case Metric::kArea:
      return square_millimetres(result.area);
  }
  throw InternalError("no such metric");
}

double cost_of(Metric metric, double value) {
  return metric == Metric::kThroughput ? 1 / value : value;
}

MetricLimit read_limit(const YamlValue& at) {
  const std::string text = at.as_name();
  const std::size_t sign = text.find_first_of("<>");
  if (sign == std::string::npos || text.substr(sign + 1, 1) != "=") {
    throw at.error(fmt::format("got {}, expected METRIC <= LIMIT or METRIC >= LIMIT, as in {}",
                               memplace::quoted(text), "\"area <= 60 mm2\""));
  }
  const std::string_view view = text;
  const std::string_view name = trimmed(view.substr(0, sign));
  const std::string_view limit = trimmed(view.substr(sign + 2));
  MetricLimit found;
  found.at_most = text[sign] == '<';
  found.text = fmt::format("{} {}= {}", name, text[sign], limit);
  for (const Row& row : kRows) {
    if (row.name != name) {
      continue;
    }
    found.metric = row.metric;
    const std::optional<double> value = parse_limit(row.metric, limit);
    if (!value.has_value()) {
      throw at.error(fmt::format("got {}, expected a limit of {} such as \"{}\"",
                                 memplace::quoted(limit), row.name, row.example));
    }
    found.limit = *value;
    return found;
  }
  std::vector<std::string> names;
  names.reserve(kRows.size());
  for (const Row& row : kRows) {
    names.emplace_back(row.name);
  }
  throw at.error(unknown_name_message("metric", name, names));
}

}  // namespace memplace
