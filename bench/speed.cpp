// SPDX-License-Identifier: Apache-2.0
#include "bench/speed.h"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "bench/crew.h"
#include "bench/moving_crew.h"
#include "optimizer/heuristics/heuristic.h"
#include "sim/event/incremental_walk.h"
#include "sim/event/plan.h"

namespace memplace::bench {
namespace {

// A tenth of the schedule is measured with so much less time than a model.
constexpr double kTimeOfTenth = 0.1;

class EventCounter : public SimObserver {
 public:
  void on_transfer(const TransferEvent& event) override {
    requests += event.bytes > Bytes(0) ? 1 : 0;
  }
  void on_compute(const ComputeEvent& /*event*/) override { ++tiles; }

  std::int64_t tiles = 0;
  std::int64_t requests = 0;
};

// A subject and what its figures are about.
struct Measured {
  Model model = Model::kEvent;
  int threads = 1;
  std::unique_ptr<Crew> crew;
  std::unique_ptr<MovingCrew> moving;  // of a model that moves
};

// What is measured of one program.
class Course {
 public:
  Course(const Program& program, Simulator* systemc, Simulator& event, const SpeedOptions& options)
      : program_(program),
        options_(options),
        event_(event.open(program)),
        native_(apply_heuristic("native", program.problem)),
        typical_(typical_mappings(program)),
        changes_(one_tensor_changes(program)) {
    if (systemc != nullptr) {
      systemc_ = systemc->open(program);
    }
  }

  Speed run() {
    Speed speed;
    speed.workload = program_.graph().name();
    speed.mappings = typical_.size();
    speed.ops = program_.ops.size();
    EventCounter counter;
    event_->run(native_, &counter);
    speed.tiles = counter.tiles;
    speed.requests = counter.requests;
    speed.rates = rates();
    if (has(Model::kEventIncremental)) {
      speed.incremental = incremental();
    }
    if (has(Model::kLearning)) {
      speed.learning = measure_learning(program_.graph(), options_.effort);
    }
    return speed;
  }

 private:
  bool has(Model model) const {
    return std::find(options_.models.begin(), options_.models.end(), model) !=
           options_.models.end();
  }

  std::unique_ptr<Crew> crew(Model model, int threads) const {
    switch (model) {
      case Model::kSystemC:
        return std::make_unique<Crew>(*systemc_, 1, Crew::Way::kLatency, native_, typical_);
      case Model::kEvent:
        return std::make_unique<Crew>(*event_, threads, Crew::Way::kLatency, native_, typical_);
      case Model::kEventIncremental:
      case Model::kSystemCMoving:
      case Model::kEventMoving:
      case Model::kLearning:
        break;
    }
    return std::make_unique<Crew>(*event_, threads, Crew::Way::kLatencyNear, native_, changes_);
  }

  std::vector<Rate> rates() const {
    std::vector<Measured> measured;
    std::vector<Subject> subjects;
    for (const Model model : kModels) {
      for (const int threads : {1, options_.threads}) {
        if (!has(model) || model == Model::kLearning ||
            (threads > 1 && (is_systemc(model) || moves(model))) ||
            (!measured.empty() && measured.back().model == model &&
             measured.back().threads == threads)) {
          continue;
        }
        const std::string name =
            fmt::format("{}/{}/{}", program_.graph().name(), name_of(model), threads);
        measured.push_back({model, threads, nullptr, nullptr});
        Measured& added = measured.back();
        if (moves(model)) {
          added.moving = std::make_unique<MovingCrew>(
              program_, model == Model::kEventMoving ? *event_ : *systemc_);
          subjects.push_back(
              {name, [crew = added.moving.get()](std::int64_t count) { crew->evaluate(count); }});
        } else {
          added.crew = crew(model, threads);
          subjects.push_back(
              {name, [crew = added.crew.get()](std::int64_t count) { crew->evaluate(count); }});
        }
      }
    }
    const std::vector<std::vector<double>> rounds = measure_interleaved(subjects, options_.effort);
    std::vector<Rate> rates;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      Rate rate;
      rate.model = measured[i].model;
      rate.threads = measured[i].threads;
      rate.evaluations_per_second = median(rounds[i]);
      if (rate.threads > 1) {
        // The one before is the same model on one thread.
        std::vector<double> ratios;
        for (std::size_t round = 0; round < rounds[i].size(); ++round) {
          ratios.push_back(rounds[i][round] / rounds[i - 1][round]);
        }
        rate.ratio_to_one_thread = median(std::move(ratios));
      }
      if (measured.front().model == Model::kSystemC) {
        rate.ratio_to_systemc = rate.evaluations_per_second / median(rounds.front());
      }
      rates.push_back(rate);
    }
    return rates;
  }

