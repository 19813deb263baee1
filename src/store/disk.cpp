#include "store/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <vector>

#include "core/error.hpp"

namespace kindred::store {

namespace {

constexpr std::size_t kBlock = std::size_t{8} << 20;

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

Error cannot_create(const std::string& path, const std::string& why, const char* advice) {
  return io_error("cannot create {} ({}) {}", path, why, advice);
}

Error disk_too_small(const std::string& path, std::uint64_t needed, std::uint64_t free) {
  return io_error(
      "cannot create {} (it needs {}, the disk has {} left) free some space, record less, or choose another "
      "folder",
      path, readable_bytes(needed), readable_bytes(free));
}

std::uint64_t free_bytes(const std::string& path) {
  struct statvfs disk {};
  const auto folder = folder_of(path);
  KINDRED_VALIDATE(statvfs(folder.c_str(), &disk) == 0,
                   cannot_create(path, fmt::format("statvfs of {}: {}", folder, std::strerror(errno)),
                                 "choose another folder"));
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Descriptor open_for_writing(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  KINDRED_VALIDATE(file.get() >= 0, io_error("cannot open {} for writing ({})", path, std::strerror(errno)));
  return file;
}

Descriptor create_file(const std::string& path) {
  ::unlink(path.c_str());
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  KINDRED_VALIDATE(file.get() >= 0, io_error("cannot create {} ({}) choose a folder that can be written",
                                             path, std::strerror(errno)));
  return file;
}

void sync(const Descriptor& file, const std::string& path) {
  KINDRED_VALIDATE(::fsync(file.get()) == 0,
                   io_error("cannot bring {} to the disk ({})", path, std::strerror(errno)));
}

bool is_at(int fd, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

NewFile::NewFile(std::string path, std::uint64_t bytes) : path_(std::move(path)), temporary_(path_ + ".new") {
  const auto folder = folder_of(path_);
  std::error_code ignored;
  KINDRED_VALIDATE(!std::filesystem::is_directory(path_, ignored),
                   cannot_create(path_, "it is a folder", "name a file"));
  KINDRED_VALIDATE(std::filesystem::is_directory(folder, ignored),
                   cannot_create(path_, "there is no folder " + folder, "make the folder first"));
  ::unlink(temporary_.c_str());
  {
    const Descriptor probe(::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666));
    KINDRED_VALIDATE(probe.get() >= 0,
                     cannot_create(path_, fmt::format("the folder {}: {}", folder, std::strerror(errno)),
                                   "choose a folder that can be written"));
    ::unlink(temporary_.c_str());
  }
  if (const auto free = free_bytes(path_); free < bytes) throw disk_too_small(path_, bytes, free);
}

NewFile::~NewFile() {
  if (!kept_) ::unlink(temporary_.c_str());
}

void NewFile::reserve() const {
  const Descriptor file = open_for_writing(temporary_);
  struct stat status {};
  int result = ::fstat(file.get(), &status);
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (result == 0) {
    do {
      result = ::fallocate(file.get(), 0, 0, status.st_size);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && (errno == EOPNOTSUPP || errno == ENOSYS))
      result = rewrite_blocks(file.get(), bytes) ? 0 : -1;
  }
  if (result != 0 && (errno == ENOSPC || errno == EDQUOT))
    throw disk_too_small(path_, bytes, free_bytes(path_));
  KINDRED_VALIDATE(
      result == 0,
      cannot_create(path_, fmt::format("reserving the disk: {}", std::strerror(errno)), "see to the disk"));
  sync(file, temporary_);
}

void NewFile::publish() {
  store::publish(path_);
  kept_ = true;
}

void publish(const std::string& path) {
  const std::string temporary = path + ".new";
  sync(open_for_writing(temporary), temporary);
  KINDRED_VALIDATE(::rename(temporary.c_str(), path.c_str()) == 0,
                   io_error("cannot rename {} to {} ({})", temporary, path, std::strerror(errno)));
  const auto folder = folder_of(path);
  const Descriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  KINDRED_VALIDATE(handle.get() >= 0,
                   io_error("cannot open the folder {} ({})", folder, std::strerror(errno)));
  // Some network file systems cannot sync a folder; they order the rename by themselves.
  KINDRED_VALIDATE(::fsync(handle.get()) == 0 || errno == EINVAL || errno == ENOTSUP,
                   io_error("cannot bring the folder {} to the disk ({})", folder, std::strerror(errno)));
}

bool read_at(int fd, std::uint64_t offset, std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) errno = ENODATA;
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return true;
}

bool write_at(int fd, std::uint64_t offset, std::span<const std::byte> values) {
  while (!values.empty()) {
    const ssize_t put = ::pwrite(fd, values.data(), values.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    values = values.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return true;
}

bool rewrite_blocks(int fd, std::uint64_t bytes) {
  std::vector<std::byte> block(kBlock);
  for (std::uint64_t done = 0; done < bytes; done += kBlock) {
    const auto part = std::span(block).first(std::min<std::uint64_t>(kBlock, bytes - done));
    if (!read_at(fd, done, part) || !write_at(fd, done, part)) return false;
  }
  return true;
}

std::uint64_t needed_bytes(std::uint64_t array_bytes, std::size_t groups) {
  constexpr std::uint64_t file = 1 << 20, group = 256 << 10;
  std::uint64_t total = 0;
  return __builtin_add_overflow(array_bytes, file + group * groups, &total)
             ? std::numeric_limits<std::uint64_t>::max()
             : total;
}

std::string readable_bytes(std::uint64_t bytes) {
  constexpr const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  for (; value >= 1024 && unit < 6; ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace kindred::store
