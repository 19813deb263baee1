#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "archive_writer.hpp"
#include "core/error.hpp"
#include "data/cifar.hpp"

namespace kindred::data {
namespace {

namespace fs = std::filesystem;
using test::Bytes;
using test::Entry;
using test::read_bytes;
using test::TemporaryFolder;
using test::write_archive;
using test::write_bytes;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

constexpr std::size_t pixels = 3072, batch_records = 70;  // more than one chunk of the reader
const std::vector<std::string> names{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                     "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"};

// Record r of batch b: a label, then pixels that differ from those of any other record.
Bytes record(std::size_t b, std::size_t r) {
  Bytes bytes(1 + pixels);
  bytes[0] = static_cast<std::uint8_t>((3 * b + r) % 10);
  for (std::size_t i = 0; i < pixels; ++i) bytes[1 + i] = static_cast<std::uint8_t>(i % 251 + 7 * r + 40 * b);
  return bytes;
}

Bytes batch(std::size_t b, std::size_t records = batch_records) {
  Bytes bytes;
  for (std::size_t r = 0; r < records; ++r) {
    const Bytes one = record(b, r);
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

std::vector<Entry> entries(std::size_t records = batch_records) {
  std::vector<Entry> all{{"cifar-10-batches-bin/", {}, AE_IFDIR}};
  for (std::size_t b = 0; b < 6; ++b) all.push_back({"cifar-10-batches-bin/" + names[b], batch(b, records)});
  return all;
}

// What is read from a folder, and the message when that is refused.
struct Read {
  Bytes train_images, train_labels, test_images, test_labels;
  std::vector<RecordFile> files;
  std::string refusal;

  explicit Read(const fs::path& folder, std::size_t records = batch_records)
      : train_images(5 * records * pixels),
        train_labels(5 * records),
        test_images(records * pixels),
        test_labels(records) {
    try {
      files = read_cifar10(folder.string(), {train_images, train_labels}, {test_images, test_labels});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
      refusal = error.what();
    }
  }
};

void expect_all_records(const Read& read) {
  EXPECT_EQ(read.refusal, "");
  for (std::size_t b = 0; b < 6; ++b) {
    const Bytes& labels = b < 5 ? read.train_labels : read.test_labels;
    const Bytes& images = b < 5 ? read.train_images : read.test_images;
    for (std::size_t r = 0; r < batch_records; ++r) {
      const std::size_t at = (b < 5 ? b * batch_records : 0) + r;
      const Bytes expected = record(b, r);
      ASSERT_EQ(labels[at], expected[0]) << names[b] << " record " << r;
      ASSERT_TRUE(std::equal(expected.begin() + 1, expected.end(),
                             images.begin() + static_cast<std::ptrdiff_t>(at * pixels)))
          << names[b] << " record " << r;
    }
  }
}

class Cifar : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::string archive = folder.file("cifar-10-binary.tar.gz");
  std::vector<Entry> files = entries();  // the folder first, then the batches

  void unpack(const fs::path& where) {
    fs::create_directories(where);
    for (std::size_t b = 0; b < 6; ++b) write_bytes((where / names[b]).string(), files[1 + b].bytes);
  }
  std::string refusal() const { return Read(folder.path()).refusal; }
};

TEST_F(Cifar, ReadsTheArchive) {
  write_archive(archive, files);
  expect_all_records(Read(folder.path()));
}

TEST_F(Cifar, ReadsUnpackedFilesInTheirFolderAndWithoutIt) {
  unpack(folder.path());
  expect_all_records(Read(folder.path()));
  const TemporaryFolder other;
  unpack(other.path() / "cifar-10-batches-bin");
  expect_all_records(Read(other.path()));
}

TEST_F(Cifar, TheOrderInTheArchiveAndOtherFilesInItDoNotMatter) {
  std::reverse(files.begin() + 1, files.end());
  files.insert(files.begin() + 3, {"cifar-10-batches-bin/batches.meta.txt", {'c', 'a', 't', '\n'}});
  files.push_back({"cifar-10-batches-bin/readme.html", Bytes(100000, ' ')});
  write_archive(archive, files);
  expect_all_records(Read(folder.path()));
}

TEST_F(Cifar, TheArchiveIsReadWhereUnpackedFilesAreToo) {
  write_archive(archive, files);
  write_bytes(folder.file("data_batch_1.bin"), {1, 2, 3});
  expect_all_records(Read(folder.path()));
}

TEST_F(Cifar, TellsTheSumsOfTheRecordFilesHoweverTheyArePacked) {
  write_archive(archive, files);
  const Read packed(folder.path());
  const TemporaryFolder other;
  unpack(other.path());
  const Read plain(other.path());
  ASSERT_EQ(packed.files.size(), 6u);
  ASSERT_EQ(plain.files.size(), 6u);
  for (std::size_t b = 0; b < 6; ++b) {
    EXPECT_EQ(packed.files[b].name, names[b]);
    EXPECT_EQ(packed.files[b].path, archive + ": " + names[b]);
    EXPECT_EQ(plain.files[b].path, other.file(names[b]));
    EXPECT_EQ(packed.files[b].xxh64, plain.files[b].xxh64);
    for (std::size_t other_batch = 0; other_batch < b; ++other_batch)
      EXPECT_NE(packed.files[b].xxh64, packed.files[other_batch].xxh64);
  }
}

TEST_F(Cifar, NothingThereSaysHowToGetIt) {
  EXPECT_EQ(refusal(), archive + " (missing) run data/fetch.sh cifar10");
  EXPECT_THAT(Read(folder.path() / "absent").refusal, HasSubstr("run data/fetch.sh cifar10"));
}

TEST_F(Cifar, AnyOfTheSixFilesMissingIsNamed) {
  for (std::size_t b = 0; b < 6; ++b) {
    std::vector<Entry> five = files;
    five.erase(five.begin() + 1 + static_cast<std::ptrdiff_t>(b));
    write_archive(archive, five);
    EXPECT_EQ(refusal(), archive + " (has no " + names[b] + ") get it again");
  }
  fs::remove(archive);
  for (const std::string& name : names) {
    unpack(folder.path());
    fs::remove(folder.file(name));
    EXPECT_EQ(refusal(), folder.file(name) + " (missing) run data/fetch.sh cifar10");
  }
}

TEST_F(Cifar, AFolderInPlaceOfABatchCountsAsMissing) {
  files[4] = {"cifar-10-batches-bin/data_batch_4.bin", {}, AE_IFDIR};
  write_archive(archive, files);
  EXPECT_THAT(refusal(), HasSubstr("has no data_batch_4.bin"));
  fs::remove(archive);
  unpack(folder.path());
  fs::remove(folder.file("data_batch_4.bin"));
  fs::create_directory(folder.file("data_batch_4.bin"));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("data_batch_4.bin"), HasSubstr("Is a directory")));
}

TEST_F(Cifar, ABatchOfAnotherLengthIsNamedWithBothLengths) {
  const std::size_t whole = batch_records * 3073;
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{3073}, whole - 1}) {
    files[3].bytes = batch(2);
    files[3].bytes.resize(length);
    const std::string why = fmt::format("(truncated: {} of {} bytes) get it again", length, whole);
    write_archive(archive, files);
    EXPECT_EQ(refusal(), archive + ": data_batch_3.bin " + why);
    fs::remove(archive);
    unpack(folder.path());
    EXPECT_EQ(refusal(), folder.file("data_batch_3.bin") + " " + why);
  }
  files[3].bytes = batch(2);
  files[6].bytes.push_back(0);
  const std::string why = fmt::format("(bytes after its end, which is at {}) get it again", whole);
  unpack(folder.path());
  EXPECT_EQ(refusal(), folder.file("test_batch.bin") + " " + why);
  write_archive(archive, files);
  EXPECT_EQ(refusal(), archive + ": test_batch.bin " + why);
}

