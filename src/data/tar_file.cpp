#include "data/tar_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <string_view>

#include "core/error.hpp"

namespace kindred::data {

void TarFile::Free::operator()(::archive* tar) const noexcept { archive_read_free(tar); }

// zlib unpacks: libarchive's own gzip filter does not test the checksum.
TarFile::TarFile(const std::string& path) : file_(path), tar_(archive_read_new()) {
  const auto read = [](::archive*, void* self, const void** bytes) -> la_ssize_t {
    auto& tar = *static_cast<TarFile*>(self);
    const auto part = tar.refill();
    *bytes = part.data();
    return tar.failure_ ? -1 : static_cast<la_ssize_t>(part.size());
  };
  KINDRED_VALIDATE(tar_, io_error("{} (cannot be read: out of memory) use a machine with more", path));
  if (archive_read_support_format_tar(tar_.get()) != ARCHIVE_OK ||
      archive_read_open(tar_.get(), this, nullptr, read, nullptr) != ARCHIVE_OK)
    fail();
}

std::span<const std::uint8_t> TarFile::refill() noexcept {
  try {
    return std::span(buffer_).first(file_.read(buffer_));
  } catch (...) {
    failure_ = std::current_exception();
    return {};
  }
}

void TarFile::fail() {
  if (failure_) std::rethrow_exception(failure_);
  const char* why = archive_error_string(tar_.get());
  throw io_error("{} (not a whole tar archive: {}) get it again", file_.path(), why ? why : "out of memory");
}

std::optional<std::string> TarFile::next() {
  archive_entry* entry = nullptr;
  for (int code; (code = archive_read_next_header(tar_.get(), &entry)) != ARCHIVE_EOF;) {
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) fail();
    const char* path = archive_entry_pathname(entry);  // none when the locale cannot express it
    if (!path || archive_entry_filetype(entry) != AE_IFREG) continue;
    const std::string_view name = path;
    return std::string(name.substr(name.rfind('/') + 1));
  }
  while (!refill().empty()) continue;
  if (failure_) fail();
  return std::nullopt;
}

std::size_t TarFile::read(std::span<std::uint8_t> out) {
  const la_ssize_t got = archive_read_data(tar_.get(), out.data(), out.size());
  if (got < 0) fail();
  return static_cast<std::size_t>(got);
}

}  // namespace kindred::data
