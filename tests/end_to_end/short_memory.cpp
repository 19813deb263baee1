// Loaded before a rank (LD_PRELOAD): from MPI's start on, its allocation number FAILING_ALLOCATION throws.
#include <mpi.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counts{false};
std::atomic<long> allocations{0};

bool fails() {
  static const long failing = std::atol(std::getenv("FAILING_ALLOCATION"));
  return counts && ++allocations == failing;
}

}  // namespace

extern "C" int MPI_Init_thread(int* argc, char*** argv, int required, int* provided) {
  const int code = PMPI_Init_thread(argc, argv, required, provided);
  counts = true;
  return code;
}

extern "C" int MPI_Finalize() {
  counts = false;
  return PMPI_Finalize();
}

void* operator new(std::size_t size) {
  void* memory = fails() ? nullptr : std::malloc(size > 0 ? size : 1);
  if (!memory) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