TEST_F(Cifar, ALabelBeyondTheClassesIsNamedWithItsRecord) {
  for (const std::size_t bad : {0u, 63u, 64u, 69u}) {  // the ends of the reader's chunks
    files[5].bytes = batch(4);
    files[5].bytes[bad * 3073] = 10;
    write_archive(archive, files);
    EXPECT_EQ(
        refusal(),
        archive +
            fmt::format(": data_batch_5.bin (label 10 in record {}, but cifar10 has 10 classes) get it again",
                        bad));
  }
  files[5].bytes = batch(4);
  files[6].bytes[3073] = 255;
  fs::remove(archive);
  unpack(folder.path());
  EXPECT_THAT(refusal(), HasSubstr("test_batch.bin (label 255 in record 1, but"));
}

TEST_F(Cifar, WhatIsNoArchiveIsRefused) {
  write_bytes(archive, {});
  EXPECT_EQ(refusal(), archive + " (not a gzip file) get it again, or name it without .gz");
  write_bytes(archive, Bytes(5000, 'x'));
  EXPECT_THAT(refusal(), HasSubstr("not a gzip file"));
  write_archive(folder.file("plain.tar"), files);
  fs::rename(folder.file("plain.tar"), archive);
  EXPECT_THAT(refusal(), HasSubstr("not a gzip file"));
  for (const char* content :
       {"head -c 200000 /dev/zero", "head -c 200000 /dev/urandom", "true", "echo text"}) {
    ASSERT_EQ(std::system((std::string(content) + " | gzip > " + archive).c_str()), 0);
    EXPECT_THAT(refusal(), AllOf(HasSubstr(archive), AnyOf(HasSubstr("not a whole tar archive"),
                                                           HasSubstr("has no data_batch_1.bin"))))
        << content;
  }
  fs::remove(archive);
  fs::create_directory(archive);
  EXPECT_THAT(refusal(), AllOf(HasSubstr(archive), HasSubstr("Is a directory")));
}

