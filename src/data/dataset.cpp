#include "data/dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.hpp"
#include "data/idx.hpp"

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

void read_labels(const std::string& path, const DatasetInfo& info, std::span<std::uint8_t> out) {
  read_idx(path, std::array{static_cast<std::int64_t>(out.size())}, out);
  const auto bad = std::ranges::find_if(out, [&](std::uint8_t label) { return label >= info.classes; });
  KINDRED_VALIDATE(bad == out.end(), io_error("{} (label {} at index {}, but {} has {} classes) get it again",
                                              path, *bad, bad - out.begin(), info.name, info.classes));
}

// MNIST's files, which Fashion-MNIST's share the names and shapes of.
void load_mnist(const DatasetInfo& info, const fs::path& folder, const Parts<std::uint8_t>& parts) {
  const auto images = [&](const std::string& name, std::int64_t count, std::span<std::uint8_t> out) {
    read_idx(find_file(info, folder, name), std::array{count, info.height, info.width}, out);
  };
  images("train-images-idx3-ubyte", info.train_count, parts.train_images);
  read_labels(find_file(info, folder, "train-labels-idx1-ubyte"), info, parts.train_labels);
  images("t10k-images-idx3-ubyte", info.test_count, parts.test_images);
  read_labels(find_file(info, folder, "t10k-labels-idx1-ubyte"), info, parts.test_labels);
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> all;
  for (const DatasetInfo& info : datasets()) all.push_back(info.name);
  return all;
}

}  // namespace

std::span<const DatasetInfo> datasets() {
  static const std::vector<DatasetInfo> table{
      {"mnist", 1, 28, 28, 10, 60000, 10000, {0.1307f}, {0.3081f}},
      {"fashion-mnist", 1, 28, 28, 10, 60000, 10000, {0.2860f}, {0.3530f}},
      {"cifar10", 3, 32, 32, 10, 50000, 10000, {0.4914f, 0.4822f, 0.4465f}, {0.2470f, 0.2435f, 0.2616f}},
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

Dataset load_dataset(std::string_view name, const std::string& folder, std::span<std::uint8_t> memory) {
  const DatasetInfo& info = dataset_info(name);
  KINDRED_VALIDATE(
      info.name == "mnist" || info.name == "fashion-mnist",
      usage_error("{} (this version reads mnist and fashion-mnist) use one of these", info.name));
  load_mnist(info, fs::path(folder) / info.name, Parts(info, memory));
  return view_dataset(name, memory);
}

Dataset view_dataset(std::string_view name, std::span<const std::uint8_t> memory) {
  const DatasetInfo& info = dataset_info(name);
  const Parts parts(info, memory);
  return {&info, parts.train_images, parts.train_labels, parts.test_images, parts.test_labels};
}

}  // namespace kindred::data
