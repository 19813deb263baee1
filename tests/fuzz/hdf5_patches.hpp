#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "patches.hpp"

namespace kindred::fuzz {

/// Patches of an HDF5 file whose metadata stay sound by their checksums, so that a change reaches what is
/// behind them: blocks (HDF5 File Format Specification 3.0) are found once in the sound file, and those that a
/// patch changed get their checksum anew.
class Hdf5Patches {
 public:
  explicit Hdf5Patches(std::vector<std::uint8_t> sound);

  /// The first byte of `input` says with bit 0 that checksums stay as they are; the rest is for Patches.
  std::vector<std::uint8_t> apply(Bytes input) const;

  /// How many blocks have a checksum.
  std::size_t blocks() const { return blocks_.size(); }

 private:
  Patches patches_;
  std::vector<std::pair<std::size_t, std::size_t>> blocks_;  ///< first byte, and where its checksum is
};

/// The bytes of the file at `path`.
std::vector<std::uint8_t> bytes_of(const std::string& path);

}  // namespace kindred::fuzz