TEST_F(Cifar, ATruncatedTarInAWholeGzipFileIsRefused) {
  write_archive(folder.file("plain.tar"), entries(2));
  const Bytes whole = read_bytes(folder.file("plain.tar"));
  // After the folder's header six files of 6,146 bytes, each after its header of 512 and padded to 6,656.
  const std::size_t end = 512 + 6 * (512 + 6656) - (6656 - 6146);
  ASSERT_GT(whole.size(), end);
  for (std::size_t length = 1; length < end; length += 331) {
    write_bytes(folder.file("cut.tar"),
                Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    ASSERT_EQ(std::system(("gzip -c " + folder.file("cut.tar") + " > " + archive).c_str()), 0);
    EXPECT_THAT(Read(folder.path(), 2).refusal, HasSubstr(archive)) << length << " bytes";
  }
}

// Two records a batch, so that all of a file's truncations and flipped bits are soon tried.
class SmallArchive : public Cifar {
 protected:
  void SetUp() override {
    write_archive(archive, entries(2));
    whole = read_bytes(archive);
  }
  Bytes whole;
};

TEST_F(SmallArchive, EveryTruncationIsRefused) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_bytes(archive, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    ASSERT_THAT(
        Read(folder.path(), 2).refusal,
        AllOf(HasSubstr(archive), AnyOf(HasSubstr("truncated gzip file"), HasSubstr("not a gzip file"))))
        << length << " of " << whole.size() << " bytes";
  }
}

TEST_F(SmallArchive, AFlippedBitNeverPassesForOtherRecords) {
  const Read good(folder.path(), 2);
  ASSERT_EQ(good.refusal, "");
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    write_bytes(archive, damaged);
    const Read read(folder.path(), 2);
    if (!read.refusal.empty()) {
      ASSERT_THAT(read.refusal, HasSubstr(archive));
    } else {  // the time stamp, or another way to pack the same bytes
      ASSERT_LT(bit / 8, whole.size() - 8) << "the checksum and the length";
      ASSERT_EQ(read.train_images, good.train_images) << "bit " << bit;
      ASSERT_EQ(read.train_labels, good.train_labels) << "bit " << bit;
      ASSERT_EQ(read.test_images, good.test_images) << "bit " << bit;
      ASSERT_EQ(read.test_labels, good.test_labels) << "bit " << bit;
    }
  }
}

}  // namespace
}  // namespace kindred::data