  std::vector<IncrementalRow> incremental() const {
    const event::Plan plan(program_);
    if (!event::IncrementalWalk::can_walk(plan)) {
      return {};
    }
    event::IncrementalWalk walk(plan);
    walk.rebase(native_);
    std::vector<IncrementalRow> rows;
    std::vector<std::vector<Mapping>> changes;
    for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
      std::vector<Mapping> in_tenth = one_tensor_changes_in_tenth(program_, tenth);
      if (in_tenth.empty()) {
        continue;
      }
      std::vector<double> walked;
      for (const Mapping& mapping : in_tenth) {
        walk.latency(mapping);
        walked.push_back(static_cast<double>(walk.ops_walked()));
      }
      rows.push_back({steps_of_tenth(program_, tenth), in_tenth.size(), 0,
                      static_cast<std::size_t>(median(std::move(walked)))});
      changes.push_back(std::move(in_tenth));
    }
    measure_tenths(changes, rows);
    return rows;
  }

  void measure_tenths(const std::vector<std::vector<Mapping>>& changes,
                      std::vector<IncrementalRow>& rows) const {
    std::vector<std::unique_ptr<Crew>> crews;
    std::vector<Subject> subjects;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const Crew::Way way : {Crew::Way::kLatency, Crew::Way::kLatencyNear}) {
        crews.push_back(std::make_unique<Crew>(*event_, 1, way, native_, changes[i]));
        subjects.push_back(
            {fmt::format("{}/step {}/{}", program_.graph().name(), rows[i].steps.begin,
                         way == Crew::Way::kLatency ? "whole" : "incremental"),
             [crew = crews.back().get()](std::int64_t count) { crew->evaluate(count); }});
      }
    }
    const Effort effort{options_.effort.min_time * kTimeOfTenth, options_.effort.rounds};
    const std::vector<std::vector<double>> rounds = measure_interleaved(subjects, effort);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<double> ratios;
      for (std::size_t round = 0; round < rounds[2 * i].size(); ++round) {
        ratios.push_back(rounds[2 * i + 1][round] / rounds[2 * i][round]);
      }
      rows[i].ratio = median(std::move(ratios));
    }
  }

  const Program& program_;
  const SpeedOptions& options_;
  std::unique_ptr<SimSession> event_;
  std::unique_ptr<SimSession> systemc_;
  Mapping native_;
  std::vector<Mapping> typical_;
  std::vector<Mapping> changes_;
};

}  // namespace

std::string_view name_of(Model model) {
  switch (model) {
    case Model::kSystemC:
      return "systemc";
    case Model::kEvent:
      return "event";
    case Model::kEventIncremental:
      return "event-incremental";
    case Model::kSystemCMoving:
      return "systemc-moving";
    case Model::kEventMoving:
      return "event-moving";
    case Model::kLearning:
      break;
  }
  return "learning";
}

Speed measure_speed(const Program& program, Simulator* systemc, Simulator& event,
                    const SpeedOptions& options) {
  return Course(program, systemc, event, options).run();
}

}  // namespace memplace::bench
