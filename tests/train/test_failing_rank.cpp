#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "../data/captured_log.hpp"
#include "train/training.hpp"

namespace kindred::train {
namespace {

using store::State;

/// The native engine, but for ranks where every pack throws.
class FailingEngine : public Engine {
 public:
  FailingEngine(bool fails, std::string what) : fails_(fails), what_(std::move(what)) {}
  std::string_view name() const override { return engine_->name(); }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override {
    if (fails_) throw std::runtime_error(what_);
    return engine_->start(network, samples, members);
  }

 private:
  std::unique_ptr<Engine> engine_ = make_engine("native", "cpu");
  bool fails_;
  std::string what_;
};

/// Trains 24 runs; ranks for which `fails` holds throw. Returns the states and run 0..23's messages.
class FailingRanks : public testing::Test {
 protected:
  std::pair<std::vector<State>, std::vector<std::string>> train(const std::function<bool(int)>& fails) {
    const auto world = parallel::Communicator::world();
    std::string name = (std::filesystem::temp_directory_path() / "kindred-ranks-XXXXXX").string();
    if (world.is_root()) name = mkdtemp(name.data());
    const std::filesystem::path folder = world.broadcast(name);
    const auto path = (folder / "p.h5").string();
    const auto sweep = sweep::parse_sweep(
        "[data]\ntrain_limit = 2000\ntest_limit = 50\n[model]\nhidden = [8]\n[train]\nepochs = 3\n"
        "[[sweep]]\nseeds = 24\n",
        "test.toml");
    const auto cohorts = make_cohorts(sweep);
    const auto layout = population_layout(sweep, cohorts);
    const NodeData data(cohorts, KINDRED_DATA_FOLDER, world);
    world.root_only([&] { store::create_population(path, layout); });
    std::pair<std::vector<State>, std::vector<std::string>> outcome;
    {
      store::PopulationFile file(path, world);
      const auto before = file.states();
      world.barrier();
      const FailingEngine engine(fails(world.rank()), "this rank's device is broken");
      StopRequest stop(std::nullopt);
      Checkpoints checkpoints(path, sweep.id(), "native", std::chrono::hours(1));
      const Training training{sweep, cohorts, layout, data, engine, stop, checkpoints, file, before};
      training.run(1, true, world);
    }
    const store::PopulationFile file(path);
    outcome.first = file.states();
    for (std::int64_t run = 0; run < file.runs(); ++run) outcome.second.push_back(file.result(run).message);
    world.barrier();
    if (world.is_root()) std::filesystem::remove_all(folder);
    return outcome;
  }
};

TEST_F(FailingRanks, OneFailsTwoRunsAndTheOthersTrainTheRest) {
  const test::CapturedLog log;
  const auto [states, messages] = train([](int rank) { return rank == 2; });
  EXPECT_EQ(std::ranges::count(states, State::failed), 2);
  EXPECT_EQ(std::ranges::count(states, State::done), 22);
  for (std::size_t run = 0; run < states.size(); ++run)
    EXPECT_EQ(messages[run], states[run] == State::failed ? "this rank's device is broken" : "");
  if (parallel::Communicator::world().rank() == 2) {
    EXPECT_THAT(log.text(),
                testing::ContainsRegex("run [0-9]+ failed: this rank's device is broken. Its settings: .*"));
    EXPECT_THAT(log.text(),
                testing::HasSubstr("two runs in a row failed on this rank: it takes no more work"));
  }
}

TEST_F(FailingRanks, AllOfThemFailAndTheRestStaysToDo) {
  const auto [states, messages] = train([](int) { return true; });
  EXPECT_EQ(std::ranges::count(states, State::failed), 8);
  EXPECT_EQ(std::ranges::count(states, State::pending), 16) << "what nobody could train is not given up";
}

}  // namespace
}  // namespace kindred::train
