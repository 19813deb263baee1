#include "hdf5_places.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

// The library's own (H5checksum.c), which its headers keep to themselves.
extern "C" std::uint32_t H5_checksum_metadata(const void* data, std::size_t size, std::uint32_t start);

namespace kindred::fuzz {
namespace {

constexpr std::size_t longest = 4096;

using File = std::vector<std::uint8_t>;

std::uint64_t number(const File& file, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  std::memcpy(&value, file.data() + at, count);
  return value;
}

std::uint32_t sum(const File& file, std::size_t first, std::size_t end) {
  return H5_checksum_metadata(file.data() + first, end - first, 0);
}

bool begins_block(std::string_view bytes) {
  constexpr std::array<std::string_view, 11> signatures{
      "\x89HDF\r\n\x1a\n", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "BTIN", "FSHD", "FSSE"};
  return std::ranges::any_of(signatures, [&](auto signature) { return bytes.starts_with(signature); });
}

/// Adds the sizes that a dataset's object header has (sections IV.A.1.b, IV.A.2.b and IV.A.2.i).
void add_sizes(const File& file, const Patches::Range& header, std::vector<Patches::Range>& sizes) {
  const auto flags = file[header.first + 5];
  std::size_t at = header.first + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0) + (1u << (flags & 3));
  const std::size_t message_header = flags & 4 ? 6 : 4;
  while (at + message_header <= header.second) {
    const auto type = file[at];
    const std::size_t size = number(file, at + 1, 2);
    at += message_header;
    if (type == 1) {  // dataspace
      const std::size_t dims = at + (file[at] == 1 ? 8 : 4);
      sizes.emplace_back(dims, dims + 8 * file[at + 1]);
    }
    if (type == 8 && file[at + 1] == 1) sizes.emplace_back(at + 2, at + 18);  // contiguous layout
    at += size;
  }
}

}  // namespace

Hdf5Places::Hdf5Places(const File& file) {
  const std::string_view text = text_of(file);
  for (std::size_t first = 0; first + 16 < file.size(); ++first) {
    const auto here = text.substr(first);
    if (here.starts_with("GCOL")) heaps.emplace_back(first, first + number(file, first + 8, 8));
    if (!begins_block(here)) continue;
    for (std::size_t end = first + 8; end + 4 <= std::min(file.size(), first + longest); ++end) {
      const auto stored = number(file, end, 4);
      if (stored == 0 || stored != sum(file, first, end)) continue;
      blocks.emplace_back(first, end);
      if (here.starts_with("OHDR")) add_sizes(file, blocks.back(), sizes);
      break;
    }
  }
}

void mend_checksums(const Hdf5Places& places, const File& sound, File& file) {
  for (const auto& [first, end] : places.blocks) {
    if (end + 4 > file.size() || std::memcmp(file.data() + first, sound.data() + first, end - first) == 0)
      continue;
    const std::uint32_t value = sum(file, first, end);
    std::memcpy(file.data() + end, &value, sizeof value);
  }
}

}  // namespace kindred::fuzz
