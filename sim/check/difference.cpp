// SPDX-License-Identifier: Apache-2.0
#include "sim/check/difference.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace memplace {
namespace {

// Events shown before and after a difference.
constexpr std::size_t kNeighbours = 4;

constexpr Picoseconds kNever(std::numeric_limits<std::int64_t>::max());

struct Field {
  const char* name;
  std::int64_t value;
  bool is_time = true;

  std::string text() const {
    return is_time ? nanoseconds(Picoseconds(value)) + " ns" : std::to_string(value);
  }
};

// What an event says beside its key: times first, in the order in which they come.
std::vector<Field> fields_of(const TransferEvent& e) {
  return {{"posted", e.posted.count()},
          {"granted", e.granted.count()},
          {"served", e.served.count()},
          {"arrived", e.arrived.count()},
          {"memory", static_cast<std::int64_t>(e.memory.index()), false},
          {"instance", e.instance, false},
          {"bytes", e.bytes.count(), false}};
}

std::vector<Field> fields_of(const ComputeEvent& e) {
  return {{"ready", e.ready.count()},
          {"weights ready", e.weights_ready.count()},
          {"inputs ready", e.inputs_ready.count()},
          {"slot ready", e.slot_ready.count()},
          {"begin", e.begin.count()},
          {"end", e.end.count()}};
}

std::vector<Field> fields_of(const OpTiming& op) {
  return {{"start", op.start.count()},
          {"end", op.end.count()},
          {"compute", op.compute.count()},
          {"dispatch", op.dispatch.count()},
          {"wait for weights", op.wait_weights.count()},
          {"wait for inputs", op.wait_inputs.count()},
          {"wait for a move", op.wait_move.count()},
          {"wait for an output slot", op.wait_output_slot.count()},
          {"queued", op.queued.count()}};
}

std::vector<Field> fields_of(const MoveTiming& move) {
  return {{"begin", move.begin.count()},
          {"end", move.end.count()},
          {"waited for", move.waited.count()}};
}

std::vector<Field> fields_of(const MemoryActivity& memory) {
  return {{"busy", memory.busy.count()},
          {"bytes read", memory.read.count(), false},
          {"bytes written", memory.written.count(), false}};
}

Picoseconds begin_of(const TransferEvent& e) { return e.posted; }
Picoseconds begin_of(const ComputeEvent& e) { return e.ready; }

// What is different, and when: both models agree on everything before. Of several at one instant,
// the event that began first is the likeliest cause.
struct Finding {
  Picoseconds at = kNever;
  Picoseconds since;
  std::string what;

  void take_earlier(Finding other) {
    if (std::tie(other.at, other.since) < std::tie(at, since)) {
      *this = std::move(other);
    }
  }
};

class Comparison {
 public:
  Comparison(const Program& program, const ModelRun& a, const ModelRun& b)
      : program_(program), a_(a), b_(b) {}

  std::optional<std::string> difference() const {
    Finding first = first_event(a_.events.transfers, b_.events.transfers);
    first.take_earlier(first_event(a_.events.computes, b_.events.computes));
    if (first.at == kNever) {
      first = first_statistic();
    }
    if (first.at != kNever) {
      return fmt::format("{} and {} differ at {} ns: {}\n{}{}", a_.model, b_.model,
                         nanoseconds(first.at), first.what, around(a_, b_, first.at),
                         around(b_, a_, first.at));
    }
    for (const ModelRun* const run : {&a_, &b_}) {
      if (!run->events.came_in_order()) {
        return fmt::format("{} tells of its events out of order\n", run->model);
      }
    }
    return std::nullopt;
  }

 private:
  template <class Event>
  Finding first_event(const std::vector<Event>& a, const std::vector<Event>& b) const {
    Finding first;
    auto in_a = a.begin();
    auto in_b = b.begin();
    while (in_a != a.end() || in_b != b.end()) {
      if (in_b == b.end() || (in_a != a.end() && is_before(*in_a, *in_b))) {
        first.take_earlier(only_in(a_, b_, *in_a++));
      } else if (in_a == a.end() || is_before(*in_b, *in_a)) {
        first.take_earlier(only_in(b_, a_, *in_b++));
      } else {
        if (!(*in_a == *in_b)) {
          first.take_earlier(unequal(*in_a, *in_b));
        }
        ++in_a;
        ++in_b;
      }
    }
    return first;
  }

  template <class Event>
  Finding only_in(const ModelRun& has, const ModelRun& lacks, const Event& event) const {
    return {begin_of(event), begin_of(event),
            fmt::format("{}: only {} has it, {} does not", name(event), has.model, lacks.model)};
  }

  template <class Event>
  Finding unequal(const Event& a, const Event& b) const {
    const std::vector<Field> of_a = fields_of(a);
    const std::vector<Field> of_b = fields_of(b);
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      if (of_a[i].value != of_b[i].value) {
        const Picoseconds at =
            of_a[i].is_time ? Picoseconds(std::min(of_a[i].value, of_b[i].value)) : begin_of(a);
        return {at, std::min(begin_of(a), begin_of(b)), values(name(a), of_a[i], of_b[i])};
      }
    }
    return {};
  }

  std::string name(const TransferEvent& e) const {
    const bool is_operand = e.key.kind == RequestKind::kInput && e.key.operand > 0;
    const std::string operand = is_operand ? fmt::format(" operand {}", e.key.operand) : "";
    return name_of(program_, e) + operand;
  }
  std::string name(const ComputeEvent& e) const { return name_of(program_, e); }

