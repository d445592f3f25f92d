// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/egrl.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "optimizer/learning/trained_policy.h"
#include "optimizer/moves/starts.h"
#include "optimizer/search/archive_items.h"
#include "optimizer/search/mapping_hash.h"

namespace memplace {
namespace {

constexpr std::size_t kTurns = 3;

}  // namespace

EgrlStrategy::EgrlStrategy(const StrategyTask& task, EgrlRule rule)
    : task_(task), space_(task), rule_(std::move(rule)), reference_(task.native_cost) {
  const auto trained = task.warm.knowledge.find<const TrainedPolicy>();
  if (trained != nullptr) {
    rule_.shape = trained->shape;
  }
  rule_.shape.memories = task.problem.chip().memories.size();
  std::shared_ptr<const PolicyModel> model;
  if ((rule_.policy || (rule_.evolution && rule_.evolution->policies > 0)) && !space_.empty()) {
    model = std::make_shared<PolicyModel>(task_, space_, rule_.shape, rule_.uniform);
  }
  const std::vector<Proposal> first = starts(task_, rule_.start);
  start_ = first.front().mapping;
  std::vector<float> parameters;
  std::optional<Proposal> zero_shot;
  if (model != nullptr && trained != nullptr) {
    parameters = trained->parameters;
    Rng rng = rollout_rng(task_, 0);
    zero_shot = {Decoder(task_, space_, rule_.decode).likeliest(model->posterior(parameters), rng),
                 "zero-shot"};
  }
  if (rule_.policy && model != nullptr) {
    policy_.emplace(task_, space_, rule_, model, start_, parameters);
  }
  if (rule_.evolution) {
    if (model == nullptr) {
      rule_.evolution->policies = 0;
    }
    evolution_.emplace(task_, space_, *rule_.evolution, first, model, parameters);
  }
  if (rule_.companion != nullptr && !space_.empty()) {
    const double share = rule_.companion_share * static_cast<double>(task_.budget);
    companion_.emplace(task_, *rule_.companion, static_cast<std::uint64_t>(share));
  }
  queue_.refill(first_batch(first, std::move(zero_shot)));
}

// Who was given a policy asks it first, but for where the task says to begin.
std::vector<Proposal> EgrlStrategy::first_batch(const std::vector<Proposal>& starts,
                                                std::optional<Proposal> zero_shot) {
  std::vector<Proposal> batch;
  if (evolution_ && (!zero_shot || task_.warm.init.has_value())) {
    make_generation(batch);
  } else {
    turn_ = Turn::kFirst;
    if (!evolution_) {
      batch = starts;
    }
  }
  if (zero_shot) {
    batch.insert(task_.warm.init.has_value() ? batch.end() : batch.begin(), *std::move(zero_shot));
  }
  return batch;
}

std::vector<Proposal> EgrlStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), task_.problem.graph().name());
  return queue_.ask(room);
}

void EgrlStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    if (reference_ <= 0) {
      reference_ = result.cost;
    }
    const double reward = rule_.fitness.of(result, reference_);
    const std::size_t place = queue_.tell();
    if (turn_ == Turn::kGeneration && place < children_) {
      evolution_->tell(place, result);
    }
    if (turn_ == Turn::kGeneration && place >= children_ && policy_) {
      policy_->tell(place - children_, reward);
    }
    observe(result, reward);
    told_.push_back(result);
  }
  if (queue_.finished()) {
    finish_batch();
  }
}

// Everybody but who asked for it learns of an evaluation here.
void EgrlStrategy::observe(const Evaluated& result, double reward) {
  ++spent_;
  if (evolution_) {
    evolution_->know(result.given);
  }
  if (policy_) {
    policy_->observe(result, reward);
  }
  if (!best_ || result.cost < best_->cost) {
    best_ = CostedMapping{result.given, result.cost};
    if (companion_ && turn_ != Turn::kCompanion) {
      companion_->hear(result);
    }
    if (evolution_ && turn_ == Turn::kCompanion) {
      evolution_->adopt(result);
    }
  }
}

