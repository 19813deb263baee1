#include "store/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>

#include "core/error.hpp"
#include "store/disk.hpp"
#include "store/lock_holder.hpp"

namespace kindred::store {

namespace {

constexpr auto kBeat = std::chrono::minutes(1);
constexpr int kAttempts = 100;

KernelLock try_kernel_lock(int fd, const std::string& path) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return KernelLock::held;
    if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL)
      return KernelLock::unsupported;
    throw io_error("cannot lock {} ({}) see the file system", path, std::strerror(errno));
  }
  return KernelLock::ours;
}

std::string read_text(int fd) {
  std::array<char, 4096> text{};
  const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
  return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : "";
}

void write_text(int fd, const std::string& text) {
  static_cast<void>(::pwrite(fd, text.data(), text.size(), 0));
  static_cast<void>(::ftruncate(fd, static_cast<off_t>(text.size())));
}

/// Removes the lock of a holder that is gone, unless another process was quicker.
void remove_stale(int fd, const std::string& path) {
  if (is_at(fd, path)) ::unlink(path.c_str());
}

Error cannot_make(const std::string& lock) {
  if (errno == ELOOP)
    return io_error("cannot make the lock {} (a symbolic link stands there) remove it if nobody needs it",
                    lock);
  return io_error("cannot make the lock {} ({}) choose a folder that can be written", lock,
                  std::strerror(errno));
}

std::int64_t age_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? unix_seconds() - status.st_mtime : 0;
}

}  // namespace

struct FileLock::Implementation {
  Implementation(std::string lock_path, Descriptor locked, LockHolder holder)
      : path(std::move(lock_path)), file(std::move(locked)), self(std::move(holder)) {
    write_text(file.get(), self.text());
    ::fsync(file.get());
    heart = std::jthread([this](std::stop_token stop) {
      std::unique_lock guard(mutex);
      while (!wake.wait_for(guard, stop, kBeat, [] { return false; }) && !stop.stop_requested()) {
        self.heartbeat = unix_seconds();
        write_text(file.get(), self.text());
      }
    });
  }
  ~Implementation() {
    heart.request_stop();
    heart.join();
    remove_stale(file.get(), path);
  }

  std::string path;
  Descriptor file;
  LockHolder self;
  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread heart;
};

FileLock::FileLock(const std::string& path, bool take) {
  const std::string lock = path + ".lock";
  const LockHolder self = LockHolder::self();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    bool fresh = true;
    int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST) {
      fresh = false;
      fd = ::open(lock.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
      if (fd < 0 && errno == ENOENT) continue;  // released between the two calls
    }
    KINDRED_VALIDATE(fd >= 0, cannot_make(lock));
    Descriptor file(fd);
    const KernelLock kernel = try_kernel_lock(fd, lock);
    if (!is_at(fd, lock)) continue;  // its holder removed it in between
    if (fresh && kernel != KernelLock::held) {
      self_ = std::make_unique<Implementation>(lock, std::move(file), self);
      return;
    }
    const auto holder = LockHolder::parse(read_text(fd));
    KINDRED_VALIDATE(
        take || is_stale(holder, self, kernel, age_of(fd)),
        io_error("{} is being written (by {}) wait for it, or pass --take-lock if that process is gone", path,
                 holder ? holder->describe() : "another process"));
    // Taken over by a file of our own: what stands there is not written to, whoever put it there, and of two
    // that find it stale only one makes the new one.
    remove_stale(fd, lock);
  }
  throw io_error("cannot make the lock {} (others keep making and removing it) try again", lock);
}

FileLock::~FileLock() = default;

}  // namespace kindred::store
