// SPDX-License-Identifier: Apache-2.0
// A comparison for other programs: JSON with everything, CSV with one table.
#include <string>
#include <utility>
#include <vector>

#include "report/comparison.h"
#include "report/json_table.h"

namespace memplace {
namespace {

template <class Number>
Json or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json to_json(const OpDifference& op) {
  return {{"step", op.step},
          {"name", op.name},
          {"kind", op.kind},
          {"a_ps", op.a},
          {"b_ps", op.b},
          {"difference_ps", op.difference()},
          {"most_changed", name_of(op.most_changed())},
          {"compute_ps", op.part(TimePart::kCompute)},
          {"dispatch_ps", op.part(TimePart::kDispatch)},
          {"wait_weights_ps", op.part(TimePart::kWaitWeights)},
          {"wait_inputs_ps", op.part(TimePart::kWaitInputs)},
          {"wait_move_ps", op.part(TimePart::kWaitMove)},
          {"wait_output_slot_ps", op.part(TimePart::kWaitOutputSlot)},
          {"queued_ps", op.queued}};
}

Json to_json(const MovedTensor& tensor) {
  return {{"name", tensor.name},
          {"kind", tensor.kind},
          {"bytes", tensor.bytes},
          {"from", tensor.from},
          {"to", tensor.to}};
}

Json to_json(const FetchDifference& fetch) {
  return {{"tensor", fetch.tensor},
          {"a_ahead_ps", or_null(fetch.ahead_a)},
          {"b_ahead_ps", or_null(fetch.ahead_b)},
          {"difference_ps", fetch.waits}};
}

Json to_json(const MovedBytes& row) {
  return {{"from", row.from},
          {"to", row.to},
          {"tensors", row.tensors},
          {"weight_bytes", row.weights},
          {"activation_bytes", row.activations}};
}

Json to_json(const WaitDifference& wait) {
  Json moved = Json::array();
  for (const MovedTensor& tensor : wait.moved) {
    moved.push_back(to_json(tensor));
  }
  return {{"op", wait.op},
          {"waits_for", name_of(wait.part)},
          {"difference_ps", wait.difference},
          {"queued_ps", wait.queued},
          {"moved", std::move(moved)}};
}

// One number of both sides, null where a side has no such memory.
template <class Number>
void add_pair(Json& json, const std::string& unit, const MemoryDifference& row,
              Number ReportedMemory::*number) {
  json["a_" + unit] = row.a ? Json(*row.a.*number) : Json(nullptr);
  json["b_" + unit] = row.b ? Json(*row.b.*number) : Json(nullptr);
}

Json to_json(const MemoryDifference& row) {
  Json json{{"name", row.name}};
  add_pair(json, "busy_ps", row, &ReportedMemory::busy);
  add_pair(json, "utilisation", row, &ReportedMemory::utilisation);
  add_pair(json, "read_bytes", row, &ReportedMemory::read);
  add_pair(json, "written_bytes", row, &ReportedMemory::written);
  add_pair(json, "moved_in_bytes", row, &ReportedMemory::moved_in);
  add_pair(json, "moved_out_bytes", row, &ReportedMemory::moved_out);
  add_pair(json, "bytes_per_second", row, &ReportedMemory::bytes_per_second);
  add_pair(json, "peak_bytes", row, &ReportedMemory::peak);
  add_pair(json, "energy_pj", row, &ReportedMemory::energy_pj);
  return json;
}

// The conversions above, for rows_to_json().
constexpr auto kDifferenceToJson = [](const auto& row) { return to_json(row); };

Json figures_of_side(const SimulationReport& report) {
  return {{"workload", report.workload},
          {"chip", report.chip},
          {"latency_ps", report.latency},
          {"makespan_ps", report.makespan},
          {"first_inference_ps", report.first_inference},
          {"drain_ps", report.drain},
          {"throughput_per_s", or_null(report.throughput_per_s)},
          {"feasible", report.feasible},
          {"epsilon", report.epsilon},
          {"load_bytes", report.load_bytes},
          {"load_ps", report.load}};
}

Json differences(const Comparison& comparison) {
  const SimulationReport& a = comparison.a;
  const SimulationReport& b = comparison.b;
  return {{"latency_ps", b.latency - a.latency},
          {"makespan_ps", b.makespan - a.makespan},
          {"first_inference_ps", comparison.first_inference()},
          {"drain_ps", comparison.drain()}};
}

Json side_to_json(const SimulationReport& report) {
  Json json = figures_of_side(report);
  json["mode"] = to_json(report.mode);
  json["again"] = report.header.again;
  return json;
}

}  // namespace

Json to_json(const Comparison& comparison) {
  Json json = begin_json(comparison.header);
  json["a"] = side_to_json(comparison.a);
  json["b"] = side_to_json(comparison.b);
  json["difference"] = differences(comparison);
  json["speedup"] = or_null(times_faster(comparison.a.latency, comparison.b.latency));
  json["different_networks"] = or_null(comparison.different_networks);
  json["ops"] = rows_to_json(comparison.ops, kDifferenceToJson);
  json["waits"] = rows_to_json(comparison.waits, kDifferenceToJson);
  json["fetches"] = rows_to_json(comparison.fetches, kDifferenceToJson);
  json["memories"] = rows_to_json(comparison.memories, kDifferenceToJson);
  json["moved"] = rows_to_json(comparison.moved, kDifferenceToJson);
  json["transitions"] = rows_to_json(comparison.transitions, kDifferenceToJson);
  return json;
}

std::string to_csv(const Comparison& comparison, ComparisonTable table) {
  switch (table) {
    case ComparisonTable::kOps:
      return rows_to_csv(comparison.ops, kDifferenceToJson);
    case ComparisonTable::kWaits: {
      return rows_to_csv(comparison.waits, [](const WaitDifference& wait) {
        Json row = kDifferenceToJson(wait);
        row.erase("moved");
        return row;
      });
    }
    case ComparisonTable::kMemories:
      return rows_to_csv(comparison.memories, kDifferenceToJson);
    case ComparisonTable::kMoved:
      return rows_to_csv(comparison.moved, kDifferenceToJson);
    case ComparisonTable::kFetches:
      return rows_to_csv(comparison.fetches, kDifferenceToJson);
    case ComparisonTable::kSummary:
      break;
  }
  Json rows = Json::array();
  for (const auto& [side, report] :
       {std::pair{"a", &comparison.a}, std::pair{"b", &comparison.b}}) {
    Json row{{"side", side}};
    row.update(figures_of_side(*report));
    rows.push_back(std::move(row));
  }
  return json_rows_to_csv(rows);
}

}  // namespace memplace
