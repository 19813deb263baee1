#include "train/pack_recorder.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "store/runs_table.hpp"

namespace kindred::train {

PackRecorder::PackRecorder(const PackContext& context, std::span<const std::int64_t> runs,
                           PackTrainer& trainer)
    : context_(context), trainer_(trainer) {
  for (const auto run : runs) {
    finished_.push_back({run, population::RunRecord(context.arrays), {}});
    auto& result = finished_.back().result;
    result.state = store::State::done;
    result.train_loss = result.train_accuracy = result.test_loss = result.test_accuracy = NAN;
  }
}

bool PackRecorder::any_active() const {
  return std::any_of(finished_.begin(), finished_.end(),
                     [](const auto& run) { return run.result.state == store::State::done; });
}

bool PackRecorder::check_losses(std::int64_t epoch) {
  const auto sums = trainer_.training_sums();
  for (std::size_t member = 0; member < sums.size(); ++member)
    if (active(member) && !std::isfinite(sums[member].loss))
      mark_diverged(member, fmt::format("the training loss stopped being finite in epoch {}", epoch));
  return any_active();
}

void PackRecorder::record_training(std::int64_t epoch) {
  record_sums("train_loss", "train_accuracy", epoch, trainer_.training_sums());
}

void PackRecorder::record_epoch(std::int64_t epoch) {
  evaluate(epoch);
  take_snapshot(epoch);
}

void PackRecorder::keep_logits() {
  for (std::size_t member = 0; member < finished_.size(); ++member)
    if (active(member)) copy_logits(member);
}

void PackRecorder::save(ByteWriter& out) {
  for (auto& [run, record, result, seconds] : finished_) {
    out.put(result.state);
    out.put_text(result.message);
    for (const auto& field : store::kResultFields) out.put(result.*field.value);
    record.save(out);
  }
}

void PackRecorder::restore(ByteReader& in) {
  for (auto& [run, record, result, seconds] : finished_) {
    result.state = in.get<store::State>();
    result.message = in.get_text();
    for (const auto& field : store::kResultFields) result.*field.value = in.get<double>();
    record.restore(in);
  }
}

void PackRecorder::mark_diverged(std::size_t member, std::string what) {
  finished_[member].result.state = store::State::diverged;
  finished_[member].result.message = std::move(what);
  // Now, and not at the pack's end: what a run leaves must not depend on its pack-mates.
  copy_logits(member);
  if (const auto kept = context_.cohort.subject.weight_snapshots.size(); kept > 0)
    copy_weights(member, kept - 1);
}

void PackRecorder::record_sums(std::string_view loss, std::string_view accuracy, std::int64_t epoch,
                               const std::vector<Sums>& sums) {
  for (std::size_t member = 0; member < sums.size(); ++member) {
    if (!active(member)) continue;
    auto& record = finished_[member].record;
    const auto at = static_cast<std::size_t>(epoch);
    record.row<float>(loss)[at] = static_cast<float>(sums[member].loss / sums[member].samples);
    record.row<float>(accuracy)[at] = static_cast<float>(sums[member].correct / sums[member].samples);
  }
}

void PackRecorder::evaluate(std::int64_t epoch) {
  if (!any_active()) return;
  const auto sums = trainer_.evaluate();
  for (std::size_t member = 0; member < sums.size(); ++member)
    if (active(member) && !std::isfinite(sums[member].loss))
      mark_diverged(member, fmt::format("the test loss is not finite after epoch {}", epoch));
  record_sums("test_loss", "test_accuracy", epoch, sums);
  for (std::size_t member = 0; member < sums.size(); ++member) {
    if (!active(member)) continue;
    auto& [run, record, result, earlier] = finished_[member];
    const auto at = static_cast<std::size_t>(epoch);
    result.epochs_completed = static_cast<double>(epoch);
    result.train_loss = static_cast<double>(record.row<float>("train_loss")[at]);
    result.train_accuracy = static_cast<double>(record.row<float>("train_accuracy")[at]);
    result.test_loss = static_cast<double>(record.row<float>("test_loss")[at]);
    result.test_accuracy = static_cast<double>(record.row<float>("test_accuracy")[at]);
  }
}

void PackRecorder::take_snapshot(std::int64_t epoch) {
  const auto& snapshots = context_.cohort.subject.snapshots;
  const auto found = std::find(snapshots.begin(), snapshots.end(), epoch);
  if (found == snapshots.end()) return;
  context_.recording.time([&] {
    describe_members(epoch, static_cast<std::size_t>(found - snapshots.begin()));
    keep_weights(epoch);
  });
}

void PackRecorder::describe_members(std::int64_t epoch, std::size_t snapshot) {
  for (std::size_t member = 0; member < finished_.size(); ++member) {
    if (!active(member)) continue;
    const auto segments = trainer_.parameters(static_cast<std::int64_t>(member));
    context_.describer.describe(segments, trainer_.memory(), context_.cohort.subject.structure, description_);
    finished_[member].record.put(description_, snapshot);
    const double nonfinite = description_.nonfinite();
    if (nonfinite > 0)
      mark_diverged(member, fmt::format("{} weights are not finite after epoch {}", nonfinite, epoch));
  }
}

void PackRecorder::keep_weights(std::int64_t epoch) {
  const auto& kept = context_.cohort.subject.weight_snapshots;
  const auto found = std::find(kept.begin(), kept.end(), epoch);
  if (found == kept.end()) return;
  for (std::size_t member = 0; member < finished_.size(); ++member)
    if (active(member)) copy_weights(member, static_cast<std::size_t>(found - kept.begin()));
}

void PackRecorder::copy_weights(std::size_t member, std::size_t snapshot) {
  const auto size = static_cast<std::size_t>(context_.cohort.network.size);
  trainer_.weights(static_cast<std::int64_t>(member),
                   finished_[member].record.row<float>("weights").subspan(snapshot * size, size));
}

void PackRecorder::copy_logits(std::size_t member) {
  trainer_.logits(static_cast<std::int64_t>(member), context_.cohort.probes,
                  finished_[member].record.row<float>("logits"));
}

}  // namespace kindred::train
