# Finds Kokkos, the distribution's (3.4, inside Trilinos) or a site's own (Kokkos_ROOT), and makes
# kindred::kokkos from it.
#
# The distribution's configuration names an include folder that does not hold the headers; the right one
# is in Kokkos_INCLUDE_DIRS.

find_package(Kokkos CONFIG QUIET)
if(Kokkos_FOUND)
  if(NOT Kokkos_VERSION AND Kokkos_INCLUDE_DIRS)
    file(STRINGS "${Kokkos_INCLUDE_DIRS}/KokkosCore_config.h" line REGEX "#define KOKKOS_VERSION [0-9]+")
    string(REGEX REPLACE ".* ([0-9]+)$" "\\1" number "${line}")
    math(EXPR major "${number} / 10000")
    math(EXPR minor "${number} / 100 % 100")
    math(EXPR patch "${number} % 100")
    set(Kokkos_VERSION "${major}.${minor}.${patch}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(KokkosAny REQUIRED_VARS Kokkos_DIR VERSION_VAR Kokkos_VERSION
  REASON_FAILURE_MESSAGE "run jobs/setup.sh, or set Kokkos_ROOT to an installed Kokkos")

if(KokkosAny_FOUND AND NOT TARGET kindred::kokkos)
  add_library(kindred_kokkos INTERFACE)
  add_library(kindred::kokkos ALIAS kindred_kokkos)
  target_link_libraries(kindred_kokkos INTERFACE Kokkos::kokkos)
  if(Kokkos_INCLUDE_DIRS)
    target_include_directories(kindred_kokkos SYSTEM INTERFACE ${Kokkos_INCLUDE_DIRS})
  endif()
  if(KINDRED_REQUIRE_KOKKOS_CUDA AND NOT "CUDA" IN_LIST Kokkos_DEVICES)
    message(FATAL_ERROR "This Kokkos has no CUDA backend (devices: ${Kokkos_DEVICES}): set Kokkos_ROOT to one that has")
  endif()
endif()
