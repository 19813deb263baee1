#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "archive_writer.hpp"
#include "captured_log.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"
#include "data/idx.hpp"
#include "data/published.hpp"
#include "idx_writer.hpp"
#include "temporary_folder.hpp"

namespace kindred::data {
namespace {

using test::Bytes;
using test::TemporaryFolder;
using test::write_idx;
using testing::AllOf;
using testing::HasSubstr;

const std::string data_folder = KINDRED_DATA_FOLDER;

class Mnist : public testing::Test {
 protected:
  static void SetUpTestSuite() { memory = new Bytes(dataset_bytes(dataset_info("mnist"))); }
  static void TearDownTestSuite() { delete memory; }

  // The message when loading from `folder` fails; empty when it succeeds.
  static std::string refusal(const std::string& name, const std::string& folder) {
    try {
      load_dataset(name, folder, *memory, folder);  // so that no package of this machine serves it
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
      return error.what();
    }
    return "";
  }

  static Bytes* memory;
};
Bytes* Mnist::memory = nullptr;

TEST(Datasets, AreThereWhereTheyWouldBeRead) {
  const TemporaryFolder folder, empty;
  std::filesystem::create_directory(folder.path() / "mnist");
  EXPECT_FALSE(is_there("mnist", folder.path(), empty.path())) << "a folder without files";
  std::ofstream(folder.path() / "mnist" / "anything");
  EXPECT_TRUE(is_there("mnist", folder.path(), empty.path()));
  EXPECT_TRUE(is_there("mnist", empty.path(), folder.path())) << "of a package";
  EXPECT_FALSE(is_there("cifar10", folder.path(), empty.path()));
}

TEST_F(Mnist, HoldsThePublishedCounts) {
  const Dataset mnist = load_dataset("mnist", data_folder, *memory);
  EXPECT_EQ(mnist.train_count(), 60000);
  EXPECT_EQ(mnist.test_count(), 10000);
  EXPECT_EQ(mnist.train_images.size(), 60000u * 784);
  EXPECT_EQ(mnist.test_images.size(), 10000u * 784);
  std::array<int, 10> train{}, test{};
  for (const auto label : mnist.train_labels) ++train[label];
  for (const auto label : mnist.test_labels) ++test[label];
  EXPECT_EQ(train, (std::array{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
  EXPECT_EQ(test, (std::array{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
}

TEST_F(Mnist, HasThePublishedMeanAndStandardDeviation) {
  const Dataset mnist = load_dataset("mnist", data_folder, *memory);
  double sum = 0, squares = 0;
  for (const auto pixel : mnist.train_images) {
    const double x = pixel / 255.0;
    sum += x;
    squares += x * x;
  }
  const double mean = sum / static_cast<double>(mnist.train_images.size());
  const double variance = squares / static_cast<double>(mnist.train_images.size()) - mean * mean;
  EXPECT_NEAR(mnist.info->mean[0], mean, 0.5e-4);  // published to four digits
  EXPECT_NEAR(mnist.info->standard_deviation[0], std::sqrt(variance), 0.5e-4);
}

TEST_F(Mnist, ThatComesWithTheProgramIsThePublishedOne) {
  const test::CapturedLog log;
  load_dataset("mnist", data_folder, *memory);
  EXPECT_EQ(log.text(), "");
}

TEST_F(Mnist, AViewOfTheMemoryIsTheSameDataset) {
  const Dataset loaded = load_dataset("mnist", data_folder, *memory);
  const Dataset viewed = view_dataset("mnist", *memory);
  EXPECT_EQ(viewed.info, loaded.info);
  EXPECT_EQ(viewed.train_images.data(), memory->data());
  EXPECT_EQ(viewed.train_labels.data(), loaded.train_labels.data());
  EXPECT_EQ(viewed.test_images.data(), loaded.test_images.data());
  EXPECT_EQ(viewed.test_labels.data() + viewed.test_count(), memory->data() + memory->size());
}

TEST_F(Mnist, ReadsPlainFilesToo) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "mnist");
  const Dataset mnist = load_dataset("mnist", data_folder, *memory);
  const Bytes images(mnist.test_images.begin(), mnist.test_images.end());
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"})
    std::filesystem::create_symlink(data_folder + "/mnist/" + name + ".gz",
                                    folder.path() / "mnist" / (std::string(name) + ".gz"));
  write_idx(folder.file("mnist/t10k-images-idx3-ubyte"), std::array<std::int64_t, 3>{10000, 28, 28}, images);
  EXPECT_EQ(refusal("mnist", folder.path().string()), "");
  EXPECT_TRUE(std::ranges::equal(view_dataset("mnist", *memory).test_images, images));
}

TEST_F(Mnist, AMissingDatasetSaysHowToGetIt) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal("fashion-mnist", folder.path().string()),
              AllOf(HasSubstr("fashion-mnist/train-images-idx3-ubyte.gz (missing)"),
                    HasSubstr("run data/fetch.sh fashion-mnist")));
}

TEST_F(Mnist, ALabelBeyondTheClassesIsRefused) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "mnist");
  for (const char* name :
       {"train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"})
    std::filesystem::create_symlink(data_folder + "/mnist/" + name, folder.path() / "mnist" / name);
  Bytes labels(60000, 9);
  labels[321] = 10;
  write_idx(folder.file("mnist/train-labels-idx1-ubyte.gz"), std::array<std::int64_t, 1>{60000}, labels);
  EXPECT_THAT(refusal("mnist", folder.path().string()),
              AllOf(HasSubstr("train-labels-idx1-ubyte.gz"),
                    HasSubstr("label 10 at index 321, but mnist has 10 classes")));
}

TEST(Datasets, NamesAndShapes) {
  const DatasetInfo& cifar = dataset_info("cifar10");
  EXPECT_EQ(cifar.pixels(), 3 * 32 * 32);
  EXPECT_EQ(cifar.train_count, 50000);
  EXPECT_EQ(dataset_bytes(cifar), 60000u * 3073);  // its own files hold 3073-byte records
  for (const DatasetInfo& info : datasets()) {
    EXPECT_EQ(std::ssize(info.mean), info.channels) << info.name;
    EXPECT_EQ(std::ssize(info.standard_deviation), info.channels) << info.name;
  }
}

TEST(Datasets, AnUnknownNameIsAUsageErrorThatListsThem) {
  try {
    dataset_info("mnits");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_STREQ(error.what(), "dataset mnits (unknown) use one of mnist, fashion-mnist, cifar10");
  }
}

// Datasets of full size, of somebody's own making.
class Synthetic : public testing::Test {
 protected:
  TemporaryFolder folder, packages;
  std::string data = folder.path().string();

