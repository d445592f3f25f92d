// SPDX-License-Identifier: Apache-2.0
// allocate: offsets for buffers in one memory.
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/quantity_text.h"
#include "cli/commands.h"
#include "cli/setup.h"
#include "report/allocation_picture.h"
#include "sim/allocation/allocation_csv.h"
#include "sim/allocation/solver.h"
#include "sim/allocation/validator.h"

namespace memplace {
namespace {

constexpr std::int64_t kDefaultSeconds = 60;
constexpr std::int64_t kMostSeconds = 1'000'000;

Bytes capacity_of(const Arguments& arguments) {
  const std::string text = arguments.required("--capacity");
  if (const auto bytes = parse_bytes(text); bytes && bytes->count() <= kMostAllocationBytes) {
    return *bytes;
  }
  if (text.find_first_not_of("0123456789") != std::string::npos) {
    throw arguments.error(fmt::format(
        "--capacity: got \"{}\", expected a whole number or a size such as \"24 MiB\"", text));
  }
  return Bytes(*arguments.integer("--capacity", 0, kMostAllocationBytes));
}

AllocationLimits limits_of(const Arguments& arguments) {
  const std::int64_t seconds =
      arguments.integer("--time", 0, kMostSeconds).value_or(kDefaultSeconds);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  AllocationLimits limits;
  limits.most_nodes = arguments.integer("--nodes", 0, std::numeric_limits<std::int64_t>::max())
                          .value_or(limits.most_nodes);
  limits.stop = [end] { return std::chrono::steady_clock::now() >= end; };
  return limits;
}

std::string summary(const AllocationProblem& problem, const AllocationResult& result,
                    bool minimize) {
  const Bytes reached = peak(problem, result.allocation);
  std::string text = fmt::format("buffers      {}\n", problem.buffers.size());
  if (!minimize) {
    text += fmt::format("capacity     {}\n", problem.capacity.count());
  }
  text += fmt::format("peak         {}\nlower bound  {}{}\n", reached.count(), result.bound.count(),
                      reached == result.bound ? " (the peak is the least)" : "");
  return text + fmt::format("method       {}\nnodes        {}\n", result.method, result.nodes);
}

Json summary_json(const AllocationProblem& problem, const AllocationResult& result, bool minimize) {
  Json json{{"buffers", problem.buffers.size()}};
  if (!minimize) {
    json["capacity"] = problem.capacity;
  }
  json["peak"] = peak(problem, result.allocation);
  json["lower_bound"] = result.bound;
  json["method"] = result.method;
  json["nodes"] = result.nodes;
  Json& rows = json["allocation"] = Json::array();
  for (std::size_t i = 0; i < problem.buffers.size(); ++i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    rows.push_back({{"id", buffer.id},
                    {"lower", buffer.lower},
                    {"upper", buffer.upper},
                    {"size", buffer.size},
                    {"offset", result.allocation.offsets[i]}});
  }
  return json;
}

// What is wrong with offsets that were given.
std::string fault(const AllocationProblem& problem, const Allocation& given,
                  const AllocationValidation& found) {
  const auto text = [&](std::size_t i) {
    const AllocationBuffer& buffer = problem.buffers[i];
    return fmt::format("{} (bytes {} to {}, times {} to {})", memplace::quoted(buffer.id),
                       given.offsets[i].count(), (given.offsets[i] + buffer.size).count(),
                       buffer.lower, buffer.upper);
  };
  switch (found.violation) {
    case AllocationViolation::kMoved:
      return fmt::format("{} is not at its fixed offset", text(found.buffer));
    case AllocationViolation::kMisaligned:
      return fmt::format("{} is at no multiple of its alignment, {}", text(found.buffer),
                         problem.buffers[found.buffer].alignment);
    case AllocationViolation::kOverCapacity:
      return fmt::format("{} ends above the capacity of {} bytes", text(found.buffer),
                         problem.capacity.count());
    case AllocationViolation::kOverlap:
      return fmt::format("{} and {} share bytes while both live", text(found.buffer),
                         text(found.other));
    default:
      throw InternalError(std::string(name_of(found.violation)));
  }
}

// Checks the offsets of a file instead of finding some.
AllocationResult checked(const std::string& file, const AllocationTable& table) {
  const AllocationValidation found = validate(table.problem, *table.given);
  if (found.violation != AllocationViolation::kNone) {
    throw InfeasibleFailure(fmt::format("{}: {}", file, fault(table.problem, *table.given, found)));
  }
  return {AllocationStatus::kAllocated, *table.given, lower_bound(table.problem), 0, "given"};
}

// Why there is no allocation to write.
std::string failure(const std::string& file, const AllocationProblem& problem,
                    const AllocationResult& result) {
  AllocationProblem roomy = problem;
  roomy.capacity = Bytes(kMostAllocationBytes);
  if (const AllocationValidation found = validate(roomy, result.allocation);
      found.violation == AllocationViolation::kOverlap) {  // of two that are fixed
    return fmt::format("{}: infeasible: {}", file, fault(problem, result.allocation, found));
  }
  const std::string what = fmt::format("{}: {} buffers in {} bytes: ", file, problem.buffers.size(),
                                       problem.capacity.count());
  if (result.status == AllocationStatus::kInfeasible) {
    return what + fmt::format("infeasible, proven by {} ({} nodes); at least {} bytes are needed",
                              result.method, result.nodes, result.bound.count());
  }
  return what + fmt::format(
                    "nothing found within the limits ({} nodes), and not proven infeasible; the "
                    "best found needs {} bytes, the lower bound is {}",
                    result.nodes, peak(problem, result.allocation).count(), result.bound.count());
}

}  // namespace

void declare_allocate(Arguments& arguments) {
  arguments.add_positional("FILE", "buffers (.csv): id,lower,upper,size", files_ending({".csv"}));
  arguments.add_value("--capacity", "SIZE", "bytes there are: 1048576, 1 MiB");
  arguments.add_flag("--minimize", "find the least capacity instead");
  arguments.add_value(
      "--memory", "MEMORY",
      "the rows of that memory alone, as simulate\n--addresses writes them; offsets there are\n"
      "checked");
  arguments.add_value("--time", "S", "seconds of search; 60");
  arguments.add_value("--nodes", "N", "placements tried by the search; no limit");
  arguments.add_flag("--picture", "draw addresses over time");
  arguments.add_choice("--format", "FORMAT", "{}", std::array<std::string, 2>{"text", "json"});
  arguments.add_value("-o,--output", "OUT", "file to write (.csv), with offsets",
                      files_ending({".csv"}));
}

void execute_allocate(const Arguments& arguments, const Console& console) {
  const std::string file = arguments.required("FILE");
  const std::optional<std::string> output = arguments.value("--output");
  const bool minimize = arguments.has("--minimize");
  if (minimize && arguments.has("--capacity")) {
    throw arguments.error("--capacity and --minimize exclude each other");
  }
  const bool as_json = arguments.choice("--format") == 1;
  if (as_json && arguments.has("--picture")) {
    throw arguments.error("--picture needs --format text");
  }
  const Bytes capacity = minimize ? Bytes(0) : capacity_of(arguments);
  const AllocationLimits limits = limits_of(arguments);
  if (output) {
    check_outputs(arguments, std::array<std::string, 1>{"--output"},
                  std::array<std::string, 1>{"FILE"});
  }
  AllocationTable table = read_allocation_csv(file, arguments.value("--memory"));
  AllocationProblem& problem = table.problem;
  problem.capacity = capacity;
  const AllocationResult result = [&] {
    if (table.given && !minimize) {
      return checked(file, table);
    }
    try {
      return minimize ? minimize_allocation(problem, limits) : solve_allocation(problem, limits);
    } catch (const Error& mistake) {
      throw Error(fmt::format("{}: {}", printable(file), mistake.what()));
    }
  }();
  if (result.status != AllocationStatus::kAllocated) {
    throw InfeasibleFailure(failure(file, problem, result));
  }
  if (output) {
    write_file(*output, write_allocation_csv(table, result.allocation));
  }
  const auto say = [&](const std::string& text) {
    deliver_beside(console, std::array{output}, text);
  };
  if (as_json) {
    say(pretty(summary_json(problem, result, minimize)));
    return;
  }
  const std::string picture =
      arguments.has("--picture") ? '\n' + draw_allocation(problem, result.allocation) : "";
  say(summary(problem, result, minimize) + picture);
}

}  // namespace memplace
