#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace kindred::train {

struct TrainOptions {
  std::string sweep_path;
  std::string output;
  std::string data_folder;
  std::string device = "auto";
  std::string engine = "auto";
  std::string libraries;  ///< versions, for the file's attribute
  std::int64_t pack = 0;  ///< runs that train together; 0: what suits the device
  std::optional<std::chrono::seconds> time_limit;
  std::chrono::seconds checkpoint_interval = std::chrono::minutes(10);
  std::vector<std::string> reuse;  ///< population files whose finished runs are taken over
  bool retry_failed = false;
  bool take_lock = false;
};

/// Trains what is missing in the population file, creating it first where there is none, and recomputes the
/// population's statistics. `concurrent`: MPI allows calls from several threads. Collective; every rank
/// returns the same code.
ExitCode train(const TrainOptions& options, const parallel::Communicator& world, bool concurrent);

}  // namespace kindred::train
