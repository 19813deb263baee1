#pragma once

#include "hdf5_edits.hpp"
#include "hdf5_places.hpp"

namespace kindred::fuzz {

/// What an input makes of a sound HDF5 file. Its first byte says how the rest changes it:
///   0  the values of datasets, their sizes and places, texts of variable length; checksums are mended, so
///   that
///      the sizes reach their readers
///   1  any byte; checksums stay, as in a file that was damaged
///   2  through the library
///   3  any byte, checksums mended, as in a file made to do harm. HDF5 1.10 does not survive these: without
///      KINDRED_FUZZ_HARM in the environment it is 1.
class Hdf5Input {
 public:
  explicit Hdf5Input(const std::vector<std::uint8_t>& sound);
  std::vector<std::uint8_t> apply(Bytes input) const;

 private:
  Hdf5Places places_;
  Hdf5Edits edits_;
  Patches any_, chosen_;
  bool harm_;
};

}  // namespace kindred::fuzz
