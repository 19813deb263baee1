#include "data/cifar.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/tar_file.hpp"
#include "data/unpacked_file.hpp"

namespace kindred::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pixels = 3 * 32 * 32, record_size = 1 + pixels, classes = 10;
constexpr std::size_t chunk = 64;  // records, read at a time

struct Batch {
  std::string name;
  LabelledImages records;
};

std::vector<Batch> batches_of(const LabelledImages& train, const LabelledImages& test) {
  KINDRED_EXPECT(train.labels.size() % 5 == 0 && train.images.size() == train.labels.size() * pixels);
  KINDRED_EXPECT(test.images.size() == test.labels.size() * pixels);
  const std::size_t count = train.labels.size() / 5;
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < 5; ++i)
    batches.push_back(
        {fmt::format("data_batch_{}.bin", i + 1),
         {train.images.subspan(i * count * pixels, count * pixels), train.labels.subspan(i * count, count)}});
  batches.push_back({"test_batch.bin", test});
  return batches;
}

// `read` fills a span as far as the file at `path` goes, and returns the bytes read.
RecordFile read_batch(const std::string& path,
                      const std::function<std::size_t(std::span<std::uint8_t>)>& read, const Batch& batch) {
  const auto [images, labels] = batch.records;
  std::vector<std::uint8_t> bytes(chunk * record_size);
  Xxh64 sum;
  for (std::size_t first = 0; first < labels.size(); first += chunk) {
    const std::size_t records = std::min(chunk, labels.size() - first);
    const auto wanted = std::span(bytes).first(records * record_size);
    const std::size_t got = read(wanted);
    KINDRED_VALIDATE(got == wanted.size(), io_error("{} (truncated: {} of {} bytes) get it again", path,
                                                    first * record_size + got, labels.size() * record_size));
    sum.update(std::span<const std::uint8_t>(wanted));
    for (std::size_t i = 0; i < records; ++i) {
      const auto record = wanted.subspan(i * record_size, record_size);
      KINDRED_VALIDATE(record[0] < classes,
                       io_error("{} (label {} in record {}, but cifar10 has {} classes) get it again", path,
                                record[0], first + i, classes));
      labels[first + i] = record[0];
      std::ranges::copy(record.subspan(1),
                        images.begin() + static_cast<std::ptrdiff_t>((first + i) * pixels));
    }
  }
  KINDRED_VALIDATE(
      read(std::span(bytes).first(1)) == 0,
      io_error("{} (bytes after its end, which is at {}) get it again", path, labels.size() * record_size));
  return {path, batch.name, sum.digest()};
}

std::vector<RecordFile> read_archive(const std::string& path, const std::vector<Batch>& batches) {
  TarFile archive(path);
  std::vector<RecordFile> files(batches.size());
  while (const auto name = archive.next()) {
    const auto batch = std::ranges::find(batches, *name, &Batch::name);
    if (batch == batches.end()) continue;  // class names, a readme
    files[static_cast<std::size_t>(batch - batches.begin())] = read_batch(
        path + ": " + *name, [&archive](std::span<std::uint8_t> out) { return archive.read(out); }, *batch);
  }
  for (std::size_t i = 0; i < batches.size(); ++i)
    KINDRED_VALIDATE(!files[i].name.empty(), io_error("{} (has no {}) get it again", path, batches[i].name));
  return files;
}

std::vector<RecordFile> read_unpacked(const fs::path& folder, const std::vector<Batch>& batches) {
  std::vector<RecordFile> files;
  std::error_code unreadable;  // counts as missing
  for (const Batch& batch : batches) {
    const std::string path = (folder / batch.name).string();
    KINDRED_VALIDATE(fs::exists(path, unreadable), io_error("{} (missing) run data/fetch.sh cifar10", path));
    UnpackedFile file(path);
    files.push_back(read_batch(
        path, [&file](std::span<std::uint8_t> out) { return file.read(out); }, batch));
  }
  return files;
}

}  // namespace

std::vector<RecordFile> read_cifar10(const std::string& folder, const LabelledImages& train,
                                     const LabelledImages& test) {
  const std::vector<Batch> batches = batches_of(train, test);
  const fs::path archive = fs::path(folder) / "cifar-10-binary.tar.gz";
  std::error_code unreadable;  // counts as missing
  if (fs::exists(archive, unreadable)) return read_archive(archive.string(), batches);
  for (const fs::path& unpacked : {fs::path(folder) / "cifar-10-batches-bin", fs::path(folder)})
    for (const Batch& batch : batches)
      if (fs::exists(unpacked / batch.name, unreadable)) return read_unpacked(unpacked, batches);
  throw io_error("{} (missing) run data/fetch.sh cifar10", archive.string());
}

}  // namespace kindred::data
