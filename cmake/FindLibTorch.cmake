# Finds LibTorch in a Python environment's torch wheel and makes the target LibTorch::LibTorch.
#
# The wheel's own find_package(Torch) demands a CUDA toolkit wherever the wheel was built with CUDA, so
# the targets are made here from the wheel's headers and libraries: LibTorch::LibTorch for CPUs alone (the CUDA
# libraries would be loaded at every start for nothing), and, where the wheel has them and CUDA's headers are in
# it or in a toolkit, LibTorch::CUDA.
#
# Reads   KINDRED_VENV or the environment variable of that name (a venv), else Python3_EXECUTABLE
# Sets    LibTorch_FOUND, LibTorch_VERSION, LibTorch_ROOT_DIR

if(NOT KINDRED_VENV AND DEFINED ENV{KINDRED_VENV})
  set(KINDRED_VENV $ENV{KINDRED_VENV})
endif()
if(NOT KINDRED_VENV AND EXISTS "${PROJECT_SOURCE_DIR}/.venv/bin/python")
  set(KINDRED_VENV "${PROJECT_SOURCE_DIR}/.venv")
endif()
if(KINDRED_VENV)
  set(KINDRED_PYTHON "${KINDRED_VENV}/bin/python")
else()
  find_program(KINDRED_PYTHON NAMES python3 python)
endif()

if(NOT LibTorch_ROOT_DIR)
  # Asked of importlib, not of torch itself: importing torch takes seconds.
  execute_process(
    COMMAND ${KINDRED_PYTHON} -c
      "import importlib.util as u, os; s = u.find_spec('torch'); print(os.path.dirname(s.origin) if s else '', end='')"
    OUTPUT_VARIABLE torch_folder ERROR_QUIET)
  set(LibTorch_ROOT_DIR "${torch_folder}" CACHE PATH "The torch folder of a wheel or of a LibTorch archive")
endif()

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h PATHS "${LibTorch_ROOT_DIR}/include" NO_DEFAULT_PATH)
foreach(part torch_cpu c10)
  find_library(LibTorch_${part}_LIBRARY ${part} PATHS "${LibTorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
endforeach()
if(EXISTS "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
  set(version_header "${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h")
else()
  set(version_header "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h")
endif()
if(EXISTS "${version_header}")
  foreach(part MAJOR MINOR PATCH)
    file(STRINGS "${version_header}" version_line REGEX "#define TORCH_VERSION_${part} [0-9]+")
    string(REGEX MATCH "[0-9]+$" version_${part} "${version_line}")
  endforeach()
  set(LibTorch_VERSION "${version_MAJOR}.${version_MINOR}.${version_PATCH}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_INCLUDE_DIR LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY
  VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run jobs/setup.sh, or set KINDRED_VENV to a venv with the torch wheel, or LibTorch_ROOT_DIR")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::c10 SHARED IMPORTED)
  set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION "${LibTorch_c10_LIBRARY}")
  add_library(LibTorch::LibTorch SHARED IMPORTED)
  set_target_properties(LibTorch::LibTorch PROPERTIES
    IMPORTED_LOCATION "${LibTorch_torch_cpu_LIBRARY}"
    INTERFACE_LINK_LIBRARIES LibTorch::c10)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    "${LibTorch_INCLUDE_DIR}" "${LibTorch_INCLUDE_DIR}/torch/csrc/api/include")
  # CUDA libraries that the wheel's CPU library names stand in folders of their own beside it.
  file(GLOB wheel_library_folders "${LibTorch_ROOT_DIR}/../nvidia/*/lib")
  foreach(folder IN LISTS wheel_library_folders)
    target_link_options(LibTorch::LibTorch INTERFACE "-Wl,-rpath-link,${folder}")
  endforeach()
  target_link_options(LibTorch::LibTorch INTERFACE "-Wl,-rpath-link,${LibTorch_ROOT_DIR}/lib")
endif()

if(LibTorch_FOUND AND NOT TARGET LibTorch::CUDA)
  find_library(LibTorch_torch_cuda_LIBRARY torch_cuda PATHS "${LibTorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
  find_library(LibTorch_c10_cuda_LIBRARY c10_cuda PATHS "${LibTorch_ROOT_DIR}/lib" NO_DEFAULT_PATH)
  # The wheel brings most of CUDA's headers; those of the compiler come with wheels of their own or a toolkit.
  include(CheckCXXSourceCompiles)
  file(GLOB header_folders "${LibTorch_ROOT_DIR}/../nvidia/*/include")
  list(TRANSFORM header_folders REPLACE "/torch/\\.\\./" "/")
  list(APPEND header_folders $ENV{CUDA_HOME}/include /usr/local/cuda/include)
  foreach(folder IN LISTS header_folders)
    if(NOT cuda_headers AND EXISTS "${folder}/cusparse.h")
      string(MAKE_C_IDENTIFIER "LibTorch_complete_${folder}" complete)
      set(CMAKE_REQUIRED_INCLUDES "${folder}")
      if(IS_DIRECTORY "${folder}/cccl")
        list(APPEND CMAKE_REQUIRED_INCLUDES "${folder}/cccl")
      endif()
      check_cxx_source_compiles("#include <cuda_runtime_api.h>\n#include <cusparse.h>\n#include <cusolverDn.h>
                                 int main() {}" ${complete})
      if(${complete})
        set(cuda_headers ${CMAKE_REQUIRED_INCLUDES})
      else()
        unset(${complete} CACHE) # what is missing may come
      endif()
      unset(CMAKE_REQUIRED_INCLUDES)
    endif()
  endforeach()
  if(LibTorch_torch_cuda_LIBRARY AND LibTorch_c10_cuda_LIBRARY AND cuda_headers)
    add_library(LibTorch::c10_cuda SHARED IMPORTED)
    set_target_properties(LibTorch::c10_cuda PROPERTIES IMPORTED_LOCATION "${LibTorch_c10_cuda_LIBRARY}")
    add_library(LibTorch::CUDA SHARED IMPORTED)
    set_target_properties(LibTorch::CUDA PROPERTIES
      IMPORTED_LOCATION "${LibTorch_torch_cuda_LIBRARY}"
      INTERFACE_LINK_LIBRARIES "LibTorch::c10_cuda;LibTorch::LibTorch")
    target_include_directories(LibTorch::CUDA SYSTEM INTERFACE ${cuda_headers})
    message(STATUS "GPUs: LibTorch's CUDA libraries, headers in ${cuda_headers}")
  else()
    message(STATUS "GPUs: none (no CUDA libraries in the wheel, or not all of CUDA's headers)")
  endif()
endif()
