#include <gtest/gtest.h>

#include <cmath>

#include "native_runs.hpp"
#include "train/native/native_engine.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {
namespace {

using Values = std::vector<float>;

/// Of a - b; without b, of a.
double norm(const Values& a, const Values& b = {}) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = static_cast<double>(a[i]) - (b.empty() ? 0 : static_cast<double>(b[i]));
    sum += d * d;
  }
  return std::sqrt(sum);
}

/// The two engines with one member, side by side.
class SideBySide {
 public:
  SideBySide(PackTrainer& own, PackTrainer& torch, std::int64_t member, const network::Network& network)
      : own_(own),
        torch_(torch),
        member_(member),
        network_(network),
        last_(weights_of(torch, member, size())) {
    EXPECT_EQ(weights_of(own, member, size()), last_) << "initial values";
  }

  /// To be called after each step.
  void compare() {
    const auto torch = weights_of(torch_, member_, size());
    path_ += norm(torch, last_);
    last_ = torch;
    ++steps_;
    expect(norm(weights_of(own_, member_, size()), torch) <= weights_bound(), "weights");
    expect_sums(own_.training_sums(), torch_.training_sums(), "training");
  }
  void compare_tests() {
    expect_sums(own_.evaluate(), torch_.evaluate(), "evaluation");
    Values own(static_cast<std::size_t>(run_tests * network_.classes)), torch(own.size());
    own_.logits(member_, run_tests, own);
    torch_.logits(member_, run_tests, torch);
    expect(norm(own, torch) <= 2 * share * norm(torch), "logits");
  }
  const std::string& wrong() const { return wrong_; }

 private:
  // Gradients of either engine are within 16 u sqrt(n) of the exact ones, u = 2^-24, n the terms of the
  // longest sum (test_native_layers.cpp): here at most 20 images of 28 x 28 pixels. So each step adds at most
  // 2 * 16 u sqrt(n) of its length to the distance, and each of the two roundings of a weight u of its size.
  // That the steps' errors are random and add up as such leaves room for what a difference in weights changes
  // in later gradients.
  static constexpr double u = 0x1p-24, share = 2 * 16 * u * 126;
  double weights_bound() const { return share * path_ + 2 * u * std::sqrt(steps_) * norm(last_); }

  // To first order the loss changes by gradient times distance. All steps changed it by about gradient times
  // path, and by no more than itself; so by at most the same share, and the logits' own error.
  void expect_sums(const std::vector<Sums>& own, const std::vector<Sums>& torch, const char* of) {
    const auto &a = own[static_cast<std::size_t>(member_)], &b = torch[static_cast<std::size_t>(member_)];
    expect(std::abs(a.loss - b.loss) <= 2 * share * b.loss, of + std::string(" loss"));
    expect(a.correct == b.correct && a.samples == b.samples, of + std::string(" counts"));
  }
  void expect(bool holds, const std::string& what) {
    if (!holds)
      wrong_ += " " + what + " of member " + std::to_string(member_) + " after " + std::to_string(steps_) +
                " steps;";
  }
  std::int64_t size() const { return network_.size; }

  PackTrainer &own_, &torch_;
  std::int64_t member_;
  const network::Network& network_;
  Values last_;
  double path_ = 0;
  int steps_ = 0;
  std::string wrong_;
};

class NativeTraining : public testing::TestWithParam<NetworkCase> {
 protected:
  NativeTraining() { use_one_thread(); }
};

TEST_P(NativeTraining, StepsAsLibTorchDoes) {
  const FakeImages images(run_samples, run_tests);
  const auto samples = images.samples();
  const auto runs = three_runs(GetParam());
  const auto network = network::make_network(runs[0], *samples.dataset.info);
  const auto own = NativeEngine().start(network, samples, runs),
             torch = TorchEngine().start(network, samples, runs);
  std::vector<SideBySide> members;
  for (std::int64_t k = 0; k < 3; ++k) members.emplace_back(*own, *torch, k, network);
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    const auto order = orders(3, epoch);
    own->begin_epoch(order);
    torch->begin_epoch(order);
    for (std::int64_t first = 0; first < run_samples; first += run_batch) {
      const auto count = std::min(run_batch, run_samples - first);
      own->step(first, count);
      torch->step(first, count);
      for (auto& member : members) member.compare();
    }
    for (auto& member : members) member.compare_tests();
  }
  // Two pixels of a pooled window may come within rounding of each other, and the gradient jump between them,
  // in one member of many trainings.
  std::string wrong;
  int close = 0;
  for (const auto& member : members) close += member.wrong().empty(), wrong += member.wrong();
  EXPECT_GE(close, network.architecture == "cnn" ? 2 : 3) << wrong;
}

INSTANTIATE_TEST_SUITE_P(Runs, NativeTraining, testing::ValuesIn(small_trainings()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace kindred::train
