#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

/// How the files of a dataset are laid out.
enum class Format { idx, cifar };

/// Shape of one image and the published constants of its dataset.
struct DatasetInfo {
  std::string_view name;  ///< "mnist"
  Format format;
  std::int64_t channels, height, width, classes;
  std::int64_t train_count, test_count;
  std::vector<float> mean, standard_deviation;  ///< per channel, of x/255
  std::int64_t pixels() const { return channels * height * width; }
};

/// Throws a usage error for an unknown name.
const DatasetInfo& dataset_info(std::string_view name);
std::span<const DatasetInfo> datasets();

/// One dataset as bytes: images [count, channels, height, width], labels [count]. A view; whoever made it
/// owns the memory.
struct Dataset {
  const DatasetInfo* info = nullptr;
  std::span<const std::uint8_t> train_images, train_labels, test_images, test_labels;
  std::int64_t train_count() const { return static_cast<std::int64_t>(train_labels.size()); }
  std::int64_t test_count() const { return static_cast<std::int64_t>(test_labels.size()); }
};

/// Bytes of memory that load_dataset fills for a dataset.
std::size_t dataset_bytes(const DatasetInfo& info);

/// Where the distribution's packages put datasets.
inline constexpr const char* package_folder = "/usr/share/datasets";

/// Whether there are files of the dataset where load_dataset would look; they are not opened.
bool is_there(std::string_view name, const std::string& folder, const std::string& packages = package_folder);

/// Reads dataset `name` from `folder`, which holds one folder per dataset (folder/mnist has the four IDX
/// files, gzipped or plain; for folder/cifar10 see read_cifar10), or from `packages` where `folder` has none,
/// into `memory` of dataset_bytes, and checks counts, shapes and labels. Warns of files that are not the
/// published ones. Independent. Throws an input/output error that names the file and what is wrong with it.
Dataset load_dataset(std::string_view name, const std::string& folder, std::span<std::uint8_t> memory,
                     const std::string& packages = package_folder);

/// The view of memory that load_dataset filled, on this or another process of the node.
Dataset view_dataset(std::string_view name, std::span<const std::uint8_t> memory);

}  // namespace kindred::data
