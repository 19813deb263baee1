#include "parallel/shared_memory.hpp"

namespace kindred::parallel {

SharedMemory::SharedMemory(const Communicator& all, const Communicator& node, std::size_t bytes,
                           const std::function<void(std::span<std::uint8_t>)>& fill) {
  void* own = nullptr;
  KINDRED_MPI(MPI_Win_allocate_shared(node.is_root() ? static_cast<MPI_Aint>(bytes) : 0, 1, MPI_INFO_NULL,
                                      node.get(), &own, &window_));
  MPI_Aint size = 0;
  int unit = 0;
  void* start = nullptr;
  KINDRED_MPI(MPI_Win_shared_query(window_, 0, &size, &unit, &start));
  bytes_ = {static_cast<std::uint8_t*>(start), bytes};
  try {
    all.agree([&] {
      if (node.is_root()) fill(bytes_);
    });
  } catch (...) {
    MPI_Win_free(&window_);
    throw;
  }
  KINDRED_MPI(MPI_Win_fence(0, window_));
}

SharedMemory::~SharedMemory() {
  if (window_ != MPI_WIN_NULL) MPI_Win_free(&window_);
}

}  // namespace kindred::parallel
