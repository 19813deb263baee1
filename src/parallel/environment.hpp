#pragma once

#include <string>

namespace kindred::parallel {

/// Initialises MPI at construction and finalises it at destruction; once per process. Collective.
class Environment {
 public:
  Environment(int& argc, char**& argv);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// Several threads may call MPI at once (MPI_THREAD_MULTIPLE).
  bool concurrent() const { return concurrent_; }

 private:
  bool concurrent_ = false;
};

/// "Open MPI v4.1.4".
std::string mpi_version();
std::string host_name();

}  // namespace kindred::parallel
