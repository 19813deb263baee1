#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace kindred::compare {

struct CompareOptions {
  std::string population;
  std::string output;
  std::string data_folder;
  std::string metrics = "fast";
  std::string parameters = "each";  ///< all, each, or names
  std::string snapshot = "final";   ///< final, or an epoch whose weights are kept
  std::string device = "auto";      ///< auto, cpu or cuda
  std::string libraries;            ///< versions, for the file's attribute
  std::int64_t probes = 1000;
  std::size_t memory = 0;  ///< bytes for features and values on each rank; 0: a fourth of the node's, shared
  std::optional<std::chrono::seconds> time_limit;  ///< stops 30 s before
  bool take_lock = false;
};

/// Computes the similarity matrices of a population into a new similarity file, going on where an earlier
/// start stopped. Collective; every rank returns the same code.
ExitCode compare(const CompareOptions& options, const parallel::Communicator& world, bool concurrent);

}  // namespace kindred::compare
