#pragma once

#include <string>

#include "target.hpp"

namespace kindred::fuzz {

/// A folder with one file, for readers that take a path. It is below TMPDIR, which should be in memory, and
/// removed when the process ends by itself.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& folder() const { return folder_; }
  const std::string& path() const { return path_; }
  /// Replaces all that the file holds.
  void write(Bytes bytes) const;

 private:
  std::string folder_, path_;
  int fd_;
};

}  // namespace kindred::fuzz
