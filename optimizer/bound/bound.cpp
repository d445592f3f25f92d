// SPDX-License-Identifier: Apache-2.0
#include "optimizer/bound/bound.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/stopping.h"
#include "optimizer/bound/chain.h"
#include "optimizer/bound/cut_search.h"
#include "optimizer/bound/linear_solver.h"
#include "optimizer/bound/price_search.h"
#include "optimizer/bound/relaxed_program.h"
#include "optimizer/bound/room.h"

namespace memplace {
namespace bound {
namespace {

// Names of families, in the order in which they are added.
constexpr const char* kCompute = "compute";
constexpr const char* kChannels = "channels";
constexpr std::array<const char*, kPathRules> kRules{"data", "slots", "prefetch", "queues"};
constexpr const char* kChain = "chain";

constexpr double kIntegerGap = 1e-4;
// Later than any program ends.
constexpr Time kUnknownLatency = (Time{1} << 62) + 1;

// Where prices start without a linear program: a byte is worth half of what the slowest memory's
// channel takes for it.
RoomPrices prices_of_channels(const RelaxedProgram& relaxed, const Room& room) {
  RoomPrices prices(room);
  const Program& program = relaxed.program();
  const MemoryInstances slowest =
      instances_of(program.chip().memories[program.chip().slowest()], program.mode());
  const double a_byte = 1e12 / static_cast<double>(slowest.read_bandwidth.count());
  const double a_step = a_byte / 2 / static_cast<double>(room.schedule_steps());
  for (std::size_t r = 0; r < prices.rows(); ++r) {
    prices.set_per_byte(r, a_step);
  }
  return prices;
}

class Prover {
 public:
  Prover(const Program& program, const BoundRequest& request)
      : request_(request),
        relaxed_(program),
        room_(program),
        allowed_(allowed_by(program.problem)),
        best_(request.known) {}

  // What is proven by then, where it is stopped.
  Bound prove(const StopScope& scope) {
    try {
      prove_all();
    } catch (const Stopped&) {
      if (!scope.stopped()) {
        throw;
      }
      result_.stopped = true;
      if (under_way_ != nullptr) {
        add(under_way_, 0);
      }
    }
    result_.proven = proven_;
    return std::move(result_);
  }

 private:
  void prove_all() {
    add(kCompute, compute_cut(relaxed_).constant);
    RoomPrices prices = prices_of_channels(relaxed_, room_);
    if (const auto solver = make_linear_solver()) {
      prices = relax(*solver, std::move(prices));
    }
    if (relaxed_.steps().empty()) {
      add(kChain, 0);
    } else {
      chain(prices);
    }
  }

  static std::vector<char> allowed_by(const Problem& problem) {
    std::vector<char> allowed;
    for (const TensorId decision : problem.decisions().tensors()) {
      bool some = false;
      for (const MemoryId memory : problem.chip().memories.ids()) {
        allowed.push_back(problem.constraints().allows(decision, memory) ? 1 : 0);
        some = some || allowed.back() != 0;
      }
      if (!some) {
        throw Error("no memory is left for \"" + problem.graph().tensor(decision).name + "\"");
      }
    }
    return allowed;
  }

  void tell(std::string_view family) {
    if (request_.observer != nullptr) {
      request_.observer->on_bound(family, proven_, best_);
    }
  }

  void raise(Time bound) { proven_ = std::max(proven_, Picoseconds(bound)); }

  void add(const char* family, Time bound) {
    under_way_ = nullptr;
    raise(bound);
    result_.families.push_back({family, proven_});
    tell(family);
  }

  Time target() const { return best_ ? best_->count() : kUnknownLatency; }

  // Keeps a mapping that a relaxation would have.
  void propose(const std::vector<std::uint8_t>& memories) {
    if (!seen_.emplace(memories.begin(), memories.end()).second) {
      return;
    }
    const Problem& problem = relaxed_.program().problem;
    Mapping mapping = uniform_mapping(problem, problem.chip().slowest());
    for (std::size_t i = 0; i < memories.size(); ++i) {
      mapping[problem.decisions().tensors()[i]] = MemoryId(memories[i]);
    }
    settle(problem, mapping);
    if (request_.simulate) {
      const Picoseconds latency = request_.simulate(mapping);
      best_ = std::min(best_.value_or(latency), latency);
    }
    result_.mappings.push_back(std::move(mapping));
  }

