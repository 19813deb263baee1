#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace kindred::test {

struct Entry {
  std::string name;
  Bytes bytes;
  unsigned type = AE_IFREG;
};

/// Writes a tar archive of these entries, gzipped when the name ends in .gz.
inline void write_archive(const std::string& path, const std::vector<Entry>& entries) {
  const std::unique_ptr<archive, decltype(&archive_write_free)> tar(archive_write_new(), archive_write_free);
  const auto check = [&tar](la_ssize_t code) {
    if (code < 0) throw std::runtime_error(archive_error_string(tar.get()));
  };
  check(archive_write_set_format_ustar(tar.get()));
  if (path.ends_with(".gz")) {
    check(archive_write_add_filter_gzip(tar.get()));
    check(archive_write_set_options(tar.get(), "compression-level=1"));
  }
  check(archive_write_open_filename(tar.get(), path.c_str()));
  for (const Entry& file : entries) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                              archive_entry_free);
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_filetype(entry.get(), file.type);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
    check(archive_write_header(tar.get(), entry.get()));
    check(archive_write_data(tar.get(), file.bytes.data(), file.bytes.size()));
  }
  check(archive_write_close(tar.get()));
}

}  // namespace kindred::test