  // Labels count up; each pixel is its image's label.
  static void write_mnist(const std::filesystem::path& where) {
    std::filesystem::create_directories(where);
    for (const auto& [part, count] : {std::pair{"train", 60000}, std::pair{"t10k", 10000}}) {
      Bytes labels, images;
      for (int i = 0; i < count; ++i) labels.push_back(static_cast<std::uint8_t>(i % 10));
      for (const auto label : labels) images.insert(images.end(), 784, label);
      write_idx(where / (std::string(part) + "-labels-idx1-ubyte.gz"), std::array<std::int64_t, 1>{count},
                labels);
      write_idx(where / (std::string(part) + "-images-idx3-ubyte"),
                std::array<std::int64_t, 3>{count, 28, 28}, images);
    }
  }

  static Dataset load(const std::string& name, const std::string& folder, const TemporaryFolder& packages,
                      Bytes& memory) {
    memory.assign(dataset_bytes(dataset_info(name)), 255);
    return load_dataset(name, folder, memory, packages.path().string());
  }

  static void expect_counting_labels(const Dataset& dataset) {
    for (const auto& [labels, images] : {std::pair{dataset.train_labels, dataset.train_images},
                                         std::pair{dataset.test_labels, dataset.test_images}}) {
      const std::size_t pixels = images.size() / labels.size();
      for (std::size_t i = 0; i < labels.size(); ++i) {
        ASSERT_EQ(labels[i], i % 10);
        const auto image = images.subspan(i * pixels, pixels);
        ASSERT_TRUE(std::ranges::all_of(image, [&](auto pixel) { return pixel == labels[i]; })) << i;
      }
    }
  }
};

TEST_F(Synthetic, CifarFromAnArchive) {
  Bytes batch;
  for (int i = 0; i < 10000; ++i) batch.insert(batch.end(), 3073, static_cast<std::uint8_t>(i % 10));
  std::vector<test::Entry> entries;
  for (const PublishedFile& file : published_files("cifar10"))
    entries.push_back({"cifar-10-batches-bin/" + std::string(file.name), batch});
  std::filesystem::create_directory(folder.path() / "cifar10");
  test::write_archive(folder.file("cifar10/cifar-10-binary.tar.gz"), entries);
  Bytes memory;
  const test::CapturedLog log;
  const Dataset cifar = load("cifar10", data, packages, memory);
  EXPECT_EQ(cifar.train_count(), 50000);
  EXPECT_EQ(cifar.test_count(), 10000);
  expect_counting_labels(cifar);
  const std::string text = log.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 6);
  EXPECT_THAT(text, HasSubstr("cifar-10-binary.tar.gz: test_batch.bin (not the published file: XXH64 "));
}

TEST_F(Synthetic, OwnRecordsInThePublishedFormatAreReadWithAWarning) {
  write_mnist(folder.path() / "mnist");
  Bytes memory;
  const test::CapturedLog log;
  expect_counting_labels(load("mnist", data, packages, memory));
  EXPECT_THAT(log.text(), AllOf(HasSubstr("warning " + folder.file("mnist/train-images-idx3-ubyte") +
                                          " (not the published file: XXH64 "),
                                HasSubstr("mnist/t10k-labels-idx1-ubyte.gz (not the published file")));
}

TEST_F(Synthetic, ThePackageServesADatasetThatTheFolderLacks) {
  write_mnist(packages.path() / "fashion-mnist");
  for (const bool is_there_but_empty : {false, true}) {
    if (is_there_but_empty) std::filesystem::create_directory(folder.path() / "fashion-mnist");
    Bytes memory;
    const test::CapturedLog log;
    expect_counting_labels(load("fashion-mnist", data, packages, memory));
    EXPECT_THAT(log.text(), HasSubstr("info fashion-mnist is read from " + packages.file("fashion-mnist") +
                                      ", as there is none in " + data));
  }
}

TEST_F(Synthetic, TheFolderComesBeforeThePackage) {
  write_mnist(packages.path() / "fashion-mnist");
  std::filesystem::create_directory(folder.path() / "fashion-mnist");
  test::write_bytes(folder.file("fashion-mnist/train-images-idx3-ubyte"), {1, 2, 3});
  Bytes memory;
  EXPECT_THROW(load("fashion-mnist", data, packages, memory), Error);
}

}  // namespace
}  // namespace kindred::data
