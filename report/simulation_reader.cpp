// SPDX-License-Identifier: Apache-2.0
// A simulation's report read back from its JSON. Nothing in the file is trusted.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/int128.h"
#include "base/schema.h"
#include "base/utf8.h"
#include "report/simulation_report.h"

namespace memplace {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;  // of any number, so that differences fit

// A value inside the file, with its path for messages.
class Value {
 public:
  Value(const Json& json, const std::string& source, std::string path)
      : json_(json), source_(source), path_(std::move(path)) {}

  Error error(const std::string& message) const {
    return Error(fmt::format("{}: {}{}{}", source_, path_, path_.empty() ? "" : ": ", message));
  }

  bool has(const char* key) const { return json_.is_object() && json_.contains(key); }

  Value at(const std::string& key) const {
    if (!json_.is_object()) {
      throw unexpected("an object");
    }
    const std::string path = path_.empty() ? key : path_ + '.' + key;
    const auto found = json_.find(key);
    if (found == json_.end()) {
      throw Error(fmt::format("{}: {}: missing", source_, path));
    }
    return {*found, source_, path};
  }

  std::vector<Value> items() const {
    if (!json_.is_array()) {
      throw unexpected("a list");
    }
    std::vector<Value> items;
    items.reserve(json_.size());
    for (std::size_t i = 0; i < json_.size(); ++i) {
      items.emplace_back(json_[i], source_, fmt::format("{}[{}]", path_, i));
    }
    return items;
  }

  const Json& object() const {
    if (!json_.is_object()) {
      throw unexpected("an object");
    }
    return json_;
  }

  bool is_null() const { return json_.is_null(); }

  std::string text() const {
    if (!json_.is_string()) {
      throw unexpected("a string");
    }
    auto text = json_.get<std::string>();
    if (has_ascii_control(text)) {
      throw unexpected("a string without control characters");
    }
    return text;
  }

  bool flag() const {
    if (!json_.is_boolean()) {
      throw unexpected("true or false");
    }
    return json_.get<bool>();
  }

  std::int64_t integer(std::int64_t least = 0, std::int64_t most = kMost) const {
    const bool fits = json_.is_number_integer() &&
                      (!json_.is_number_unsigned() ||
                       json_.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMost));
    if (!fits || json_.get<std::int64_t>() < least || json_.get<std::int64_t>() > most) {
      throw unexpected(fmt::format("a whole number from {} to {}", least, most));
    }
    return json_.get<std::int64_t>();
  }
  Picoseconds time() const { return Picoseconds(integer()); }
  Bytes bytes() const { return Bytes(integer()); }
  std::size_t index() const { return static_cast<std::size_t>(integer()); }

  double number() const {
    if (!json_.is_number() || !std::isfinite(json_.get<double>()) || json_.get<double>() < 0) {
      throw unexpected("a number of at least 0");
    }
    return json_.get<double>();
  }

 private:
  Error unexpected(const std::string& expected) const {
    std::string found = "a list";
    if (json_.is_string()) {
      found = memplace::quoted(json_.get_ref<const std::string&>());
    } else if (json_.is_object()) {
      found = "an object";
    } else if (!json_.is_array()) {
      found = one_line(json_);
    }
    return error(fmt::format("got {}, expected {}", found, expected));
  }

  const Json& json_;
  const std::string& source_;
  std::string path_;
};

std::vector<std::string> read_texts(const Value& list) {
  std::vector<std::string> texts;
  for (const Value& item : list.items()) {
    texts.push_back(item.text());
  }
  return texts;
}

ReportedOrigin read_origin(const Value& value) {
  return value.has("origin") ? ReportedOrigin(read_texts(value.at("origin"))) : std::nullopt;
}

// A name, or null.
std::optional<std::string> read_name(const Value& value) {
  return value.is_null() ? std::nullopt : std::optional(value.text());
}

