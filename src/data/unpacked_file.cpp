#include "data/unpacked_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace kindred::data {
namespace {

constexpr std::size_t chunk = 1u << 24;  // zlib counts in int

}  // namespace

void UnpackedFile::Close::operator()(gzFile_s* file) const noexcept { gzclose(file); }

UnpackedFile::UnpackedFile(const std::string& path) : path_(path) {
  errno = 0;
  file_.reset(gzopen(path.c_str(), "rb"));
  KINDRED_VALIDATE(file_, io_error("{} (cannot be opened: {}) check the name and the permissions", path,
                                   errno ? std::strerror(errno) : "out of memory"));
  if (!path.ends_with(".gz")) return;
  const bool is_plain = gzdirect(file_.get());
  check();
  KINDRED_VALIDATE(!is_plain, io_error("{} (not a gzip file) get it again, or name it without .gz", path));
}

std::size_t UnpackedFile::read(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    errno = 0;
    const int got =
        gzread(file_.get(), out.data() + done, static_cast<unsigned>(std::min(chunk, out.size() - done)));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  check();
  return done;
}

void UnpackedFile::check() const {
  int code = Z_OK;
  const char* text = gzerror(file_.get(), &code);
  if (code == Z_OK || code == Z_STREAM_END) return;
  if (code == Z_BUF_ERROR) throw io_error("{} (truncated gzip file) get it again", path_);
  if (code == Z_ERRNO)
    throw io_error("{} (cannot be read: {}) check the file system", path_, std::strerror(errno));
  // zlib puts the path before its own words.
  std::string_view why = text;
  if (why.starts_with(path_ + ": ")) why.remove_prefix(path_.size() + 2);
  throw io_error("{} (damaged gzip file: {}) get it again", path_, why);
}

}  // namespace kindred::data
