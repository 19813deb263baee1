#pragma once

#include <cstdint>
#include <vector>

#include "patches.hpp"

namespace kindred::fuzz {

/// Where things are in a sound HDF5 file, by the HDF5 File Format Specification 3.0.
struct Hdf5Places {
  explicit Hdf5Places(const std::vector<std::uint8_t>& file);

  /// Blocks of metadata that end with a checksum, which is at `second`.
  std::vector<Patches::Range> blocks;
  /// The sizes of datasets, and where these say that their values are.
  std::vector<Patches::Range> sizes;
  /// Texts of variable length, which no checksum covers.
  std::vector<Patches::Range> heaps;
};

/// Gives the blocks that differ from the sound file's their checksum anew.
void mend_checksums(const Hdf5Places& places, const std::vector<std::uint8_t>& sound,
                    std::vector<std::uint8_t>& file);

}  // namespace kindred::fuzz
