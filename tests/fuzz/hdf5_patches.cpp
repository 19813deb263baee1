#include "hdf5_patches.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

// The library's own (H5checksum.c), which its headers keep to itself.
extern "C" std::uint32_t H5_checksum_metadata(const void* data, std::size_t size, std::uint32_t start);

namespace kindred::fuzz {
namespace {

constexpr std::size_t longest = 4096;

bool begins_block(std::string_view bytes) {
  constexpr std::array<std::string_view, 11> signatures{
      "\x89HDF\r\n\x1a\n", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "BTIN", "FSHD", "FSSE"};
  for (const auto signature : signatures)
    if (bytes.starts_with(signature)) return true;
  return false;
}

std::uint32_t sum(const std::vector<std::uint8_t>& bytes, std::size_t first, std::size_t end) {
  return H5_checksum_metadata(bytes.data() + first, end - first, 0);
}

}  // namespace

Hdf5Patches::Hdf5Patches(std::vector<std::uint8_t> sound) : patches_(std::move(sound)) {
  const auto& bytes = patches_.sound();
  const std::string_view text = text_of(bytes);
  for (std::size_t first = 0; first + 8 < bytes.size(); ++first) {
    if (!begins_block(text.substr(first))) continue;
    // Every block ends with its checksum.
    for (std::size_t end = first + 8; end + 4 <= std::min(bytes.size(), first + longest); ++end) {
      std::uint32_t stored = 0;
      std::memcpy(&stored, bytes.data() + end, sizeof stored);
      if (stored == 0 || stored != sum(bytes, first, end)) continue;
      blocks_.emplace_back(first, end);
      break;
    }
  }
}

std::vector<std::uint8_t> Hdf5Patches::apply(Bytes input) const {
  Reader reader(input);
  const bool keep = reader.number(1) & 1;
  auto bytes = patches_.apply(reader.rest());
  if (keep) return bytes;
  for (const auto& [first, end] : blocks_) {
    if (end + 4 > bytes.size()) continue;
    if (std::memcmp(bytes.data() + first, patches_.sound().data() + first, end - first) == 0) continue;
    const std::uint32_t value = sum(bytes, first, end);
    std::memcpy(bytes.data() + end, &value, sizeof value);
  }
  return bytes;
}

std::vector<std::uint8_t> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace kindred::fuzz
