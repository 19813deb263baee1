#include "train/step_timer.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/error.hpp"
#include "train/pack.hpp"

namespace kindred::train {
namespace {

constexpr std::int64_t evaluated_images = 500;
constexpr double long_enough = 0.01;  // seconds, against the clock's and the system's jitter

}  // namespace

data::Dataset ZeroImages::operator()(const Cohort& cohort, std::int64_t count) {
  pixels_.assign(static_cast<std::size_t>(count * cohort.dataset->pixels()), 0);
  labels_.assign(static_cast<std::size_t>(count), 0);
  return {cohort.dataset, pixels_, labels_, pixels_, labels_};
}

double StepTimer::steady_clock() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

StepTimer::StepTimer(const Engine& engine, Images images, const sweep::Record& record, Clock clock)
    : engine_(engine),
      images_(std::move(images)),
      clock_(std::move(clock)),
      describer_(population::describe_options(record)) {}

double StepTimer::seconds_of(const std::function<void()>& work) const {
  const double start = now();
  work();
  return now() - start;
}

double StepTimer::repeated(const std::function<void(int)>& work) const {
  const auto round = [&](int times) { return seconds_of([&] { work(times); }) / times; };
  const double once = round(1);
  if (once > long_enough) return std::min(once, round(1));
  const int times = static_cast<int>(std::clamp(long_enough / std::max(once, 1e-9), 1.0, 1000.0));
  return std::min({round(times), round(times), round(times)});
}

StepTimer::Times StepTimer::measure(const Cohort& cohort, std::span<const sweep::RunSettings> members) {
  const auto batch = std::min(members.front().integer("train.batch_size"), cohort.train_samples);
  const auto evaluated = std::min(evaluated_images, cohort.test_samples);
  const Samples samples{images_(cohort, std::max(batch, evaluated)), batch, evaluated};
  const auto network = network::make_network(members.front(), *cohort.dataset);
  const auto trainer = engine_.start(network, samples, members);
  std::vector<std::uint32_t> order(static_cast<std::size_t>(batch));
  std::iota(order.begin(), order.end(), 0u);
  const std::vector<std::vector<std::uint32_t>> orders(members.size(), order);
  trainer->begin_epoch(orders);
  const auto steps = [&](int times) {
    for (int i = 0; i < times; ++i) trainer->step(0, batch);
    trainer->training_sums();  // waits for a device's steps, which go on after the calls have returned
  };
  steps(2);  // the first ones also load libraries and capture graphs
  Times times;
  times.trained = repeated(steps) / static_cast<double>(batch);
  times.evaluated = repeated([&](int) { trainer->evaluate(); }) / static_cast<double>(evaluated);
  statistics::Description description;
  if (statistics::can_describe(trainer->memory()))
    times.described = seconds_of([&] {
      for (std::size_t member = 0; member < members.size(); ++member)
        describer_.describe(trainer->parameters(static_cast<std::int64_t>(member)), trainer->memory(),
                            cohort.subject.structure, description);
    });
  return times;
}

double StepTimer::seconds(const Cohort& cohort, std::span<const sweep::RunSettings> members) {
  const auto key = fmt::format("{} {} {} {} {}", cohort.dataset->name, cohort.network.to_json(),
                               cohort.train_samples < members.front().integer("train.batch_size"),
                               cost_text(members.front()), members.size());
  auto found = known_.find(key);
  if (found == known_.end()) found = known_.emplace(key, measure(cohort, members)).first;
  const auto& [trained, evaluated, described] = found->second;
  const auto epochs = static_cast<double>(cohort.epochs);
  return epochs * trained * static_cast<double>(cohort.train_samples) +
         (epochs + 1) * evaluated * static_cast<double>(cohort.test_samples) +
         described * static_cast<double>(cohort.subject.snapshots.size());
}

}  // namespace kindred::train
