#include "train/run_pack.hpp"

#include <algorithm>
#include <cmath>

#include "core/log.hpp"
#include "core/random.hpp"
#include "store/runs_table.hpp"

namespace kindred::train {
namespace {

// How often a pack looks whether its members' losses are finite: rarely enough to cost nothing, often
// enough that a run that diverges at once does not cost a whole epoch.
constexpr std::int64_t steps_between_checks = 100;

class PackRun {
 public:
  PackRun(const PackContext& context, std::span<const std::int64_t> runs) : context_(context), runs_(runs) {
    for (const auto run : runs) {
      settings_.push_back(context.sweep.runs[static_cast<std::size_t>(run)]);
      finished_.push_back({run, population::RunRecord(context.arrays), {}});
      auto& result = finished_.back().result;
      result.state = store::State::done;
      result.train_loss = result.train_accuracy = result.test_loss = result.test_accuracy = NAN;
    }
    // The cohort's network has another run's activation.
    const auto network = network::make_network(settings_.front(), *context.cohort.dataset);
    trainer_ = context.engine.start(network, context.samples, settings_);
  }

  /// False when a stop was requested.
  bool train() {
    context_.checkpoints.restart_interval();
    if (epoch_ == 0) {
      evaluate(0);
      take_snapshot(0);
      epoch_ = 1;
    }
    for (; epoch_ <= context_.cohort.epochs && any_active(); ++epoch_) {
      if (!train_epoch(epoch_)) return false;
      evaluate(epoch_);
      take_snapshot(epoch_);
    }
    for (std::size_t member = 0; member < finished_.size(); ++member)
      if (active(member)) keep_logits(member);
    return true;
  }

  std::vector<FinishedRun> take() { return std::move(finished_); }

  /// Goes on from what `save` of an equal pack wrote.
  void restore(std::span<const std::byte> state) {
    ByteReader in(state);
    const auto earlier = in.get<double>();
    epoch_ = in.get<std::int64_t>();
    first_ = in.get<std::int64_t>();
    for (auto& [run, record, result, seconds] : finished_) {
      seconds = earlier;
      result.state = in.get<store::State>();
      result.message = in.get_text();
      for (const auto& field : store::kResultFields) result.*field.value = in.get<double>();
      record.restore(in);
    }
    begin_epoch();
    trainer_->restore(in);
    KINDRED_VALIDATE(in.left() == 0, io_error("{} bytes are too many", in.left()));
  }

 private:
  bool active(std::size_t member) const { return finished_[member].result.state == store::State::done; }
  bool any_active() const {
    return std::any_of(finished_.begin(), finished_.end(),
                       [](const auto& run) { return run.result.state == store::State::done; });
  }
  void mark_diverged(std::size_t member, std::string what) {
    finished_[member].result.state = store::State::diverged;
    finished_[member].result.message = std::move(what);
    // Now, and not at the pack's end: what a run leaves must not depend on its pack-mates.
    keep_logits(member);
    if (const auto kept = context_.cohort.subject.weight_snapshots.size(); kept > 0)
      copy_weights(member, kept - 1);
  }

  std::vector<std::uint32_t> order(const sweep::RunSettings& settings, std::int64_t epoch) const {
    const auto key = settings.has("train.order_seed")
                         ? static_cast<std::uint64_t>(settings.integer("train.order_seed"))
                         : settings.identity();
    RandomStream random(key, Stream::order, static_cast<std::uint32_t>(epoch));
    return random_permutation(random, static_cast<std::uint32_t>(context_.samples.train));
  }

  void begin_epoch() {
    orders_.clear();
    for (const auto& settings : settings_) orders_.push_back(order(settings, epoch_));
    trainer_->begin_epoch(orders_);
  }

  /// From sample first_ of the order on. False when a stop was requested.
  bool train_epoch(std::int64_t epoch) {
    if (first_ == 0) begin_epoch();
    const auto batch = settings_.front().integer("train.batch_size");
    for (; first_ < context_.samples.train; first_ += batch) {
      const bool stop = context_.stop.requested();
      if (stop || context_.checkpoints.is_due()) save();
      if (stop) return false;
      trainer_->step(first_, std::min(batch, context_.samples.train - first_));
      if ((first_ / batch + 1) % steps_between_checks == 0 && !check_losses(epoch)) return true;
    }
    first_ = 0;
    if (!check_losses(epoch)) return true;
    record_sums("train_loss", "train_accuracy", epoch, trainer_->training_sums());
    return true;
  }

