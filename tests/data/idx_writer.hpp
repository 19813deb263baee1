#pragma once

#include <zlib.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace kindred::test {

/// Writes an IDX file of unsigned bytes, gzipped when the name ends in .gz.
inline void write_idx(const std::string& path, std::span<const std::int64_t> shape,
                      std::span<const std::uint8_t> values) {
  std::vector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::int64_t n : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(n >> shift));
  bytes.insert(bytes.end(), values.begin(), values.end());
  const gzFile file = gzopen(path.c_str(), path.ends_with(".gz") ? "wb1" : "wbT");  // T: as it is, not packed
  if (!file) throw std::runtime_error("cannot make " + path);
  const auto count = static_cast<unsigned>(bytes.size());
  const bool good = gzwrite(file, bytes.data(), count) == static_cast<int>(count);
  if (gzclose(file) != Z_OK || !good) throw std::runtime_error("cannot write " + path);
}

}  // namespace kindred::test
