#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct gzFile_s;

namespace kindred::data {

/// The bytes of a file, unpacked on the way where it is gzipped. Independent. The errors name the file: it
/// cannot be opened or read, its name ends in .gz but it is not gzipped, it is truncated or damaged (the
/// checksum that closes a gzip file is tested when reading reaches it).
class UnpackedFile {
 public:
  explicit UnpackedFile(const std::string& path);
  const std::string& path() const { return path_; }

  /// Reads until `out` is full or the file ends; returns the bytes read.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  void check() const;
  struct Close {
    void operator()(gzFile_s* file) const noexcept;
  };
  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
};

}  // namespace kindred::data