ReportedOp read_op(const Value& value) {
  ReportedOp op;
  op.name = value.at("name").text();
  op.kind = value.at("kind").text();
  op.tiles = value.at("tiles").integer();
  op.split = value.at("split").text();
  op.engines = value.at("engines").integer();
  op.macs = value.at("macs").integer();
  op.cycles = Cycles(value.at("cycles").integer());
  op.timing.start = value.at("start_ps").time();
  op.timing.end = value.at("end_ps").time();
  op.timing.compute = value.at("compute_ps").time();
  op.timing.dispatch = value.at("dispatch_ps").time();
  op.timing.wait_weights = value.at("wait_weights_ps").time();
  op.timing.wait_inputs = value.at("wait_inputs_ps").time();
  op.timing.wait_move = value.at("wait_move_ps").time();
  op.timing.wait_output_slot = value.at("wait_output_slot_ps").time();
  op.timing.queued = value.at("queued_ps").time();
  op.weights = read_name(value.at("weights"));
  op.inputs = read_texts(value.at("inputs"));
  op.outputs = read_texts(value.at("outputs"));
  op.origin = read_origin(value);
  return op;
}

ReportedMemory read_memory(const Value& value) {
  ReportedMemory memory;
  memory.name = value.at("name").text();
  memory.instances = static_cast<std::size_t>(value.at("instances").integer(1));
  memory.busy = value.at("busy_ps").time();
  memory.utilisation = value.at("utilisation").number();
  memory.read = value.at("read_bytes").bytes();
  memory.written = value.at("written_bytes").bytes();
  memory.moved_in = value.at("moved_in_bytes").bytes();
  memory.moved_out = value.at("moved_out_bytes").bytes();
  memory.bytes_per_second = value.at("bytes_per_second").integer();
  memory.peak = value.at("peak_bytes").bytes();
  memory.final_bytes = value.at("final_bytes").bytes();
  memory.capacity = value.at("capacity_bytes").bytes();
  memory.energy_pj = value.at("energy_pj").integer();
  return memory;
}

ReportedTensor read_tensor(const Value& value) {
  ReportedTensor tensor;
  tensor.name = value.at("name").text();
  tensor.kind = value.at("kind").text();
  tensor.bytes = value.at("bytes").bytes();
  tensor.asked = value.at("asked").text();
  tensor.given = value.at("given").text();
  tensor.fetched_to = read_name(value.at("fetched_to"));
  tensor.storage = value.at("storage").text();
  tensor.lifetime = {value.at("begin_step").index(), value.at("end_step").index()};
  tensor.read = value.at("read_bytes").bytes();
  tensor.written = value.at("written_bytes").bytes();
  tensor.transfer = value.at("transfer_ps").time();
  tensor.origin = read_origin(value);
  return tensor;
}

ReportedMove read_move(const Value& value) {
  return {value.at("tensor").text(),
          value.at("from").text(),
          value.at("to").text(),
          value.at("bytes").bytes(),
          read_name(value.at("after")),
          value.at("first_op").text(),
          {value.at("begin_ps").time(), value.at("end_ps").time(), value.at("waited_ps").time()}};
}

ReportedDemotion read_demotion(const Value& value) {
  ReportedDemotion demotion{value.at("tensor").text(),
                            value.at("bytes").bytes(),
                            value.at("asked").text(),
                            value.at("given").text(),
                            {}};
  for (const Value& why : value.at("refusals").items()) {
    ReportedRefusal refusal{why.at("memory").text(),
                            why.at("reason").text(),
                            why.at("step").index(),
                            why.at("op").text(),
                            why.at("asked_bytes").bytes(),
                            why.at("free_bytes").bytes(),
                            {}};
    for (const Value& holder : why.at("holders").items()) {
      refusal.holders.emplace_back(holder.at("tensor").text(), holder.at("bytes").bytes());
    }
    demotion.refusals.push_back(std::move(refusal));
  }
  return demotion;
}

