#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/idx.hpp"
#include "idx_writer.hpp"
#include "temporary_folder.hpp"

namespace kindred::data {
namespace {

using test::Bytes;
using test::read_bytes;
using test::TemporaryFolder;
using test::write_bytes;
using test::write_idx;
using testing::AllOf;
using testing::HasSubstr;
using Shape = std::vector<std::int64_t>;

Bytes counting(std::size_t count) {
  Bytes bytes(count);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{1});
  return bytes;
}

// The message of the error that reading throws; empty when it succeeds.
std::string refusal(const std::string& path, const Shape& shape, Bytes* values = nullptr) {
  Bytes out(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies{}));
  try {
    read_idx(path, shape, out);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
    return error.what();
  }
  if (values) *values = out;
  return "";
}

class Idx : public testing::TestWithParam<const char*> {
 protected:
  TemporaryFolder folder;
  std::string path = folder.file(GetParam());
  Shape shape{5, 3, 4};
  Bytes values = counting(60);
};

INSTANTIATE_TEST_SUITE_P(PlainAndGzipped, Idx, testing::Values("images", "images.gz"),
                         [](const auto& parameter) { return parameter.index ? "gzipped" : "plain"; });

TEST_P(Idx, ReadsWhatWasWritten) {
  write_idx(path, shape, values);
  Bytes read;
  EXPECT_EQ(refusal(path, shape, &read), "");
  EXPECT_EQ(read, values);
}

TEST_P(Idx, TellsTheSumOfTheUnpackedFile) {
  write_idx(path, shape, values);
  write_idx(folder.file("unpacked"), shape, values);
  const Bytes unpacked = read_bytes(folder.file("unpacked"));
  EXPECT_EQ(read_idx(path, shape, values),
            xxh64({reinterpret_cast<const char*>(unpacked.data()), unpacked.size()}));
}

TEST_P(Idx, ReadsNoValuesAndOneValue) {
  for (const std::int64_t count : {0, 1}) {
    write_idx(path, Shape{count}, counting(count));
    Bytes read;
    EXPECT_EQ(refusal(path, Shape{count}, &read), "");
    EXPECT_EQ(read, counting(count));
  }
}

TEST_P(Idx, NamesBothShapesWhenTheyDiffer) {
  write_idx(path, shape, values);
  EXPECT_THAT(refusal(path, {5, 4, 3}), AllOf(HasSubstr(path), HasSubstr("shape 5 x 3 x 4, not 5 x 4 x 3")));
}

TEST_P(Idx, RefusesAnotherNumberOfDimensions) {
  write_idx(path, shape, values);
  EXPECT_THAT(refusal(path, {5, 12}), HasSubstr("magic number 00000803, not 00000802"));
}

TEST_P(Idx, EveryTruncationIsRefused) {
  write_idx(path, shape, values);
  const Bytes whole = read_bytes(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_bytes(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_THAT(refusal(path, shape), testing::AnyOf(HasSubstr("truncated"), HasSubstr("not a gzip file")))
        << length << " of " << whole.size() << " bytes";
  }
}

// Every bit of the file, one at a time: what decides about the values is noticed.
TEST_P(Idx, AFlippedBitNeverPassesForOtherValues) {
  write_idx(path, shape, values);
  const Bytes whole = read_bytes(path);
  const bool packed = path.ends_with(".gz");
  const std::size_t header = packed ? 0 : 4 + 4 * shape.size();
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    write_bytes(path, damaged);
    Bytes read;
    if (!refusal(path, shape, &read).empty()) {
      ++refused;
    } else if (packed) {
      EXPECT_EQ(read, values) << "bit " << bit;  // the time stamp, say
    } else {
      EXPECT_GE(bit / 8, header);  // a plain file has no checksum
    }
  }
  EXPECT_GE(refused, packed ? static_cast<int>(8 * (whole.size() - 10)) : static_cast<int>(8 * header));
}

TEST_P(Idx, RefusesBytesAfterTheEnd) {
  values.push_back(7);
  write_idx(path, Shape{61}, values);
  Bytes bytes = read_bytes(path);
  if (path.ends_with(".gz")) {
    // The same header with one value less than the file holds.
    write_idx(folder.file("plain"), Shape{61}, values);
    bytes = read_bytes(folder.file("plain"));
    bytes[7] = 60;
    write_bytes(folder.file("plain"), bytes);
    ASSERT_EQ(std::system(("gzip -c " + folder.file("plain") + " > " + path).c_str()), 0);
  } else {
    bytes[7] = 60;
    write_bytes(path, bytes);
  }
  EXPECT_THAT(refusal(path, {60}), HasSubstr("bytes after its end, which is at 68"));
}

TEST(IdxErrors, MissingFileIsNamed) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder.file("absent.gz"), {3}),
              AllOf(HasSubstr(folder.file("absent.gz")), HasSubstr("No such file or directory")));
}

TEST(IdxErrors, AFolderIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal(folder.path().string(), {3}), HasSubstr("Is a directory"));
}

TEST(IdxErrors, APlainFileNamedGzIsRefused) {
  const TemporaryFolder folder;
  write_idx(folder.file("labels"), Shape{3}, counting(3));
  std::filesystem::rename(folder.file("labels"), folder.file("labels.gz"));
  EXPECT_THAT(refusal(folder.file("labels.gz"), {3}), HasSubstr("not a gzip file"));
}

TEST(IdxErrors, AWrongChecksumIsNamed) {
  const TemporaryFolder folder;
  const std::string path = folder.file("labels.gz");
  write_idx(path, Shape{30}, counting(30));
  Bytes bytes = read_bytes(path);
  bytes[bytes.size() - 8] ^= 1;  // CRC-32, then the length
  write_bytes(path, bytes);
  EXPECT_THAT(refusal(path, {30}), AllOf(HasSubstr("damaged gzip file"), HasSubstr("incorrect data check")));
}

TEST(IdxErrors, AHugeClaimedShapeAllocatesNothing) {
  const TemporaryFolder folder;
  write_bytes(folder.file("labels"), {0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 1, 2, 3});
  EXPECT_THAT(refusal(folder.file("labels"), {3}), HasSubstr("shape 4294967295, not 3"));
}

}  // namespace
}  // namespace kindred::data
