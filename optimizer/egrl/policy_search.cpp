// SPDX-License-Identifier: Apache-2.0
#include "optimizer/egrl/policy_search.h"

#include <memory>
#include <optional>
#include <utility>

#include "optimizer/search/mapping_hash.h"

namespace memplace {
namespace {

constexpr std::uint32_t kLearnPurpose = 0x6c726e00;    // "lrn"
constexpr std::uint32_t kRolloutPurpose = 0x726f6c6c;  // "roll"
constexpr std::uint32_t kScreenPurpose = 0x7363726e;   // "scrn"
constexpr std::uint32_t kFirstPurpose = 0x66697273;    // "firs"

// A rollout that is known already is drawn anew so often; after that it is asked all the same.
constexpr int kDraws = 20;

}  // namespace

Rng rollout_rng(const StrategyTask& task, std::uint64_t rollout) {
  return Rng(task.seed, kRolloutPurpose, rollout);
}

PolicySearch::PolicySearch(const StrategyTask& task, const SearchSpace& space, const EgrlRule& rule,
                           std::shared_ptr<const PolicyModel> model, Mapping start,
                           const std::vector<float>& parameters)
    : task_(task),
      space_(space),
      rule_(*rule.policy),
      punish_(rule.fitness.punish),
      uniform_(rule.uniform),
      model_(std::move(model)),
      learner_(make_learner(parameters)),
      decoder_(task, space, rule.decode),
      screening_(task, space, rule_.screening, rule.decode),
      replay_(rule_.replay, rule_.imitated),
      start_(std::move(start)),
      warm_(!parameters.empty()),
      rolled_(parameters.empty() ? 0 : 1) {}

std::shared_ptr<Learner> PolicySearch::make_learner(const std::vector<float>& parameters) const {
  const auto shared = task_.warm.knowledge.find<SharedLearner>();
  if (shared != nullptr && shared->learner != nullptr) {
    return shared->learner;
  }
  Rng rng(task_.seed, kFirstPurpose);
  std::shared_ptr<Learner> learner = rule_.learner(*model_, rng);
  if (!parameters.empty()) {
    learner->set_policy(parameters);
  }
  if (shared != nullptr) {
    shared->learner = learner;
  }
  return learner;
}

void PolicySearch::propose_nothing() {
  rollouts_ = 0;
  trials_.clear();
}

void PolicySearch::propose(const Mapping& parent, std::vector<Proposal>& batch) {
  propose_nothing();
  const Posterior posterior = model_->posterior(learner_->policy());
  add_rollouts(posterior, parent, batch);
  add_screened(posterior, batch);
}

void PolicySearch::add_rollouts(const Posterior& posterior, const Mapping& parent,
                                std::vector<Proposal>& batch) {
  for (; rollouts_ < rule_.rollouts; ++rollouts_) {
    Rng rng = rollout_rng(task_, rolled_++);
    Mapping mapping = decoder_.draw(posterior, parent, rng);
    for (int draw = 0; draw < kDraws && known_.count(mapping_hash(mapping)) > 0; ++draw) {
      mapping = decoder_.draw(posterior, parent, rng);
    }
    known_.insert(mapping_hash(mapping));
    batch.push_back({std::move(mapping), "rollout"});
  }
}

// Near the best mappings, in random turn.
void PolicySearch::add_screened(const Posterior& posterior, std::vector<Proposal>& batch) {
  const std::span<const Experience> elites = replay_.best();
  if (elites.empty() || rule_.screening.screened == 0) {
    return;
  }
  const std::unique_ptr<const Critic> critic = updates_ > 0 ? learner_->critic(*model_) : nullptr;
  for (std::size_t i = 0; i < rule_.screening.screened; ++i) {
    Rng rng(task_.seed, kScreenPurpose, screened_++);
    const Experience& elite = elites[rng.below(elites.size())];
    const Mapping from = model_->actions().mapping(elite.choices, start_);
    std::optional<Screening::Screened> chosen =
        screening_.choose(from, &posterior, model_->actions(), critic.get(), known_, rng);
    if (chosen) {
      known_.insert(mapping_hash(chosen->proposal.mapping));
      batch.push_back(std::move(chosen->proposal));
      trials_.push_back({chosen->way, elite.reward});
    }
  }
}

void PolicySearch::tell(std::size_t place, double reward) {
  if (place >= rollouts_ && place < proposed()) {
    const Trial& trial = trials_[place - rollouts_];
    screening_.tell(trial.way, reward > trial.from);
  }
}

void PolicySearch::observe(const Evaluated& result, double reward) {
  replay_.add({model_->actions().choices(punish_ ? result.asked : result.given), reward});
  known_.insert(mapping_hash(result.asked));
  known_.insert(mapping_hash(result.given));
}

void PolicySearch::learn(std::size_t evaluations) {
  if (uniform_) {
    return;
  }
  if (!std::exchange(warm_, true) && learner_->is_new()) {
    learner_->imitate(*model_, replay_.best().front(), rule_.warm_up);
  }
  steps_due_ += rule_.steps * static_cast<double>(evaluations);
  for (; steps_due_ >= 1; steps_due_ -= 1) {
    Rng rng(task_.seed, kLearnPurpose, updates_++);
    learner_->update(*model_, replay_, rng);
  }
}

void PolicySearch::visit(auto& archive, auto& self) {
  archive.item_below(self.rollouts_, self.rule_.rollouts + 1);
  archive.items(self.trials_, [&](auto& trial) {
    archive.item_below(trial.way, self.screening_.ways());
    archive.item_within(trial.from, -kMostDouble, kMostDouble);
  });
  archive.part(self.screening_);
  archive.item_within(self.steps_due_, 0, 1);
  archive.item(self.warm_);
  archive.item(self.updates_);
  archive.item(self.rolled_);
  archive.item(self.screened_);
  archive.item(self.known_);
  archive.part(self.replay_, self.space_.decisions().size(),
               self.task_.problem.chip().memories.size());
  archive.part(*self.learner_);
}

void PolicySearch::save(ArchiveWriter& archive) const { visit(archive, *this); }
void PolicySearch::load(ArchiveReader& archive) { visit(archive, *this); }

}  // namespace memplace
