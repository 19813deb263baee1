#include "parallel/environment.hpp"

#include <mpi.h>

#include "parallel/communicator.hpp"

namespace kindred::parallel {

Environment::Environment(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  KINDRED_MPI(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided));
  concurrent_ = provided == MPI_THREAD_MULTIPLE;
}

Environment::~Environment() { MPI_Finalize(); }

std::string mpi_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  const std::string whole(text, static_cast<std::size_t>(length));
  return whole.substr(0, whole.find_first_of(",\n"));
}

std::string host_name() {
  char text[MPI_MAX_PROCESSOR_NAME] = "";
  int length = 0;
  MPI_Get_processor_name(text, &length);
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace kindred::parallel
