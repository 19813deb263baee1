#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace kindred::store {

/// A file descriptor that is closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Opens for writing what is there. Throws an input/output error.
Descriptor open_for_writing(const std::string& path);
/// Makes a new file, in place of one that is there: a link of that name is removed, never followed, so that
/// nobody can have another file overwritten. Throws an input/output error.
Descriptor create_file(const std::string& path);
/// Brings written data to the disk. Throws an input/output error that names `path`.
void sync(const Descriptor& file, const std::string& path);

/// Whether `path` names the open file: another process may have removed or replaced it.
bool is_at(int fd, const std::string& path);

/// A large file in the making, under path + ".new". Removed again unless `publish` was reached.
class NewFile {
 public:
  /// Throws an input/output error when the folder is missing or cannot be written, when `path` is a folder,
  /// or when the disk has less than `bytes` left. The leftover of an earlier attempt is removed first.
  NewFile(std::string path, std::uint64_t bytes);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  /// Not there yet: make it so that a file or link that another process puts there is refused (O_EXCL).
  const std::string& temporary() const { return temporary_; }
  /// Reserves the disk blocks of the whole file, so that a full disk is told now; synced.
  void reserve() const;
  /// Keeps the file: under its final name (synced before and after), or as it is.
  void publish();
  void keep() { kept_ = true; }

 private:
  std::string path_, temporary_;
  bool kept_ = false;
};

/// Syncs path + ".new", gives it its final name, syncs the folder.
void publish(const std::string& path);

/// All of `out` from `offset` on, and all of `values` to it. False with errno when that fails; ENODATA where
/// the file ends before. Independent, and safe from several threads.
bool read_at(int fd, std::uint64_t offset, std::span<std::byte> out);
bool write_at(int fd, std::uint64_t offset, std::span<const std::byte> values);

/// Writes a file's bytes over themselves in blocks of 8 MiB, which allocates its holes where the file system
/// has no fallocate. False with errno when a read or write fails.
bool rewrite_blocks(int fd, std::uint64_t bytes);

/// Bytes of a file with arrays of `array_bytes` in `groups` groups, generously; the largest number on
/// overflow.
std::uint64_t needed_bytes(std::uint64_t array_bytes, std::size_t groups);

/// "1.5 GiB"
std::string readable_bytes(std::uint64_t bytes);

}  // namespace kindred::store
