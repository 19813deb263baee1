# Compiler flags, the compiler cache, and the instruction set.

find_program(KINDRED_CCACHE ccache)
if(KINDRED_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header carries time stamps and macros that ccache must be told to tolerate.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${KINDRED_CCACHE})
endif()

# The best x86-64 level that this machine runs. Asked of the processor itself: -march=native names a
# model, and inside some virtual machines the wrong one.
if(NOT DEFINED KINDRED_CPU_FLAGS)
  set(flags "")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    file(WRITE ${PROJECT_BINARY_DIR}/cpu_level.cpp "
      #include <cstdio>
      int main() {
        __builtin_cpu_init();
        const bool v3 = __builtin_cpu_supports(\"avx2\") && __builtin_cpu_supports(\"fma\") &&
                        __builtin_cpu_supports(\"bmi2\");
        const bool v4 = v3 && __builtin_cpu_supports(\"avx512f\") && __builtin_cpu_supports(\"avx512bw\") &&
                        __builtin_cpu_supports(\"avx512cd\") && __builtin_cpu_supports(\"avx512dq\") &&
                        __builtin_cpu_supports(\"avx512vl\");
        std::printf(\"%d\", v4 ? 4 : v3 ? 3 : 2);
      }")
    try_run(cpu_ran cpu_built ${PROJECT_BINARY_DIR}/cpu_level ${PROJECT_BINARY_DIR}/cpu_level.cpp
            RUN_OUTPUT_VARIABLE cpu_level)
    if(cpu_built AND cpu_level EQUAL 4)
      set(flags -march=x86-64-v4 -mprefer-vector-width=512)
    elseif(cpu_built AND cpu_level EQUAL 3)
      set(flags -march=x86-64-v3)
    endif()
  endif()
  set(KINDRED_CPU_FLAGS "${flags}" CACHE STRING "Instruction set of the build; empty for the compiler's default")
endif()
message(STATUS "CPU flags: ${KINDRED_CPU_FLAGS}")

# Every target of the project links this one.
add_library(kindred_options INTERFACE)
target_include_directories(kindred_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(kindred_options INTERFACE
  -Wall -Wextra -Wshadow -Wno-unknown-pragmas -fopenmp-simd ${KINDRED_CPU_FLAGS}
  $<$<CONFIG:Release>:-O3>)
target_compile_definitions(kindred_options INTERFACE $<$<CONFIG:Debug>:KINDRED_DEBUG>)
if(KINDRED_SANITIZE)
  target_compile_options(kindred_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
                         -fno-sanitize-recover=undefined)
  target_link_options(kindred_options INTERFACE -fsanitize=address,undefined)
  target_compile_definitions(kindred_options INTERFACE KINDRED_DEBUG)
endif()

# kindred_layer(name SOURCES ... USES lower layers and libraries ...): one folder, one target, one layer.
function(kindred_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;PRIVATE" ${ARGN})
  add_library(kindred_${name} STATIC ${arg_SOURCES})
  add_library(kindred::${name} ALIAS kindred_${name})
  target_link_libraries(kindred_${name} PUBLIC kindred_options ${arg_USES} PRIVATE ${arg_PRIVATE})
endfunction()
