#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "../data/captured_log.hpp"
#include "population_of_packs.hpp"

namespace kindred::train {
namespace {

/// Another engine, whose trainers request a stop after so many steps in all.
class StoppingEngine : public Engine {
 public:
  StoppingEngine(const Engine& engine, int steps) : engine_(engine), left_(steps) {}
  std::string_view name() const override { return engine_.name(); }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override {
    return std::make_unique<Trainer>(engine_.start(network, samples, members), left_);
  }

 private:
  struct Trainer : PackTrainer {
    Trainer(std::unique_ptr<PackTrainer> trainer, int& left) : own(std::move(trainer)), left_(left) {}
    void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override { own->begin_epoch(order); }
    void step(std::int64_t first, std::int64_t count) override {
      own->step(first, count);
      if (--left_ == 0) std::raise(SIGUSR1);
    }
    std::vector<Sums> training_sums() override { return own->training_sums(); }
    std::vector<Sums> evaluate() override { return own->evaluate(); }
    void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
      own->logits(member, probes, out);
    }
    std::vector<statistics::Segment> parameters(std::int64_t member) const override {
      return own->parameters(member);
    }
    statistics::Memory memory() const override { return own->memory(); }
    void weights(std::int64_t member, std::span<float> out) const override { own->weights(member, out); }
    void save(ByteWriter& out) const override { own->save(out); }
    void restore(ByteReader& in) override { own->restore(in); }

   private:
    std::unique_ptr<PackTrainer> own;
    int& left_;
  };

  const Engine& engine_;
  mutable int left_;
};

std::vector<std::uint64_t> checksums(const std::vector<FinishedRun>& runs) {
  std::vector<std::uint64_t> all;
  for (const auto& run : runs) all.push_back(store::checksum(run.record.rows(), run.result));
  return all;
}

class Resumed : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

// An epoch has 11 steps, the third one of the three ends at step 33.
TEST_P(Resumed, APackGoesOnBitForBitWhereverItStopped) {
  const auto& [engine, settings] = GetParam();
  Population population("[[sweep]]\nseeds = 2\n\"train.learning_rate\" = [0.02, 1e30]\n" + settings, engine);
  const auto expected = population.run_all();
  ASSERT_EQ(expected.size(), 4u);
  EXPECT_FALSE(std::filesystem::exists(population.checkpoint_folder()));
  for (const int steps : {1, 10, 11, 17, 32}) {
    const StoppingEngine stopping(population.engine(), steps);
    EXPECT_TRUE(population.run_all(&stopping).empty());
    population.forget_stop();
    ASSERT_TRUE(std::filesystem::exists(population.checkpoint_folder() / "run-0.checkpoint"));
    // A second stop on the way.
    const StoppingEngine again(population.engine(), 5);
    auto finished = population.run_all(&again);
    population.forget_stop();
    if (finished.empty()) finished = population.run_all();
    EXPECT_EQ(checksums(finished), checksums(expected)) << "stopped after " << steps << " steps";
    for (std::size_t i = 0; i < finished.size(); ++i) {
      EXPECT_EQ(finished[i].result.message, expected[i].result.message);
      EXPECT_GT(finished[i].earlier_seconds, 0);
    }
    population.checkpoints().remove(population.all_runs());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Resumed,
    testing::Combine(
        testing::Values("native", "torch"),
        testing::Values(
            "", "\"model.dropout\" = 0.3\n\"train.label_noise\" = 0.2\n\"train.optimizer\" = \"adam\"\n",
            "\"train.weight_decay\" = 0.01\n\"train.schedule\" = \"cosine\"\n",
            "\"model.architecture\" = \"cnn\"\n\"model.channels\" = [[4, 6]]\n\"model.dropout\" = 0.3\n",
            "\"model.architecture\" = \"vit\"\n\"model.dim\" = 16\n\"model.depth\" = 2\n\"model.dropout\" = "
            "0.2\n\"train.optimizer\" = \"adamw\"\n\"train.warmup_epochs\" = 1\n")));

TEST(Resume, ADamagedCheckpointIsToldAndTheRunStartsAnew) {
  Population population("");
  const auto expected = population.run_all();
  const auto path = population.checkpoint_folder() / "run-0.checkpoint";
  for (const std::int64_t offset : {-200, 3, 20, 60}) {
    const StoppingEngine stopping(population.engine(), 15);
    EXPECT_TRUE(population.run_all(&stopping).empty());
    population.forget_stop();
    {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(offset, offset < 0 ? std::ios::end : std::ios::beg);
      const char byte = static_cast<char>(file.peek() ^ 0x40);
      file.seekp(offset, offset < 0 ? std::ios::end : std::ios::beg);
      file.put(byte);
    }
    const test::CapturedLog log;
    EXPECT_EQ(checksums(population.run_all()), checksums(expected));
    EXPECT_THAT(log.text(), testing::HasSubstr("run-0.checkpoint is damaged"));
  }
}

TEST(Resume, CheckpointsAreWrittenWhileTraining) {
  Population population("");
  const auto expected = population.run_all();
  population.checkpoints() = Checkpoints(population.path(), "any", "native", std::chrono::nanoseconds(1));
  EXPECT_EQ(checksums(population.run_all()), checksums(expected));
  const auto path = population.checkpoint_folder() / "run-0.checkpoint";
  EXPECT_TRUE(std::filesystem::exists(path)) << "who writes the run's results removes it";
  // The last one is of the last step: of the run only that step, the evaluation and the snapshot are left.
  const StoppingEngine one(population.engine(), 2);
  EXPECT_EQ(checksums(population.run_all(&one)), checksums(expected));
}

}  // namespace
}  // namespace kindred::train
