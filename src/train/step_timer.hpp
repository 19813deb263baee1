#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "train/cohort.hpp"
#include "train/engine.hpp"

namespace kindred::train {

/// Images of zeros, as many as a timing needs, where no dataset has been read.
class ZeroImages {
 public:
  /// At least `count` images of the cohort's dataset; valid until the next call.
  data::Dataset operator()(const Cohort& cohort, std::int64_t count);

 private:
  std::vector<std::uint8_t> pixels_, labels_;
};

/// Foretells what packs take from a few training steps, an evaluation and a snapshot's statistics, timed on
/// this machine now. Independent.
class StepTimer {
 public:
  /// `images` gives a cohort's dataset, of at least `count` images to train on and to test with.
  using Images = std::function<data::Dataset(const Cohort& cohort, std::int64_t count)>;
  /// Seconds since some moment.
  using Clock = std::function<double()>;
  static double steady_clock();

  StepTimer(const Engine& engine, Images images, const sweep::Record& record, Clock clock = steady_clock);

  /// Seconds on the clock that it measures with.
  double now() const { return clock_(); }

  /// Seconds that these runs of the cohort take together, without writing. A tenth of a second or a few
  /// steps, whichever is longer; networks that were timed before cost nothing. Throws OutOfDeviceMemory.
  double seconds(const Cohort& cohort, std::span<const sweep::RunSettings> members);

 private:
  struct Times {
    double trained = 0, evaluated = 0;  ///< seconds for an image of every member
    double described = 0;               ///< for a snapshot of every member
  };
  Times measure(const Cohort& cohort, std::span<const sweep::RunSettings> members);
  double seconds_of(const std::function<void()>& work) const;
  /// Seconds of `work(1)`: the least of a few rounds, each long enough to tell.
  double repeated(const std::function<void(int)>& work) const;

  const Engine& engine_;
  Images images_;
  Clock clock_;
  statistics::Describer describer_;
  std::map<std::string, Times> known_;
};

}  // namespace kindred::train
