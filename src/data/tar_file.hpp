#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/unpacked_file.hpp"

struct archive;

namespace kindred::data {

/// The files in a tar archive, one after another and never on disk; the archive may be gzipped.
/// Independent. Errors name the archive: those of UnpackedFile, not a tar archive, a damaged one.
class TarFile {
 public:
  explicit TarFile(const std::string& path);
  TarFile(const TarFile&) = delete;
  TarFile& operator=(const TarFile&) = delete;

  /// Goes to the next regular file and returns its name without its folders; nothing after the last one,
  /// when the archive has been read to its end and its checksum tested.
  std::optional<std::string> next();

  /// Reads of the present file until `out` is full or the file ends; returns the bytes read.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  std::span<const std::uint8_t> refill() noexcept;
  [[noreturn]] void fail();

  struct Free {
    void operator()(::archive* tar) const noexcept;
  };
  UnpackedFile file_;
  std::array<std::uint8_t, 1 << 16> buffer_;
  std::exception_ptr failure_;  // of file_, on its way through libarchive
  std::unique_ptr<::archive, Free> tar_;
};

}  // namespace kindred::data
