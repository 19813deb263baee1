#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "compare/images.hpp"
#include "compare/progress.hpp"
#include "compare/tasks.hpp"
#include "store/similarity_file.hpp"

namespace kindred::compare {

/// One rank's part of a comparison: computes tiles, writes and records them. Keeps the comparison and the
/// left features for the next tile of the same unit and rows. Independent.
class Worker {
 public:
  Worker(const Job& job, const store::PopulationFile& population, const Images& images,
         store::SimilarityFile& output, ProgressFile& progress, std::size_t memory, Interrupt stop)
      : job_(job),
        population_(population),
        images_(images),
        output_(output),
        progress_(progress),
        memory_(memory),
        stop_(std::move(stop)) {}

  /// False where it was given up because `stop` said so.
  bool work(const Task& task);
  /// Syncs and records the last tiles.
  void finish();

 private:
  std::vector<std::vector<float>> compute(const Task& task);
  void write(const Unit& unit, const Tile& tile, const std::vector<std::vector<float>>& values);

  const Job& job_;
  const store::PopulationFile& population_;
  const Images& images_;
  store::SimilarityFile& output_;
  ProgressFile& progress_;
  std::size_t memory_;  ///< bytes that it may take
  Interrupt stop_;
  std::optional<std::size_t> unit_;
  std::unique_ptr<Comparison> comparison_;
  std::unique_ptr<Features> left_;
  std::int64_t left_first_ = 0;
  using Clock = std::chrono::steady_clock;
  Clock::time_point recorded_ = Clock::now();
  Clock::duration syncing_{};  ///< what the last sync took
};

}  // namespace kindred::compare
