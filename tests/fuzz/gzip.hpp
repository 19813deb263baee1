#pragma once

#include <zlib.h>

#include <algorithm>
#include <vector>

#include "target.hpp"

namespace kindred::fuzz {

/// A gzip file (RFC 1952) of these bytes, in stored blocks (RFC 1951, section 3.2.4): packing would take
/// longer than reading does.
inline std::vector<std::uint8_t> gzipped(Bytes bytes) {
  std::vector<std::uint8_t> file{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) file.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  const auto sum = ::crc32(::crc32(0, nullptr, 0), bytes.data(), static_cast<unsigned>(bytes.size()));
  const auto size = bytes.size();
  do {
    const auto block = bytes.first(std::min<std::size_t>(bytes.size(), 0xffff));
    bytes = bytes.subspan(block.size());
    put(bytes.empty(), 1);
    put(block.size(), 2);
    put(~block.size(), 2);
    file.insert(file.end(), block.begin(), block.end());
  } while (!bytes.empty());
  put(sum, 4);
  put(size, 4);
  return file;
}

}  // namespace kindred::fuzz
