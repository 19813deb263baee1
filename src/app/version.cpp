#include "store/version.hpp"

#include "app/verbs.hpp"
#include "core/build_info.hpp"
#include "parallel/environment.hpp"
#include "statistics/describe.hpp"
#include "train/engine.hpp"

namespace kindred::app {
namespace {

std::vector<std::string> libraries() {
  return {std::string(train::torch_version()), std::string(statistics::kokkos_version()),
          parallel::mpi_version(), store::hdf5_version()};
}

}  // namespace

std::string version_text() {
  std::string text = version_line();
  for (const auto& library : libraries()) text += "\n" + library;
  return text;
}

std::string libraries_text() {
  std::string text;
  for (const auto& library : libraries()) text += (text.empty() ? "" : "; ") + library;
  return text;
}

}  // namespace kindred::app
