#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/disk.hpp"

namespace kindred::store {

/// Checks a file's global heap, where HDF5 keeps texts of variable length: the one part of its metadata
/// without checksums, whose structure the library follows unchecked into foreign memory (HDF5 File Format
/// Specification 3.0, sections III.E and VIII.C). Nothing here is needed for a sound file.
class GlobalHeap {
 public:
  GlobalHeap(const std::string& path, std::uint64_t file_bytes);

  /// Checks every collection that is not inside the given [first, end) ranges of bytes. Collections are
  /// aligned like all large objects of these files. Throws an input/output error, also for ranges that
  /// overlap.
  void check_outside(std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges);
  /// Checks that `count` texts of variable length stored at `offset` lie where they say. Throws an
  /// input/output error.
  void check_texts(std::uint64_t offset, std::uint64_t count);

 private:
  /// Sizes of the objects of the collection at `address`, which number from 1.
  const std::vector<std::uint64_t>& collection(std::uint64_t address);
  void read(std::uint64_t offset, void* out, std::size_t size) const;
  void require(bool sound) const;

  std::string path_;
  std::uint64_t bytes_;
  Descriptor file_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> collections_;
};

}  // namespace kindred::store
