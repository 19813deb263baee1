#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "captured_log.hpp"
#include "data/dataset.hpp"
#include "data/published.hpp"
#include "temporary_folder.hpp"

namespace kindred::data {
namespace {

// The program and the script that gets the files must know the same ones, in the same order.
TEST(Published, AreTheFilesThatFetchGets) {
  const test::Bytes script = test::read_bytes(KINDRED_DATA_FOLDER "/fetch.sh");
  const std::string text(script.begin(), script.end());
  for (const DatasetInfo& info : datasets()) {
    std::string lines = fmt::format("    {}) cat <<'TEXT'\n", info.name);
    for (const PublishedFile& file : published_files(info.name))
      lines += fmt::format("[0-9a-f]{{64}}  {}\n", file.name);
    EXPECT_THAT(text, testing::ContainsRegex(lines + "TEXT\n"));
  }
}

TEST(Published, OnlyOtherFilesAreWarnedOf) {
  std::vector<RecordFile> files;
  for (const PublishedFile& file : published_files("cifar10"))
    files.push_back({"/data/" + std::string(file.name), std::string(file.name), file.xxh64});
  {
    const test::CapturedLog log;
    warn_of_other_records("cifar10", files);
    EXPECT_EQ(log.text(), "");
  }
  std::swap(files[1].xxh64, files[5].xxh64);  // a published sum, but of another file
  const test::CapturedLog log;
  warn_of_other_records("cifar10", files);
  EXPECT_EQ(
      log.text(),
      "warning /data/data_batch_2.bin (not the published file: XXH64 05ada65ed8d7bdb8, not 6dbc8129dd1c2781) "
      "results will not compare with others' on cifar10\n"
      "warning /data/test_batch.bin (not the published file: XXH64 6dbc8129dd1c2781, not 05ada65ed8d7bdb8) "
      "results will not compare with others' on cifar10\n");
}

}  // namespace
}  // namespace kindred::data
