#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>

#include "data/cifar.hpp"
#include "gzip.hpp"
#include "patches.hpp"
#include "scratch_file.hpp"

using namespace kindred;

namespace {

constexpr std::size_t pixels = 3 * 32 * 32;

/// CIFAR-10's archive with one record a batch.
std::vector<std::uint8_t> sound_archive() {
  std::vector<std::uint8_t> bytes(1 << 16);
  std::size_t used = 0;
  const std::unique_ptr<archive, decltype(&archive_write_free)> tar(archive_write_new(), archive_write_free);
  archive_write_set_format_ustar(tar.get());
  archive_write_open_memory(tar.get(), bytes.data(), bytes.size(), &used);
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            archive_entry_free);
  for (const char* name : {"readme.html", "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                           "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"}) {
    const std::vector<std::uint8_t> content(std::string_view(name).ends_with("bin") ? 1 + pixels : 88, 7);
    archive_entry_clear(entry.get());
    archive_entry_set_pathname(entry.get(), (std::string("cifar-10-batches-bin/") + name).c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    archive_write_header(tar.get(), entry.get());
    archive_write_data(tar.get(), content.data(), content.size());
  }
  archive_write_close(tar.get());
  bytes.resize(used);
  return bytes;
}

void read(const std::string& folder) {
  fuzz::reading(ExitCode::input_output, [&] {
    std::array<std::uint8_t, 5 * pixels> train_images;
    std::array<std::uint8_t, pixels> test_images;
    std::array<std::uint8_t, 5> train_labels;
    std::array<std::uint8_t, 1> test_labels;
    const auto files = data::read_cifar10(folder, {train_images, train_labels}, {test_images, test_labels});
    fuzz::require(files.size() == 6, "all record files are read");
    for (const auto label : train_labels) fuzz::require(label < 10, "labels are classes");
  });
}

}  // namespace

/// CIFAR-10's archive. The first byte says what the rest is: 0 changes to the tar archive in a sound gzip
/// file, 1 changes to the gzip file, 2 the tar archive, 3 the gzip file.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFile file("cifar-10-binary.tar.gz");
  static const fuzz::Patches archive(sound_archive()), packed(fuzz::gzipped(archive.sound()));
  fuzz::Reader reader({data, size});
  switch (reader.number(1) % 4) {
    case 0:
      file.write(fuzz::gzipped(archive.apply(reader.rest())));
      break;
    case 1:
      file.write(packed.apply(reader.rest()));
      break;
    case 2:
      file.write(fuzz::gzipped(reader.rest()));
      break;
    case 3:
      file.write(reader.rest());
      break;
  }
  read(file.folder());
  return 0;
}
