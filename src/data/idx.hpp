#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kindred::data {

/// Reads an IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist), plain or gzipped, whose
/// dimensions must equal `shape`, into `out` (the product of shape). Returns the
/// XXH64 of the unpacked file. Independent. Throws an input/output error naming the file: missing, not
/// gzip, truncated, wrong magic number, another shape, bytes after the end.
std::uint64_t read_idx(const std::string& path, std::span<const std::int64_t> shape,
                       std::span<std::uint8_t> out);

}  // namespace kindred::data
