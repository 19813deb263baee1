#include "compare/source.hpp"

namespace kindred::compare {

void read_weights(const Source& source, std::int64_t row, std::int64_t offset, std::span<float> out) {
  source.file->read_row_part(source.cohort->name, "weights", row,
                             source.weights_snapshot * source.cohort->size() + offset,
                             static_cast<std::int64_t>(out.size()), std::as_writable_bytes(out));
}

}  // namespace kindred::compare
