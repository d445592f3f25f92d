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

constexpr std::uint32_t kLearnPurpose = 0x6c726e00;    // "lrn"
constexpr std::uint32_t kRolloutPurpose = 0x726f6c6c;  // "roll"
constexpr std::uint32_t kScreenPurpose = 0x7363726e;   // "scrn"
constexpr std::uint32_t kFirstPurpose = 0x66697273;    // "firs"

// A rollout that is known already is drawn anew so often; after that it is asked all the same.
constexpr int kDraws = 20;

constexpr std::size_t kTurns = 3;

}  // namespace

EgrlStrategy::EgrlStrategy(const StrategyTask& task, EgrlRule rule)
    : task_(task),
      space_(task),
      rule_(std::move(rule)),
      decoder_(task, space_, rule_.decode),
      screening_(task, space_, rule_.screening, rule_.decode),
      replay_(rule_.replay, rule_.elites),
      reference_(task.native_cost) {
  const auto policy = task.warm.knowledge.find<const TrainedPolicy>();
  if (policy != nullptr) {
    rule_.shape = policy->shape;
  }
  rule_.shape.memories = task.problem.chip().memories.size();
  const bool policies = rule_.evolution && rule_.evolution->policies > 0;
  if ((rule_.learns || policies) && !space_.empty()) {
    model_ = std::make_shared<PolicyModel>(task_, space_, rule_.shape, rule_.uniform);
  }
  const std::vector<Proposal> first = starts(task_, rule_.start);
  start_ = first.front().mapping;
  std::vector<float> parameters;
  if (model_ != nullptr && policy != nullptr) {
    parameters = policy->parameters;
  }
  if (rule_.learns && model_ != nullptr) {
    learner_ = make_learner(parameters);
    warm_ = !parameters.empty();
  }
  if (rule_.evolution) {
    if (model_ == nullptr) {
      rule_.evolution->policies = 0;
    }
    evolution_.emplace(task_, space_, *rule_.evolution, first, model_, parameters);
  }
  if (rule_.companion != nullptr && !space_.empty()) {
    const double share = rule_.companion_share * static_cast<double>(task_.budget);
    companion_.emplace(task_, *rule_.companion, static_cast<std::uint64_t>(share));
  }
  queue_.refill(first_batch(first, parameters));
}

// Who was given a policy asks it first, but for where the task says to begin.
std::vector<Proposal> EgrlStrategy::first_batch(const std::vector<Proposal>& starts,
                                                const std::vector<float>& policy) {
  std::vector<Proposal> batch;
  if (evolution_ && (policy.empty() || task_.warm.init.has_value())) {
    make_generation(batch);
  } else {
    turn_ = Turn::kFirst;
    if (!evolution_) {
      batch = starts;
    }
  }
  if (!policy.empty()) {
    Rng rng(task_.seed, kRolloutPurpose, rolled_++);
    const auto place = task_.warm.init.has_value() ? batch.end() : batch.begin();
    batch.insert(place, {decoder_.likeliest(model_->posterior(policy), rng), "zero-shot"});
    first_screened_ = batch.size();
  }
  return batch;
}

