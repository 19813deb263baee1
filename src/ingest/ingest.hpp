#pragma once

#include <functional>
#include <string>

#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::ingest {

struct IngestOptions {
  std::string folder;
  std::string output;
  std::string settings;      ///< a CSV file, "" for none
  std::string architecture;  ///< a JSON file for models that name no network, "" for none
  sweep::Record record;      ///< without snapshots and probes, which are the models' own
  std::string libraries;     ///< versions, for the file's attribute
  bool retry_failed = false;
  bool take_lock = false;
  std::function<bool()> stop;  ///< whether to begin no further run
};

/// Makes a population file from the models of a folder, or goes on with the runs that are missing in it, and
/// recomputes the population's statistics. `concurrent`: MPI allows calls from several threads. Collective;
/// every rank returns the same code, ExitCode::stopped where a stop left runs. A file of other models or
/// options is refused with what differs.
ExitCode ingest(const IngestOptions& options, const parallel::Communicator& world, bool concurrent);

}  // namespace kindred::ingest
