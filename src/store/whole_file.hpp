#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace kindred::store {

/// Writes a file that is there whole or not at all, whatever happens meanwhile: under path + ".new", synced,
/// renamed, the folder synced. Independent. Throws an input/output error; then what `path` held before is
/// still there.
void write_whole(const std::string& path, std::span<const std::byte> bytes);

/// The first bytes of a file, at most `limit`. Independent. Throws an input/output error.
std::vector<std::byte> read_front(const std::string& path,
                                  std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());

}  // namespace kindred::store
