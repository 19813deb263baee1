#include "core/bytes.hpp"

#include "core/error.hpp"

namespace kindred {

std::span<const std::byte> ByteReader::take(std::uint64_t size) {
  KINDRED_VALIDATE(size <= bytes_.size(),
                   io_error("{} bytes are missing", size - static_cast<std::uint64_t>(bytes_.size())));
  const auto part = bytes_.first(static_cast<std::size_t>(size));
  bytes_ = bytes_.subspan(part.size());
  return part;
}

}  // namespace kindred