Roofline read_roofline(const Value& value) {
  return {value.at("name").text(), value.at("kind").text(), value.at("bound_ps").time()};
}

ReportedBandwidth read_bandwidth(const Value& value) {
  return {value.at("memory").text(), Bandwidth(value.at("read_bytes_per_second").integer(1)),
          Bandwidth(value.at("write_bytes_per_second").integer(1))};
}

OpSpan read_span(const Value& value) {
  return {value.at("op").index(),      value.at("lane").text(),   value.at("memory").text(),
          value.at("begin_ps").time(), value.at("end_ps").time(), value.at("busy_ps").time(),
          value.at("bytes").bytes()};
}

ReportedAddress read_address(const Value& value) {
  return {value.at("tensor").text(),
          value.at("memory").text(),
          value.at("offset_bytes").bytes(),
          value.at("bytes").bytes(),
          {value.at("begin_step").index(), value.at("end_step").index()}};
}

template <class Row>
std::vector<Row> read_rows(const Value& list, Row (*read)(const Value&)) {
  std::vector<Row> rows;
  for (const Value& item : list.items()) {
    rows.push_back(read(item));
  }
  return rows;
}

SimulationDetails read_details(const Value& value) {
  return {value.at("peak_macs_per_second").number(),
          read_rows(value.at("bandwidths"), read_bandwidth),
          read_rows(value.at("spans"), read_span), read_rows(value.at("addresses"), read_address)};
}

// The names of rows, each of which stands once.
template <class Row>
std::set<std::string> names_of(const Value& list, const std::vector<Row>& rows) {
  std::set<std::string> names;
  for (const Row& row : rows) {
    if (!names.insert(row.name).second) {
      throw list.error(fmt::format("{} stands there twice", memplace::quoted(row.name)));
    }
  }
  return names;
}

void check_known(const Value& place, const std::set<std::string>& known, const std::string& name,
                 const char* kind) {
  if (known.count(name) == 0) {
    throw place.error(fmt::format("{} is no {} of this result", memplace::quoted(name), kind));
  }
}

void check_details(const Value& details, const SimulationDetails& read,
                   const std::set<std::string>& memories, const std::set<std::string>& tensors,
                   std::size_t ops) {
  for (const ReportedBandwidth& row : read.bandwidths) {
    check_known(details.at("bandwidths"), memories, row.memory, "memory");
  }
  for (const OpSpan& row : read.spans) {
    if (row.op >= ops) {
      throw details.at("spans").error(fmt::format("op {} of {}", row.op, ops));
    }
    if (!row.memory.empty()) {
      check_known(details.at("spans"), memories, row.memory, "memory");
    }
  }
  for (const ReportedAddress& row : read.addresses) {
    check_known(details.at("addresses"), memories, row.memory, "memory");
    check_known(details.at("addresses"), tensors, row.tensor, "tensor");
  }
}

