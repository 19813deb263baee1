#include "train/run_pack.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "core/random.hpp"
#include "train/pack_recorder.hpp"

namespace kindred::train {
namespace {

// How often a pack looks whether its members' losses are finite: rarely enough to cost nothing, often
// enough that a run that diverges at once does not cost a whole epoch.
constexpr std::int64_t steps_between_checks = 100;

class PackRun {
 public:
  PackRun(const PackContext& context, std::span<const std::int64_t> runs)
      : context_(context),
        runs_(runs),
        settings_(settings_of(context, runs)),
        // The cohort's network has another run's activation.
        trainer_(context.engine.start(network::make_network(settings_.front(), *context.cohort.dataset),
                                      context.samples, settings_)),
        recorder_(context, runs, *trainer_) {}

  /// False when a stop was requested.
  bool train() {
    context_.checkpoints.restart_interval();
    if (epoch_ == 0) {
      recorder_.record_epoch(0);
      epoch_ = 1;
    }
    for (; epoch_ <= context_.cohort.epochs && recorder_.any_active(); ++epoch_) {
      if (!train_epoch()) return false;
      recorder_.record_epoch(epoch_);
    }
    recorder_.keep_logits();
    return true;
  }

  std::vector<FinishedRun> take() {
    auto finished = recorder_.take();
    for (auto& run : finished) run.earlier_seconds = earlier_seconds_;
    return finished;
  }

  /// Goes on from what `save` of an equal pack wrote.
  void restore(std::span<const std::byte> state) {
    ByteReader in(state);
    earlier_seconds_ = in.get<double>();
    epoch_ = in.get<std::int64_t>();
    first_ = in.get<std::int64_t>();
    recorder_.restore(in);
    begin_epoch();
    trainer_->restore(in);
    KINDRED_VALIDATE(in.left() == 0, io_error("{} bytes are too many", in.left()));
  }

 private:
  static std::vector<sweep::RunSettings> settings_of(const PackContext& context,
                                                     std::span<const std::int64_t> runs) {
    std::vector<sweep::RunSettings> settings;
    for (const auto run : runs) settings.push_back(context.sweep.runs[static_cast<std::size_t>(run)]);
    return settings;
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
  bool train_epoch() {
    if (first_ == 0) begin_epoch();
    const auto batch = settings_.front().integer("train.batch_size");
    for (; first_ < context_.samples.train; first_ += batch) {
      const bool stop = context_.stop.requested();
      if (stop || context_.checkpoints.is_due()) save();
      if (stop) return false;
      trainer_->step(first_, std::min(batch, context_.samples.train - first_));
      if ((first_ / batch + 1) % steps_between_checks == 0 && !recorder_.check_losses(epoch_)) return true;
    }
    first_ = 0;
    if (recorder_.check_losses(epoch_)) recorder_.record_training(epoch_);
    return true;
  }

  /// Before the step at sample first_.
  void save() {
    context_.recording.time([&] {
      ByteWriter out;
      out.put(earlier_seconds_ + trained_.seconds());
      out.put(epoch_);
      out.put(first_);
      recorder_.save(out);
      trainer_->save(out);
      context_.stop.leave(3 * context_.checkpoints.write(runs_, out.bytes()));
    });
  }

  const PackContext& context_;
  std::span<const std::int64_t> runs_;
  const Elapsed trained_;
  std::vector<sweep::RunSettings> settings_;
  std::unique_ptr<PackTrainer> trainer_;
  PackRecorder recorder_;
  double earlier_seconds_ = 0;  // that the pack had trained when it last was stopped or killed
  std::vector<std::vector<std::uint32_t>> orders_;
  std::int64_t epoch_ = 0, first_ = 0;  // where training stands: before the step at this sample of the order
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
