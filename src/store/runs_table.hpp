#pragma once

#include <array>

#include "store/population_file.hpp"

/// The columns of /runs that a run fills in, in the schema's order.
namespace kindred::store {

struct RealField {
  const char* name;
  double RunResult::*value;
};
struct TextField {
  const char* name;
  std::size_t width;
  std::string RunResult::*value;
};

/// Part of the checksum, in this order.
inline constexpr std::array<RealField, 5> kResultFields{{{"epochs_completed", &RunResult::epochs_completed},
                                                         {"train_loss", &RunResult::train_loss},
                                                         {"train_accuracy", &RunResult::train_accuracy},
                                                         {"test_loss", &RunResult::test_loss},
                                                         {"test_accuracy", &RunResult::test_accuracy}}};

/// Volatile: outside the checksum.
inline constexpr std::array<RealField, 2> kTimeFields{
    {{"wall_seconds", &RunResult::wall_seconds}, {"finished_unix", &RunResult::finished_unix}}};
inline constexpr TextField kHost{"host", 64, &RunResult::host};
inline constexpr TextField kEngine{"engine", 16, &RunResult::engine};
inline constexpr TextField kMessage{"message", 256, &RunResult::message};

/// The numbers of /training, volatile too.
struct TimeField {
  const char* name;
  double TrainingTime::*value;
};
inline constexpr std::array<TimeField, 2> kTrainingFields{
    {{"busy_seconds", &TrainingTime::busy_seconds}, {"rank_seconds", &TrainingTime::rank_seconds}}};

/// Bytes of one run in the columns above, `run`, `state`, `checksum` and `pack`.
inline constexpr std::uint64_t kRunsTableBytes = 8 + 1 + 8 + 5 * 8 + 2 * 8 + 64 + 16 + 8 + 256;

}  // namespace kindred::store
