# kindred_test(name SOURCES ... USES ... [RANKS 1 2 3 4] [LABELS ...] [TIMEOUT seconds])
#
# One GoogleTest executable, run once for each number of ranks (without RANKS: as a plain process).
# An error print of the HDF5 library fails a test even where the program goes on.
function(kindred_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;USES;RANKS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE ${arg_USES} kindred_test_main GTest::gmock)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_RANKS)
    add_test(NAME ${name} COMMAND test_${name} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
      FAIL_REGULAR_EXPRESSION "HDF5-DIAG")
  endif()
  foreach(ranks IN LISTS arg_RANKS)
    add_test(NAME ${name}_${ranks} COMMAND
      ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${KINDRED_MPIEXEC_FLAGS} $<TARGET_FILE:test_${name}>
      --gtest_brief=1)
    set_tests_properties(${name}_${ranks} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
      FAIL_REGULAR_EXPRESSION "HDF5-DIAG" PROCESSORS ${ranks}
      ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_hwloc_base_binding_policy=none")
  endforeach()
endfunction()