// The one that is shared, where there is one already.
std::shared_ptr<Learner> EgrlStrategy::make_learner(const std::vector<float>& parameters) const {
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

std::vector<Proposal> EgrlStrategy::ask(std::size_t room) {
  MEMPLACE_ASSERT(!done(), task_.problem.graph().name());
  return queue_.ask(room);
}

void EgrlStrategy::tell(std::span<const Evaluated> results) {
  for (const Evaluated& result : results) {
    if (reference_ <= 0) {
      reference_ = result.cost;
    }
    const std::size_t place = queue_.tell();
    if (turn_ == Turn::kGeneration && place < children_) {
      evolution_->tell(place, result);
    }
    if (turn_ == Turn::kGeneration && place >= first_screened_) {
      const Trial& trial = trials_[place - first_screened_];
      screening_.tell(trial.way, rule_.fitness.of(result, reference_) > trial.from);
    }
    observe(result);
    told_.push_back(result);
  }
  if (queue_.finished()) {
    finish_batch();
  }
}

// Everybody but who asked for it learns of an evaluation here.
void EgrlStrategy::observe(const Evaluated& result) {
  ++spent_;
  if (evolution_) {
    evolution_->know(result.given);
  }
  if (learner_) {
    const bool punish = rule_.fitness.punish;
    replay_.add({model_->actions().choices(punish ? result.asked : result.given),
                 rule_.fitness.of(result, reference_)});
    known_.insert(mapping_hash(result.asked));
    known_.insert(mapping_hash(result.given));
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
  learn(evaluations);
  std::vector<Proposal> batch;
  if (!space_.empty()) {
    make_companion_turn(batch);
    if (batch.empty()) {
      make_generation(batch);
    }
  }
  queue_.refill(std::move(batch));
}

void EgrlStrategy::learn(std::size_t evaluations) {
  if (!learner_ || rule_.uniform) {
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
    if (learner_ && rule_.migration > 0 && generations_ % rule_.migration == 0) {
      const std::span<const float> policy = learner_->policy();
      evolution_->migrate({policy.begin(), policy.end()});
    }
    batch = evolution_->next();
  }
  children_ = batch.size();
  first_screened_ = children_;
  trials_.clear();
  if (learner_ && (!evolution_ || generations_ > 1)) {
    const Posterior posterior = model_->posterior(learner_->policy());
    add_rollouts(posterior, batch);
    first_screened_ = batch.size();
    add_screened(posterior, batch);
  }
}

void EgrlStrategy::add_rollouts(const Posterior& posterior, std::vector<Proposal>& batch) {
  const Mapping& parent = best_ ? best_->mapping : start_;
  for (std::size_t i = 0; i < rule_.rollouts; ++i) {
    Rng rng(task_.seed, kRolloutPurpose, rolled_++);
    Mapping mapping = decoder_.draw(posterior, parent, rng);
    for (int draw = 0; draw < kDraws && known_.count(mapping_hash(mapping)) > 0; ++draw) {
      mapping = decoder_.draw(posterior, parent, rng);
    }
    known_.insert(mapping_hash(mapping));
    batch.push_back({std::move(mapping), "rollout"});
  }
}

// Near the best mappings, in random turn.
void EgrlStrategy::add_screened(const Posterior& posterior, std::vector<Proposal>& batch) {
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

Knowledge EgrlStrategy::learnt() const {
  Knowledge learnt;
  if (learner_ && !rule_.uniform) {
    const std::span<const float> parameters = learner_->policy();
    learnt.put(std::make_shared<const TrainedPolicy>(
        TrainedPolicy{rule_.shape, {parameters.begin(), parameters.end()}}));
  }
  return learnt;
}

bool EgrlStrategy::save(ArchiveWriter& archive) const {
  queue_.save(archive);
  archive.write_u64(static_cast<std::uint64_t>(turn_));
  archive.write_u64(children_);
  archive.write_u64(first_screened_);
  archive.write_u64(trials_.size());
  for (const Trial& trial : trials_) {
    archive.write_u64(trial.way);
    archive.write_double(trial.from);
  }
  screening_.save(archive);
  archive.write_u64(told_.size());
  for (const Evaluated& result : told_) {
    memplace::save(archive, result);
  }
  archive.write_flag(best_.has_value());
  if (best_) {
    memplace::save(archive, *best_);
  }
  archive.write_double(reference_);
  archive.write_double(steps_due_);
  archive.write_u64s(std::vector<std::uint64_t>{generations_, spent_, updates_, rolled_, screened_,
                                                warm_ ? 1U : 0U});
  std::vector<std::uint64_t> known(known_.begin(), known_.end());
  std::sort(known.begin(), known.end());
  archive.write_u64s(known);
  replay_.save(archive);
  if (evolution_) {
    evolution_->save(archive);
  }
  if (learner_) {
    learner_->save(archive);
  }
  if (companion_) {
    companion_->save(archive);
  }
  return true;
}

void EgrlStrategy::load(ArchiveReader& archive) {
  queue_.load(archive, task_.problem);
  turn_ = static_cast<Turn>(archive.read_below(kTurns));
  children_ = static_cast<std::size_t>(archive.read_u64());
  first_screened_ = static_cast<std::size_t>(archive.read_u64());
  trials_ = archive.read_list([&] {
    const std::size_t way = archive.read_below(screening_.ways());
    return Trial{way, archive.read_within(-kMostDouble, kMostDouble)};
  });
  screening_.load(archive);
  told_ = archive.read_list([&] { return load_evaluated(archive, task_.problem); });
  best_.reset();
  if (archive.read_flag()) {
    best_ = load_costed_mapping(archive, task_.problem);
  }
  reference_ = load_reference(archive, task_);
  steps_due_ = archive.read_within(0, 1);
  const std::vector<std::uint64_t> counts = archive.read_u64s();
  constexpr std::size_t kCounts = 6;
  if (counts.size() != kCounts || counts[1] > task_.budget) {
    archive.fail("holds another strategy's counts");
  }
  generations_ = counts[0];
  spent_ = counts[1];
  updates_ = counts[2];
  rolled_ = counts[3];
  screened_ = counts[4];
  warm_ = counts[5] != 0;
  const std::vector<std::uint64_t> known = archive.read_u64s();
  known_ = {known.begin(), known.end()};
  replay_.load(archive, space_.decisions().size(), task_.problem.chip().memories.size());
  if (evolution_) {
    evolution_->load(archive);
  }
  if (learner_) {
    learner_->load(archive);
  }
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
    fits = fits && children_ <= first_screened_ && first_screened_ <= batch.size() &&
           trials_.size() == batch.size() - first_screened_;
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