// Each name stands for something, and times and bytes add up.
void check_consistent(const Value& root, const SimulationReport& report) {
  const Value ops = root.at("ops");
  const Value tensors = root.at("tensors");
  names_of(ops, report.ops);
  const auto memory_names = names_of(root.at("memories"), report.memories);
  const auto tensor_names = names_of(tensors, report.tensors);
  Uint128 bytes = 0;
  for (const ReportedTensor& tensor : report.tensors) {
    check_known(tensors, memory_names, tensor.asked, "memory");
    check_known(tensors, memory_names, tensor.given, "memory");
    if (tensor.fetched_to) {
      check_known(tensors, memory_names, *tensor.fetched_to, "memory");
    }
    check_known(tensors, tensor_names, tensor.storage, "tensor");
    bytes += static_cast<Uint128>(tensor.bytes.count());
  }
  auto time = static_cast<Uint128>(report.drain.count());
  for (const ReportedOp& op : report.ops) {
    for (const auto* const names : {&op.inputs, &op.outputs}) {
      for (const std::string& name : *names) {
        check_known(ops, tensor_names, name, "tensor");
      }
    }
    if (op.weights) {
      check_known(ops, tensor_names, *op.weights, "tensor");
    }
    for (const Picoseconds part :
         {op.timing.compute, op.timing.dispatch, op.timing.wait_weights, op.timing.wait_inputs,
          op.timing.wait_move, op.timing.wait_output_slot}) {
      time += static_cast<Uint128>(part.count());
    }
  }
  if (report.details) {
    check_details(root.at("details"), *report.details, memory_names, tensor_names,
                  report.ops.size());
  }
  if (bytes > static_cast<Uint128>(kMost)) {
    throw tensors.error(fmt::format("more than {} bytes in all", kMost));
  }
  if (time != static_cast<Uint128>(report.first_inference.count())) {
    throw root.error(
        "damaged: the parts of its ops and drain_ps do not add up to first_inference_ps");
  }
}

// Where each op stands in the schedule.
std::map<std::string, std::size_t> steps_of(const SimulationReport& report) {
  std::map<std::string, std::size_t> steps;
  for (std::size_t i = 0; i < report.ops.size(); ++i) {
    steps[report.ops[i].name] = i;
  }
  return steps;
}

void check_move(const Value& moves, const ReportedMove& move, const ReportedTensor* tensor,
                const std::map<std::string, std::size_t>& steps) {
  const std::string name = memplace::quoted(move.tensor);
  const auto first = steps.find(move.first_op);
  if (tensor == nullptr) {
    throw moves.error(name + " is no tensor of this result that is fetched");
  }
  if (tensor->given != move.from || tensor->fetched_to != move.to || tensor->bytes != move.bytes) {
    throw moves.error(name + " moves otherwise than its row in tensors says");
  }
  const auto after = move.after ? steps.find(*move.after) : first;
  if (first == steps.end() || after == steps.end()) {
    throw moves.error(name + " waits for, or is read by, what is no op of this result");
  }
  if (move.after && after->second >= first->second) {
    throw moves.error(name + " is fetched after the op that reads it");
  }
  if (move.timing.begin > move.timing.end) {
    throw moves.error(name + " ends before it begins");
  }
}

// Bytes that moves read from and write to a memory in the whole run.
using MovedSums = std::map<std::string, std::pair<Uint128, Uint128>>;

void check_moved_bytes(const Value& moves, const SimulationReport& report, const MovedSums& sums) {
  const Uint128 runs =
      static_cast<Uint128>(report.mode.streams) * static_cast<Uint128>(report.mode.inferences);
  for (const ReportedMemory& memory : report.memories) {
    const auto found = sums.find(memory.name);
    const auto [out, in] = found == sums.end() ? MovedSums::mapped_type{} : found->second;
    if (out * runs != static_cast<Uint128>(memory.moved_out.count()) ||
        in * runs != static_cast<Uint128>(memory.moved_in.count())) {
      throw moves.error(
          fmt::format("damaged: its bytes are not those that memory {} says were moved",
                      memplace::quoted(memory.name)));
    }
  }
}

