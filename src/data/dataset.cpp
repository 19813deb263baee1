#include "data/dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>

#include "core/error.hpp"
#include "core/log.hpp"
#include "data/cifar.hpp"
#include "data/idx.hpp"
#include "data/published.hpp"

namespace kindred::data {
namespace {

namespace fs = std::filesystem;

// The parts of the memory of one dataset, in its order.
template <class Byte>
struct Parts {
  std::span<Byte> train_images, train_labels, test_images, test_labels;

  Parts(const DatasetInfo& info, std::span<Byte> memory) {
    KINDRED_EXPECT(memory.size() == dataset_bytes(info));
    const auto take = [&memory](std::int64_t bytes) {
      const auto part = memory.first(static_cast<std::size_t>(bytes));
      memory = memory.subspan(part.size());
      return part;
    };
    train_images = take(info.train_count * info.pixels());
    train_labels = take(info.train_count);
    test_images = take(info.test_count * info.pixels());
    test_labels = take(info.test_count);
  }
};

// The file, gzipped or plain.
std::string find_file(const DatasetInfo& info, const fs::path& folder, const std::string& name) {
  std::error_code unreadable;  // counts as missing
  for (const char* ending : {".gz", ""})
    if (const fs::path path = folder / (name + ending); fs::exists(path, unreadable)) return path.string();
  throw io_error("{}.gz (missing) run data/fetch.sh {}", (folder / name).string(), info.name);
}

void check_labels(const std::string& path, const DatasetInfo& info, std::span<const std::uint8_t> labels) {
  const auto bad = std::ranges::find_if(labels, [&](std::uint8_t label) { return label >= info.classes; });
  KINDRED_VALIDATE(bad == labels.end(),
                   io_error("{} (label {} at index {}, but {} has {} classes) get it again", path, *bad,
                            bad - labels.begin(), info.name, info.classes));
}

// MNIST's four files, which Fashion-MNIST's share the names and shapes of.
std::vector<RecordFile> read_mnist(const DatasetInfo& info, const fs::path& folder,
                                   const Parts<std::uint8_t>& parts) {
  std::vector<RecordFile> files;
  const auto read = [&](const std::string& name, std::span<const std::int64_t> shape,
                        std::span<std::uint8_t> out) {
    const std::string path = find_file(info, folder, name);
    files.push_back({path, name, read_idx(path, shape, out)});
    if (shape.size() == 1) check_labels(path, info, out);
  };
  read("train-images-idx3-ubyte", std::array{info.train_count, info.height, info.width}, parts.train_images);
  read("train-labels-idx1-ubyte", std::array{info.train_count}, parts.train_labels);
  read("t10k-images-idx3-ubyte", std::array{info.test_count, info.height, info.width}, parts.test_images);
  read("t10k-labels-idx1-ubyte", std::array{info.test_count}, parts.test_labels);
  return files;
}

std::vector<RecordFile> read_files(const DatasetInfo& info, const fs::path& folder,
                                   const Parts<std::uint8_t>& parts) {
  switch (info.format) {
    case Format::idx:
      return read_mnist(info, folder, parts);
    case Format::cifar:
      return read_cifar10(folder.string(), {parts.train_images, parts.train_labels},
                          {parts.test_images, parts.test_labels});
  }
  throw std::logic_error("a format without a reader");
}

bool holds_files(const fs::path& folder) {
  std::error_code unreadable;  // counts as missing
  return fs::is_directory(folder, unreadable) && !fs::is_empty(folder, unreadable);
}

// The dataset's own folder: in `folder`, or else where the distribution's package puts it.
fs::path find_folder(const DatasetInfo& info, const fs::path& folder, const fs::path& packages) {
  const fs::path own = folder / info.name, package = packages / info.name;
  if (holds_files(own) || !holds_files(package)) return own;
  log::info("{} is read from {}, as there is none in {}", info.name, package.string(), folder.string());
  return package;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  for (const DatasetInfo& info : datasets()) all.push_back(info.name);
  return all;
}

}  // namespace

std::span<const DatasetInfo> datasets() {
  using enum Format;
  static const std::vector<DatasetInfo> table{
      {"mnist", idx, 1, 28, 28, 10, 60000, 10000, {0.1307f}, {0.3081f}},
      {"fashion-mnist", idx, 1, 28, 28, 10, 60000, 10000, {0.2860f}, {0.3530f}},
      {"cifar10",
       cifar,
       3,
       32,
       32,
       10,
       50000,
       10000,
       {0.4914f, 0.4822f, 0.4465f},
       {0.2470f, 0.2435f, 0.2616f}},
  };
  return table;
}

const DatasetInfo& dataset_info(std::string_view name) {
  for (const DatasetInfo& info : datasets())
    if (info.name == name) return info;
  throw usage_error("dataset {} (unknown) use one of {}", name, fmt::join(names(), ", "));
}

std::size_t dataset_bytes(const DatasetInfo& info) {
  return static_cast<std::size_t>((info.train_count + info.test_count) * (info.pixels() + 1));
}

bool is_there(std::string_view name, const std::string& folder, const std::string& packages) {
  return holds_files(fs::path(folder) / name) || holds_files(fs::path(packages) / name);
}

Dataset load_dataset(std::string_view name, const std::string& folder, std::span<std::uint8_t> memory,
                     const std::string& packages) {
  const DatasetInfo& info = dataset_info(name);
  const auto files = read_files(info, find_folder(info, folder, packages), Parts(info, memory));
  warn_of_other_records(name, files);
  return view_dataset(name, memory);
}

Dataset view_dataset(std::string_view name, std::span<const std::uint8_t> memory) {
  const DatasetInfo& info = dataset_info(name);
  const Parts parts(info, memory);
  return {&info, parts.train_images, parts.train_labels, parts.test_images, parts.test_labels};
}

}  // namespace kindred::data