  /// Before the step at sample first_.
  void save() {
    context_.recording.time([&] {
      ByteWriter out;
      out.put(finished_.front().earlier_seconds + trained_.seconds());
      out.put(epoch_);
      out.put(first_);
      for (auto& [run, record, result, seconds] : finished_) {
        out.put(result.state);
        out.put_text(result.message);
        for (const auto& field : store::kResultFields) out.put(result.*field.value);
        record.save(out);
      }
      trainer_->save(out);
      context_.stop.leave(3 * context_.checkpoints.write(runs_, out.bytes()));
    });
  }

  /// False when no member is left.
  bool check_losses(std::int64_t epoch) {
    const auto sums = trainer_->training_sums();
    for (std::size_t member = 0; member < sums.size(); ++member)
      if (active(member) && !std::isfinite(sums[member].loss))
        mark_diverged(member, fmt::format("the training loss stopped being finite in epoch {}", epoch));
    return any_active();
  }

  void record_sums(std::string_view loss, std::string_view accuracy, std::int64_t epoch,
                   const std::vector<Sums>& sums) {
    for (std::size_t member = 0; member < sums.size(); ++member) {
      if (!active(member)) continue;
      auto& record = finished_[member].record;
      const auto at = static_cast<std::size_t>(epoch);
      record.row<float>(loss)[at] = static_cast<float>(sums[member].loss / sums[member].samples);
      record.row<float>(accuracy)[at] = static_cast<float>(sums[member].correct / sums[member].samples);
    }
  }

  void evaluate(std::int64_t epoch) {
    if (!any_active()) return;
    const auto sums = trainer_->evaluate();
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

  void take_snapshot(std::int64_t epoch) {
    const auto& snapshots = context_.cohort.subject.snapshots;
    const auto found = std::find(snapshots.begin(), snapshots.end(), epoch);
    if (found == snapshots.end()) return;
    context_.recording.time([&] {
      describe_members(epoch, static_cast<std::size_t>(found - snapshots.begin()));
      keep_weights(epoch);
    });
  }

  void describe_members(std::int64_t epoch, std::size_t snapshot) {
    for (std::size_t member = 0; member < finished_.size(); ++member) {
      if (!active(member)) continue;
      describe(member, snapshot);
      const double nonfinite = description_.moments.back();  // the last column of the row `all`
      if (nonfinite > 0)
        mark_diverged(member, fmt::format("{} weights are not finite after epoch {}", nonfinite, epoch));
    }
  }

  void describe(std::size_t member, std::size_t snapshot) {
    const auto segments = trainer_->parameters(static_cast<std::int64_t>(member));
    context_.describer.describe(segments, trainer_->memory(), context_.cohort.subject.structure,
                                description_);
    finished_[member].record.put(description_, snapshot);
  }

  void keep_weights(std::int64_t epoch) {
    const auto& kept = context_.cohort.subject.weight_snapshots;
    const auto found = std::find(kept.begin(), kept.end(), epoch);
    if (found == kept.end()) return;
    for (std::size_t member = 0; member < finished_.size(); ++member)
      if (active(member)) copy_weights(member, static_cast<std::size_t>(found - kept.begin()));
  }

  void copy_weights(std::size_t member, std::size_t snapshot) {
    const auto size = static_cast<std::size_t>(context_.cohort.network.size);
    trainer_->weights(static_cast<std::int64_t>(member),
                      finished_[member].record.row<float>("weights").subspan(snapshot * size, size));
  }

  void keep_logits(std::size_t member) {
    trainer_->logits(static_cast<std::int64_t>(member), context_.cohort.probes,
                     finished_[member].record.row<float>("logits"));
  }

  const PackContext& context_;
  std::span<const std::int64_t> runs_;
  const Elapsed trained_;
  std::vector<sweep::RunSettings> settings_;
  std::vector<FinishedRun> finished_;
  std::unique_ptr<PackTrainer> trainer_;
  std::vector<std::vector<std::uint32_t>> orders_;
  std::int64_t epoch_ = 0, first_ = 0;  // where training stands: before the step at this sample of the order
  statistics::Description description_;
};

}  // namespace

std::optional<std::vector<FinishedRun>> run_pack(const PackContext& context,
                                                 std::span<const std::int64_t> runs) {
  auto run = std::make_unique<PackRun>(context, runs);
  if (const auto state = context.checkpoints.read(runs)) {
    try {
      run->restore(*state);
    } catch (const Error& error) {
      log::warn("the checkpoint of run {} does not fit ({}): it starts anew", runs.front(), error.what());
      run = std::make_unique<PackRun>(context, runs);
    }
  }
  if (!run->train()) return std::nullopt;
  return run->take();
}

}  // namespace kindred::train
