#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "target.hpp"

namespace kindred::fuzz {

/// Changes of an HDF5 file through the library, so that what comes out is sound HDF5 of any other content.
class Hdf5Edits {
 public:
  explicit Hdf5Edits(std::vector<std::uint8_t> sound);

  /// The sound file with the changes that `input` lists, at most eight of: delete, rename or link an object,
  /// put another dataset or group in its place, change its attributes.
  std::vector<std::uint8_t> apply(Bytes input) const;

  /// First byte and end of the values of each dataset that has any.
  const std::vector<std::pair<std::size_t, std::size_t>>& values() const { return values_; }

 private:
  std::vector<std::uint8_t> sound_;
  std::vector<std::string> objects_;     ///< paths, and some that are not there
  std::vector<std::string> attributes_;  ///< names
  std::vector<std::pair<std::size_t, std::size_t>> values_;
};

/// The bytes of the file at `path`.
std::vector<std::uint8_t> bytes_of(const std::string& path);

}  // namespace kindred::fuzz