// Moves are those of the tensors that are fetched, and what was waited for them adds up.
void check_moves(const Value& moves, const SimulationReport& report) {
  const std::map<std::string, std::size_t> steps = steps_of(report);
  std::map<std::string, const ReportedTensor*> fetched;
  for (const ReportedTensor& tensor : report.tensors) {
    if (tensor.fetched_to && tensor.storage == tensor.name) {
      fetched[tensor.name] = &tensor;
    }
  }
  std::set<std::string> seen;
  MovedSums sums;
  Uint128 waited = 0;
  for (const ReportedMove& move : report.moves) {
    const auto tensor = fetched.find(move.tensor);
    check_move(moves, move, tensor == fetched.end() ? nullptr : tensor->second, steps);
    if (!seen.insert(move.tensor).second) {
      throw moves.error(memplace::quoted(move.tensor) + " stands there twice");
    }
    sums[move.from].first += static_cast<Uint128>(move.bytes.count());
    sums[move.to].second += static_cast<Uint128>(move.bytes.count());
    waited += static_cast<Uint128>(move.timing.waited.count());
  }
  if (seen.size() != fetched.size()) {
    throw moves.error("a tensor is fetched that has no move");
  }
  for (const ReportedOp& op : report.ops) {
    waited -= static_cast<Uint128>(op.timing.wait_move.count());
  }
  if (waited != 0) {
    throw moves.error("damaged: waited_ps do not add up to the wait_move_ps of ops");
  }
  check_moved_bytes(moves, report, sums);
}

// Settings are plain values or lists of them, so that what handles them need not go deep.
Json read_config(const Value& config) {
  for (const auto& [key, value] : config.object().items()) {
    const bool plain_list =
        value.is_array() && std::none_of(value.begin(), value.end(),
                                         [](const Json& item) { return item.is_structured(); });
    if (value.is_structured() && !plain_list) {
      throw config.error(fmt::format("{} is no setting", memplace::quoted(key)));
    }
  }
  return config.object();
}

RunHeader read_header(const Value& root, std::string_view version) {
  if (!root.has("memplace_version") || !root.has("command")) {
    throw root.error("no result of memplace simulate --format json");
  }
  RunHeader header;
  header.version = root.at("memplace_version").text();
  header.command = root.at("command").text();
  if (header.command != "simulate") {
    throw root.error(fmt::format("a result of memplace {}, expected one of memplace simulate",
                                 printable(header.command)));
  }
  if (header.version != version) {
    throw root.error(fmt::format("written by memplace {}, and this is {}; run it again: {}",
                                 printable(header.version), version,
                                 root.has("again") ? printable(root.at("again").text()) : ""));
  }
  if (root.has("schema_version")) {  // older results do not name it
    static_cast<void>(root.at("schema_version").integer(kSchemaVersion, kSchemaVersion));
  }
  header.config = read_config(root.at("config"));
  header.again = root.at("again").text();
  if (root.has("warnings")) {
    header.warnings = read_texts(root.at("warnings"));
  }
  return header;
}

}  // namespace

SimulationReport read_simulation_report(const Json& json, const std::string& source,
                                        std::string_view version) {
  const Value root(json, source, "");
  SimulationReport report;
  report.header = read_header(root, version);
  report.workload = root.at("workload").text();
  report.chip = root.at("chip").text();
  const Value mode = root.at("mode");
  report.mode = {mode.at("streams").integer(1), mode.at("engines_per_stream").integer(1),
                 mode.at("inferences").integer(1)};
  report.latency = root.at("latency_ps").time();
  report.makespan = root.at("makespan_ps").time();
  report.drain = root.at("drain_ps").time();
  report.first_inference = root.at("first_inference_ps").time();
  if (root.has("throughput_per_s")) {
    report.throughput_per_s = root.at("throughput_per_s").number();
  }
  report.feasible = root.at("feasible").flag();
  report.epsilon = root.at("epsilon").number();
  report.load_bytes = root.at("load_bytes").bytes();
  report.load = root.at("load_ps").time();
  report.rooflines = read_rows(root.at("rooflines"), read_roofline);
  report.demoted = read_rows(root.at("demoted"), read_demotion);
  report.ops = read_rows(root.at("ops"), read_op);
  report.memories = read_rows(root.at("memories"), read_memory);
  report.tensors = read_rows(root.at("tensors"), read_tensor);
  report.moves = read_rows(root.at("moves"), read_move);
  if (root.has("details")) {
    report.details = read_details(root.at("details"));
  }
  check_consistent(root, report);
  check_moves(root.at("moves"), report);
  return report;
}

}  // namespace memplace
