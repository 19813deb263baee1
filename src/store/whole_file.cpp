#include "store/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "store/disk.hpp"

namespace kindred::store {

void write_whole(const std::string& path, std::span<const std::byte> bytes) {
  NewFile place(path, bytes.size());
  const Descriptor file = create_file(place.temporary());
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    KINDRED_VALIDATE(written >= 0 || errno == EINTR,
                     io_error("cannot write {} ({}) free some space", path, std::strerror(errno)));
    if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  // Here, as an error of writing may be told to the descriptor alone that wrote.
  sync(file, place.temporary());
  place.publish();
}

std::vector<std::byte> read_front(const std::string& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  KINDRED_VALIDATE(file.get() >= 0 && ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode),
                   io_error("cannot read {} ({})", path, std::strerror(errno)));
  std::vector<std::byte> bytes(std::min(limit, static_cast<std::uint64_t>(status.st_size)));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    KINDRED_VALIDATE(got > 0, io_error("cannot read {} ({})", path,
                                       got < 0 ? std::strerror(errno) : "it became shorter meanwhile"));
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace kindred::store