  std::string values(const std::string& of, const Field& a, const Field& b) const {
    return fmt::format("{}: {}: {} by {}, {} by {}", of, a.name, a.text(), a_.model, b.text(),
                       b_.model);
  }

  // Of statistics the first one counts, not the earliest.
  Finding first_statistic() const {
    const SimResult& a = a_.result;
    const SimResult& b = b_.result;
    const Picoseconds last = std::max(a.makespan, b.makespan);
    const auto differ = [&](const std::string& of, const std::vector<Field>& of_a,
                            const std::vector<Field>& of_b, Picoseconds at) -> Finding {
      for (std::size_t i = 0; i < of_a.size(); ++i) {
        if (of_a[i].value != of_b[i].value) {
          return {at, {}, values(of, of_a[i], of_b[i])};
        }
      }
      return {};
    };
    if (a.ops.size() != b.ops.size() || a.memories.size() != b.memories.size() ||
        a.moves.size() != b.moves.size() || a.completions.size() != b.completions.size()) {
      return {last, {}, "results of different length"};
    }
    Finding found;
    for (const OpId id : a.ops.ids()) {
      found.take_earlier(differ("op " + program_.graph().op(id).name, fields_of(a.ops[id]),
                                fields_of(b.ops[id]), std::min(a.ops[id].end, b.ops[id].end)));
    }
    for (std::size_t i = 0; i < a.moves.size(); ++i) {
      found.take_earlier(differ(fmt::format("move {}", i), fields_of(a.moves[i]),
                                fields_of(b.moves[i]), std::min(a.moves[i].end, b.moves[i].end)));
    }
    for (std::size_t i = 0; i < a.completions.size(); ++i) {
      found.take_earlier(differ(
          fmt::format("completion {}", i), {{"time", a.completions[i].count()}},
          {{"time", b.completions[i].count()}}, std::min(a.completions[i], b.completions[i])));
    }
    for (const MemoryId id : a.memories.ids()) {
      found.take_earlier(differ("memory " + program_.chip().memories[id].name,
                                fields_of(a.memories[id]), fields_of(b.memories[id]), last));
    }
    found.take_earlier(differ("run", totals_of(a), totals_of(b), last));
    return found;
  }

  static std::vector<Field> totals_of(const SimResult& r) {
    return {{"latency", r.latency.count()},
            {"makespan", r.makespan.count()},
            {"first inference", r.first_latency.count()},
            {"drain", r.drain.count()}};
  }

  // The last events that begin before `at` in a run and the first that do not; those that the other
  // run has not are marked.
  std::string around(const ModelRun& run, const ModelRun& other, Picoseconds at) const {
    struct Line {
      Picoseconds time;
      std::string text;
    };
    std::vector<std::pair<Picoseconds, const TransferEvent*>> transfers;
    std::vector<std::pair<Picoseconds, const ComputeEvent*>> computes;
    for (const TransferEvent& e : run.events.transfers) {
      transfers.emplace_back(e.granted, &e);
    }
    for (const ComputeEvent& e : run.events.computes) {
      computes.emplace_back(e.begin, &e);
    }
    std::vector<Line> before;
    std::vector<Line> after;
    const auto add = [&](auto& events, const auto& others) {
      const auto by_time = [](const auto& x, const auto& y) { return x.first < y.first; };
      std::stable_sort(events.begin(), events.end(), by_time);
      const auto middle = static_cast<std::size_t>(
          std::partition_point(events.begin(), events.end(),
                               [&](const auto& e) { return e.first < at; }) -
          events.begin());
      const std::size_t begin = middle - std::min(middle, kNeighbours);
      const std::size_t end = std::min(events.size(), middle + kNeighbours + 1);
      for (std::size_t i = begin; i < end; ++i) {
        const auto& event = *events[i].second;
        const auto twin =
            std::lower_bound(others.begin(), others.end(), event,
                             [](const auto& x, const auto& y) { return is_before(x, y); });
        const bool same = twin != others.end() && *twin == event;
        (i < middle ? before : after)
            .push_back({events[i].first, (same ? "  " : "> ") + line(event)});
      }
    };
    add(transfers, other.events.transfers);
    add(computes, other.events.computes);
    const auto by_time = [](const Line& x, const Line& y) { return x.time < y.time; };
    std::stable_sort(before.begin(), before.end(), by_time);
    std::stable_sort(after.begin(), after.end(), by_time);
    before.erase(before.begin(),
                 before.end() - static_cast<std::ptrdiff_t>(std::min(before.size(), kNeighbours)));
    after.resize(std::min(after.size(), kNeighbours + 1));

    std::string text = fmt::format("{}, around it:\n", run.model);
    for (const std::vector<Line>* const lines : {&before, &after}) {
      for (const Line& line : *lines) {
        text += line.text + '\n';
      }
    }
    return text;
  }

  std::string line(const TransferEvent& e) const {
    return fmt::format("{} ({} B, operand {}, instance {})", line_of(program_, e), e.bytes.count(),
                       e.key.operand, e.instance);
  }
  std::string line(const ComputeEvent& e) const {
    return fmt::format("{} (ready {}, weights {}, inputs {}, slot {})", line_of(program_, e),
                       nanoseconds(e.ready), nanoseconds(e.weights_ready),
                       nanoseconds(e.inputs_ready), nanoseconds(e.slot_ready));
  }

  const Program& program_;
  const ModelRun& a_;
  const ModelRun& b_;
};

}  // namespace

std::optional<std::string> first_difference(const Program& program, const ModelRun& a,
                                            const ModelRun& b) {
  return Comparison(program, a, b).difference();
}

}  // namespace memplace
