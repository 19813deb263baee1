#include <algorithm>
#include <utility>

#include "parallel/communicator.hpp"

namespace kindred::parallel {
namespace {

// The datatype that MPI hands over is one whole slot; its length comes with it as its extent.
void keep_filled(void* in, void* in_out, int* count, MPI_Datatype* type) {
  MPI_Aint lower = 0, extent = 0;
  MPI_Type_get_extent(*type, &lower, &extent);
  const auto length = static_cast<std::size_t>(extent) / sizeof(double);
  const auto* source = static_cast<const double*>(in);
  auto* target = static_cast<double*>(in_out);
  for (int slot = 0; slot < *count; ++slot, source += length, target += length)
    if (source[0] != 0) std::copy_n(source, length, target);
}

}  // namespace

void reduce_slots(const Communicator& communicator, std::span<double> slots, std::size_t length) {
  KINDRED_EXPECT(length > 0 && slots.size() % length == 0 && std::in_range<int>(length));
  if (communicator.size() == 1 || slots.empty()) return;
  MPI_Datatype slot_type = MPI_DATATYPE_NULL;
  MPI_Op operation = MPI_OP_NULL;
  KINDRED_MPI(MPI_Type_contiguous(static_cast<int>(length), MPI_DOUBLE, &slot_type));
  KINDRED_MPI(MPI_Type_commit(&slot_type));
  KINDRED_MPI(MPI_Op_create(keep_filled, 1, &operation));
  const auto count = static_cast<int>(slots.size() / length);
  if (communicator.is_root())
    KINDRED_MPI(MPI_Reduce(MPI_IN_PLACE, slots.data(), count, slot_type, operation, 0, communicator.get()));
  else
    KINDRED_MPI(MPI_Reduce(slots.data(), nullptr, count, slot_type, operation, 0, communicator.get()));
  KINDRED_MPI(MPI_Op_free(&operation));
  KINDRED_MPI(MPI_Type_free(&slot_type));
}

}  // namespace kindred::parallel