void EgrlStrategy::finish_batch() {
  std::vector<Evaluated> told = std::exchange(told_, {});
  const std::size_t evaluations = told.size();
  if (turn_ == Turn::kCompanion) {
    companion_->tell(std::move(told));
  }
  if (policy_) {
    policy_->learn(evaluations);
  }
  std::vector<Proposal> batch;
  if (!space_.empty()) {
    make_companion_turn(batch);
    if (batch.empty()) {
      make_generation(batch);
    }
  }
  queue_.refill(std::move(batch));
}

// Whose turn it is follows from what was spent: the companion's while it is behind its share.
void EgrlStrategy::make_companion_turn(std::vector<Proposal>& batch) {
  if (!companion_ || !companion_->able()) {
    return;
  }
  const double due = rule_.companion_share * static_cast<double>(spent_) -
                     static_cast<double>(companion_->spent());
  if (due <= 0) {
    return;
  }
  turn_ = Turn::kCompanion;
  batch = companion_->ask(static_cast<std::size_t>(std::ceil(due)));
}

void EgrlStrategy::make_generation(std::vector<Proposal>& batch) {
  turn_ = Turn::kGeneration;
  ++generations_;
  if (evolution_) {
    if (policy_ && rule_.migration > 0 && generations_ % rule_.migration == 0) {
      const std::span<const float> policy = policy_->policy();
      evolution_->migrate({policy.begin(), policy.end()});
    }
    batch = evolution_->next();
  }
  children_ = batch.size();
  // Nobody is there to be imitated or improved in the first generation of an evolution.
  if (policy_ && (!evolution_ || generations_ > 1)) {
    policy_->propose(best_ ? best_->mapping : start_, batch);
  }
}

Knowledge EgrlStrategy::learnt() const {
  Knowledge learnt;
  if (policy_ && !rule_.uniform) {
    const std::span<const float> parameters = policy_->policy();
    learnt.put(std::make_shared<const TrainedPolicy>(
        TrainedPolicy{rule_.shape, {parameters.begin(), parameters.end()}}));
  }
  return learnt;
}

void EgrlStrategy::visit(auto& archive, auto& self) {
  const Problem& problem = self.task_.problem;
  archive.part(self.queue_, problem);
  archive.item_below(self.turn_, kTurns);
  archive.item(self.children_);
  archive.items(self.told_, [&](auto& result) { item(archive, result, problem); });
  archive.optional_item(self.best_, [&](auto& best) { item(archive, best, problem); });
  reference_item(archive, self.reference_, self.task_);
  archive.item(self.generations_);
  archive.item(self.spent_);
  if (self.evolution_) {
    archive.part(*self.evolution_);
  }
  if (self.policy_) {
    archive.part(*self.policy_);
  }
}

bool EgrlStrategy::save(ArchiveWriter& archive) const {
  visit(archive, *this);
  if (companion_) {
    companion_->save(archive);
  }
  return true;
}

void EgrlStrategy::load(ArchiveReader& archive) {
  visit(archive, *this);
  std::vector<Proposal> asked;
  if (companion_) {
    asked = companion_->load(archive);
  }
  check_batch(archive, asked);
}

// Whose batch it is, and how far, has to agree with who takes part. `asked` is what the companion
// waits for.
void EgrlStrategy::check_batch(const ArchiveReader& archive,
                               const std::vector<Proposal>& asked) const {
  const std::span<const Proposal> batch = queue_.batch();
  bool fits = told_.size() == queue_.told() && queue_.finished() == done() &&
              children_ == (evolution_ ? evolution_->children() : 0) &&
              asked.empty() == (turn_ != Turn::kCompanion);
  if (turn_ == Turn::kGeneration && !queue_.finished()) {
    // A policy that was trained before has its say in the first generation, beside the children.
    const std::size_t others = batch.size() - std::min<std::size_t>(children_, batch.size());
    const std::size_t proposed = policy_ ? policy_->proposed() : 0;
    fits = fits && children_ <= batch.size() &&
           (evolution_ && generations_ == 1 ? proposed == 0 && others <= 1 : proposed == others);
  }
  if (turn_ == Turn::kCompanion) {
    fits = fits && std::equal(asked.begin(), asked.end(), batch.begin(), batch.end(),
                              [](const Proposal& a, const Proposal& b) {
                                return a.mapping == b.mapping && a.part == b.part;
                              });
  }
  if (!fits) {
    archive.fail("holds a batch that its parts did not make");
  }
}

}  // namespace memplace
