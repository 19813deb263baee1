#include "data/published.hpp"

#include <algorithm>
#include <array>

#include "core/assert.hpp"
#include "core/log.hpp"

namespace kindred::data {
namespace {

constexpr std::array<PublishedFile, 4> mnist{{
    {"train-images-idx3-ubyte", 0x89ed70b3d058232f},
    {"train-labels-idx1-ubyte", 0x1f668b70a51a09f5},
    {"t10k-images-idx3-ubyte", 0x62bdad5a9629ee21},
    {"t10k-labels-idx1-ubyte", 0x4f1d6dd95920a1f9},
}};

constexpr std::array<PublishedFile, 4> fashion_mnist{{
    {"train-images-idx3-ubyte", 0xb0a1502a97cb412c},
    {"train-labels-idx1-ubyte", 0x9a61228ff59c3a5e},
    {"t10k-images-idx3-ubyte", 0x3cdda2a76989bdd8},
    {"t10k-labels-idx1-ubyte", 0xf9b254d287e51f74},
}};

constexpr std::array<PublishedFile, 6> cifar10{{
    {"data_batch_1.bin", 0x0fcf3b7fdad0cddc},
    {"data_batch_2.bin", 0x6dbc8129dd1c2781},
    {"data_batch_3.bin", 0x7d13ac3d7b904d09},
    {"data_batch_4.bin", 0x31578b71a7af273b},
    {"data_batch_5.bin", 0x77f224c295921f3f},
    {"test_batch.bin", 0x05ada65ed8d7bdb8},
}};

}  // namespace

std::span<const PublishedFile> published_files(std::string_view dataset) {
  if (dataset == "mnist") return mnist;
  if (dataset == "fashion-mnist") return fashion_mnist;
  KINDRED_EXPECT(dataset == "cifar10");
  return cifar10;
}

void warn_of_other_records(std::string_view dataset, const std::vector<RecordFile>& files) {
  const auto published = published_files(dataset);
  for (const RecordFile& file : files) {
    const auto same = std::ranges::find(published, file.name, &PublishedFile::name);
    KINDRED_EXPECT(same != published.end());
    if (file.xxh64 != same->xxh64)
      log::warn(
          "{} (not the published file: XXH64 {:016x}, not {:016x}) results will not compare with others' on "
          "{}",
          file.path, file.xxh64, same->xxh64, dataset);
  }
}

}  // namespace kindred::data
