#include <Kokkos_Core.hpp>
#include <string>

#include "core/error.hpp"
#include "statistics/describe.hpp"

namespace kindred::statistics {

KokkosScope::KokkosScope() {
  KINDRED_EXPECT(!Kokkos::is_initialized());
  Kokkos::initialize();
}

KokkosScope::~KokkosScope() { Kokkos::finalize(); }

std::string_view kokkos_version() {
  static const std::string text = [] {
    std::string backends;
    const auto add = [&](const char* name) {
      backends += (backends.empty() ? "" : ", ") + std::string(name);
    };
#ifdef KOKKOS_ENABLE_SERIAL
    add("Serial");
#endif
#ifdef KOKKOS_ENABLE_OPENMP
    add("OpenMP");
#endif
#ifdef KOKKOS_ENABLE_THREADS
    add("Threads");
#endif
#ifdef KOKKOS_ENABLE_HPX
    add("HPX");
#endif
#ifdef KOKKOS_ENABLE_CUDA
    add("CUDA");
#endif
#ifdef KOKKOS_ENABLE_HIP
    add("HIP");
#endif
#ifdef KOKKOS_ENABLE_SYCL
    add("SYCL");
#endif
    return fmt::format("Kokkos {}.{}.{} ({})", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100,
                       KOKKOS_VERSION % 100, backends);
  }();
  return text;
}

}  // namespace kindred::statistics