  // What was proven counts where it is stopped, too.
  Time tighten(CutSearch& cuts, const char* family, std::optional<PathRule> last) {
    under_way_ = family;
    try {
      return cuts.tighten(last, request_.effort.cut_rounds);
    } catch (const Stopped&) {
      raise(cuts.proven());
      throw;
    }
  }

  // The families of the linear relaxation. Returns the prices of room that it ends with.
  RoomPrices relax(LinearSolver& solver, RoomPrices prices) {
    CutSearch cuts(relaxed_, room_, allowed_, solver);
    cuts.add(compute_cut(relaxed_));
    for (Cut& cut : channel_cuts(relaxed_)) {
      cuts.add(std::move(cut));
    }
    add(kChannels, tighten(cuts, kChannels, std::nullopt));
    for (std::size_t rule = 0; rule < kPathRules; ++rule) {
      add(kRules.at(rule), tighten(cuts, kRules.at(rule), static_cast<PathRule>(rule)));
    }
    result_.shares = cuts.shares();
    if (cuts.has_prices()) {
      prices = cuts.prices();
    }
    if (request_.effort.integer_rounds > 0) {
      const IntegerLimits integers{request_.effort.integer_nodes, kIntegerGap};
      const auto outcome = cuts.solve_integers(integers, request_.effort.integer_rounds);
      if (outcome) {
        result_.claimed = Picoseconds(outcome->claimed);
        if (outcome->memories) {
          propose(*outcome->memories);
        }
      }
    }
    return prices;
  }

  // Prices room until the chain's bound is highest, then solves it once more with more labels.
  void chain(const RoomPrices& start) {
    Chain chain(relaxed_, room_);
    PriceSearch search;
    search.rounds = request_.effort.price_rounds;
    search.width = std::max<std::size_t>(request_.effort.width, 1);
    search.target = [this] { return target(); };
    search.on_round = [this](Time bound, const std::vector<std::uint8_t>& memories) {
      raise(bound);
      propose(memories);
      tell(kChain);
    };
    const auto solver = make_linear_solver();
    under_way_ = kChain;
    const PricesFound found = search_prices(chain, room_, start, allowed_, search, solver.get());
    raise(found.bound);
    if (proven_.count() < target()) {
      const std::size_t width = std::max<std::size_t>(request_.effort.last_width, 1);
      raise(bound_of(chain, found.prices, allowed_, width, target()));
    }
    add(kChain, proven_.count());
  }

  const BoundRequest& request_;
  RelaxedProgram relaxed_;
  Room room_;
  std::vector<char> allowed_;
  std::optional<Picoseconds> best_;
  Picoseconds proven_;
  const char* under_way_ = nullptr;  // the family
  std::set<std::string> seen_;       // memories of all decisions
  Bound result_;
};

}  // namespace
}  // namespace bound

Bound prove_bound(const Program& program, const BoundRequest& request) {
  const StopScope scope(request.stop);
  try {
    return bound::Prover(program, request).prove(scope);
  } catch (const Stopped&) {
    if (!scope.stopped()) {
      throw;
    }
    Bound nothing;  // it had not begun
    nothing.stopped = true;
    return nothing;
  }
}

Picoseconds relaxed_time(const Program& program, const Mapping& mapping) {
  const bound::RelaxedProgram relaxed(program);
  if (relaxed.steps().empty()) {
    return Picoseconds(0);
  }
  const bound::Room room(program);
  std::vector<char> allowed(room.decisions() * room.memories(), 0);
  const std::span<const TensorId> decisions = program.problem.decisions().tensors();
  for (std::size_t i = 0; i < room.decisions(); ++i) {
    allowed[i * room.memories() + mapping[decisions[i]].index()] = 1;
  }
  const std::vector<bound::Time> free(allowed.size(), 0);
  const bound::ChainResult result =
      bound::Chain(relaxed, room).solve(free, allowed, 1, bound::kUnknownLatency);
  MEMPLACE_ASSERT(result.memories.has_value(), program.graph().name());
  return Picoseconds(result.least);
}

bool has_linear_solver() { return !bound::linear_solver_name().empty(); }

double gap_of(Picoseconds latency, Picoseconds bound) {
  if (latency == bound) {
    return 0;
  }
  return bound == Picoseconds(0)
             ? std::numeric_limits<double>::infinity()
             : static_cast<double>((latency - bound).count()) / static_cast<double>(bound.count());
}

}  // namespace memplace
