// SPDX-License-Identifier: Apache-2.0
#include "optimizer/studies/sweep/point.h"

#include <cmath>

#include "optimizer/bound/bound.h"

namespace memplace {
namespace {

Json traffic_json(const std::vector<MemoryTraffic>& traffic) {
  Json memories = Json::object();
  for (const MemoryTraffic& memory : traffic) {
    memories[memory.memory] = {
        {"read_bytes", memory.read}, {"written_bytes", memory.written}, {"busy_ps", memory.busy}};
  }
  return memories;
}

template <class Quantity>
Quantity quantity(const Json& object, const char* key) {
  return Quantity(whole<std::int64_t>(object.at(key)));
}

PointResult read_result(const Json& line) {
  PointResult result;
  result.feasible = line.at("feasible").get<bool>();
  result.epsilon = line.at("epsilon").get<double>();
  result.latency = quantity<Picoseconds>(line, "latency_ps");
  result.makespan = quantity<Picoseconds>(line, "makespan_ps");
  if (!line.at("throughput_per_s").is_null()) {
    result.throughput_per_s = line.at("throughput_per_s").get<double>();
  }
  result.energy_pj = whole<std::int64_t>(line.at("energy_pj"));
  result.area =
      Area(std::llround(line.at("area_mm2").get<double>() * kSquareMicrometresPerSquareMillimetre));
  result.compute = quantity<Picoseconds>(line, "compute_ps");
  result.evaluations = whole<std::uint64_t>(line.at("evaluations"));
  for (const auto& [name, memory] : line.at("traffic").items()) {
    result.traffic.push_back({name, quantity<Bytes>(memory, "read_bytes"),
                              quantity<Bytes>(memory, "written_bytes"),
                              quantity<Picoseconds>(memory, "busy_ps")});
  }
  result.heuristic = line.value("heuristic", std::string());
  if (line.contains("own_latency_ps")) {
    result.own_latency = quantity<Picoseconds>(line, "own_latency_ps");
  }
  result.digits = line.value("digits", std::string());
  if (line.contains("bound_ps")) {
    result.bound = quantity<Picoseconds>(line, "bound_ps");
  }
  return result;
}

SweepPoint read_point(const Json& line) {
  SweepPoint point;
  point.index = whole<std::size_t>(line.at("point"));
  point.hash = line.at("hash").get<std::string>();
  point.workload = line.at("workload").get<std::string>();
  point.chip = line.at("chip").get<std::string>();
  point.parameters = line.at("parameters");
  point.mapping = line.at("mapping").get<std::string>();
  if (line.contains("error")) {
    point.error = line["error"].get<std::string>();
  } else {
    point.result = read_result(line);
  }
  return point;
}

}  // namespace

std::string point_line(const SweepPoint& point) {
  Json line = {{"point", point.index},           {"hash", point.hash},
               {"workload", point.workload},     {"chip", point.chip},
               {"parameters", point.parameters}, {"mapping", point.mapping}};
  if (point.failed()) {
    line["error"] = point.error;
    return one_line(line);
  }
  const PointResult& result = point.result;
  line["feasible"] = result.feasible;
  line["epsilon"] = result.epsilon;
  line["latency_ps"] = result.latency;
  line["makespan_ps"] = result.makespan;
  line["throughput_per_s"] =
      result.throughput_per_s.has_value() ? Json(*result.throughput_per_s) : Json(nullptr);
  line["energy_pj"] = result.energy_pj;
  line["area_mm2"] = square_millimetres(result.area);
  line["compute_ps"] = result.compute;
  line["evaluations"] = result.evaluations;
  if (result.own_latency.has_value()) {
    line["heuristic"] = result.heuristic;
    line["own_latency_ps"] = *result.own_latency;
  }
  line["traffic"] = traffic_json(result.traffic);
  if (!result.digits.empty()) {
    line["digits"] = result.digits;
  }
  if (result.bound.has_value()) {
    line["bound_ps"] = *result.bound;
    line["gap"] = gap_of(result.latency, *result.bound);
  }
  return one_line(line);
}

std::optional<SweepPoint> read_point_line(std::string_view line) {
  const std::optional<Json> json = parse_json(line);
  if (!json.has_value() || !json->is_object()) {
    return std::nullopt;
  }
  try {
    SweepPoint point = read_point(*json);
    return point_line(point) == line ? std::optional(std::move(point)) : std::nullopt;
  } catch (const Json::exception&) {  // a key is missing or of another type
    return std::nullopt;
  }
}

}  // namespace memplace
