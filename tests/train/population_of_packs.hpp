#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <numeric>
#include <optional>

#include "samples.hpp"
#include "train/run_pack.hpp"

namespace kindred::train {

/// A sweep on small images with all that run_pack needs, checkpoints in a folder of its own.
class Population {
 public:
  explicit Population(const std::string& more, const std::string& engine = "native")
      : engine_(make_engine(engine, "cpu")),
        sweep_(small_sweep(more)),
        cohorts_(make_cohorts(sweep_)),
        layout_(population_layout(sweep_, cohorts_)) {
    cohorts_[0].probes = std::min<std::int64_t>(cohorts_[0].probes, 50);
    for (auto& array : layout_.cohorts[0].arrays)
      if (array.name == "logits") array.dimensions[0].size = cohorts_[0].probes;
    std::string name = (std::filesystem::temp_directory_path() / "kindred-packs-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    checkpoints_.emplace(path(), sweep_.id(), engine, std::chrono::hours(1));
  }
  ~Population() { std::filesystem::remove_all(folder_); }

  /// Trained by `engine`, or by its own. Nothing after a stop.
  std::vector<FinishedRun> run(std::vector<std::int64_t> runs, const Engine* engine = nullptr) {
    statistics::Describer describer(population::describe_options(sweep_.record));
    Stopwatch recording;
    const PackContext context{sweep_,
                              cohorts_[0],
                              layout_.cohorts[0].arrays,
                              engine ? *engine : *engine_,
                              images_.samples(),
                              describer,
                              *stop_,
                              *checkpoints_,
                              recording};
    auto finished = run_pack(context, runs);
    EXPECT_GT(recording.seconds(), 0);
    return finished ? std::move(*finished) : std::vector<FinishedRun>();
  }
  std::vector<std::int64_t> all_runs() const {
    std::vector<std::int64_t> runs(sweep_.runs.size());
    std::iota(runs.begin(), runs.end(), 0);
    return runs;
  }
  std::vector<FinishedRun> run_all(const Engine* engine = nullptr) { return run(all_runs(), engine); }

  const Engine& engine() const { return *engine_; }
  Checkpoints& checkpoints() { return *checkpoints_; }
  std::string path() const { return (folder_ / "p.h5").string(); }
  std::filesystem::path checkpoint_folder() const { return folder_ / "p.h5.checkpoints"; }
  /// A stop that was requested is over.
  void forget_stop() { stop_.emplace(std::nullopt); }

 private:
  std::unique_ptr<Engine> engine_;
  sweep::Sweep sweep_;
  std::vector<Cohort> cohorts_;
  store::PopulationLayout layout_;
  FakeImages images_{330, 90};  // the last mini-batch is partial
  std::optional<StopRequest> stop_{std::in_place, std::nullopt};
  std::filesystem::path folder_;
  std::optional<Checkpoints> checkpoints_;
};

}  // namespace kindred::train
