#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "../data/captured_log.hpp"
#include "samples.hpp"
#include "train/work.hpp"

namespace kindred::train {
namespace {

using store::State;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// Trains on a processor, as if in a device's memory that holds `fits` runs at a time.
class SmallDevice : public Engine {
 public:
  explicit SmallDevice(std::size_t fits) : engine_(make_engine("torch", "cpu")), fits_(fits) {}
  std::string_view name() const override { return "small"; }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override {
    tried.push_back(members.size());
    if (members.size() > fits_) throw OutOfDeviceMemory("the device is full");
    return engine_->start(network, samples, members);
  }
  mutable std::vector<std::size_t> tried;  ///< packs' sizes, one after another

 private:
  std::unique_ptr<Engine> engine_;
  std::size_t fits_;
};

/// Trains runs one by one alone, and not the first one.
class FailingEngine : public SmallDevice {
 public:
  FailingEngine() : SmallDevice(1) {}
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override {
    if (members.size() > 1 || members.front().seed == 0) throw std::runtime_error("the device broke");
    return SmallDevice::start(network, samples, members);
  }
};

class Workers : public testing::Test {
 protected:
  Workers() {
    std::string name = (std::filesystem::temp_directory_path() / "kindred-work-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~Workers() override { std::filesystem::remove_all(folder_); }

  /// Trains 21 runs in packs of 7; returns what was reported of each pack.
  std::vector<parallel::Progress> train(const Engine& engine, std::vector<State>& states,
                                        std::string* message, const std::string& more = "") {
    const auto world = parallel::Communicator::world();
    const auto sweep = sweep::parse_sweep(
        "[data]\ntrain_limit = 40\ntest_limit = 20\n[model]\nhidden = [3]\n[train]\nepochs = 1\n"
        "[[sweep]]\nseeds = 21\n" +
            more,
        "test.toml");
    const auto cohorts = make_cohorts(sweep);
    const auto layout = population_layout(sweep, cohorts);
    const NodeData data(cohorts, KINDRED_DATA_FOLDER, world);
    StopRequest stop(std::nullopt);
    const auto path = (folder_ / "p.h5").string();
    Checkpoints checkpoints(path, sweep.id(), "any", std::chrono::hours(1));
    store::create_population(path, layout);
    std::vector<parallel::Progress> reports;
    {
      store::PopulationFile file(path, world);
      auto packs = make_packs(sweep, cohorts, file.states(), std::vector<std::int64_t>{7});
      if (killed_) {
        packs.front().resumed = true;
        file.write_state(0, State::done, "");
      }
      parallel::TicketQueue queue(world, static_cast<std::int64_t>(packs.size()), true,
                                  [&](int, const parallel::Progress& report) {
                                    if (report.ticket >= 0) reports.push_back(report);
                                  });
      const auto before = file.states();
      const Training training{sweep, cohorts, layout, data, engine, stop, checkpoints, file, before};
      Worker worker(training);
      worker.pull(queue, packs);
      EXPECT_GT(worker.busy_seconds(), 0);
    }
    const store::PopulationFile file(path);
    states = file.states();
    *message = file.result(0).message;
    return reports;
  }

  bool killed_ = false;  ///< while the first pack was written, of which run 0 is done
  const test::CapturedLog log_;
  std::filesystem::path folder_;
  std::vector<State> states_;
  std::string message_;
};

TEST_F(Workers, HalveAPackThatDoesNotFitAndRememberIt) {
  const SmallDevice device(2);
  const auto reports = train(device, states_, &message_);
  EXPECT_THAT(states_, Each(State::done));
  EXPECT_THAT(device.tried, ElementsAre(7, 4, 2, 2, 2, 1, 2, 2, 2, 1, 2, 2, 2, 1));
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[0].ticket, 0);
  EXPECT_EQ(reports[0].settled, 7);
  EXPECT_GT(reports[0].seconds, 0);
  EXPECT_THAT(log_.text(), HasSubstr("from now on 2 train together"));
}

TEST_F(Workers, HalveAPackThatGoesOnAndLeaveItsSettledRuns) {
  const SmallDevice device(2);
  killed_ = true;
  train(device, states_, &message_);
  EXPECT_THAT(states_, Each(State::done));
  EXPECT_THAT(device.tried, ElementsAre(7, 4, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 1));
}

TEST_F(Workers, ASettledRunOfAPackThatFailsIsNotTouched) {
  killed_ = true;
  train(FailingEngine(), states_, &message_);
  EXPECT_THAT(states_, Each(State::done));
  EXPECT_THAT(log_.text(), HasSubstr("a pack of 7 runs failed (the device broke)"));
}

TEST_F(Workers, ARunThatDoesNotFitAloneIsAFailedRun) {
  const SmallDevice device(0);
  const auto reports = train(device, states_, &message_);
  EXPECT_THAT(states_, Each(State::failed)) << "all three packs, as networks of another cohort might fit";
  EXPECT_THAT(message_, HasSubstr("memory does not hold a single run (the device is full)"));
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(reports[1].failed, 7);
  EXPECT_EQ(reports[1].seconds, 0) << "what did not train tells nothing of what training takes";
}

TEST_F(Workers, PacksThatEndEarlyTeachNothing) {
  const SmallDevice device(7);
  const auto reports = train(device, states_, &message_, "\"init.scale\" = [1e30]\n");
  EXPECT_THAT(states_, Each(State::diverged));
  ASSERT_EQ(reports.size(), 3u);
  for (const auto& report : reports) EXPECT_EQ(report.seconds, 0);
}

}  // namespace
}  // namespace kindred::train
