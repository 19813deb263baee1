#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scratch.hpp"
#include "store/disk.hpp"

namespace kindred::store {
namespace {

using testing::bytes_of;
using testing::Scratch;

TEST(Disk, RewritingFillsHolesAndKeepsWhatIsWritten) {
  const Scratch scratch;
  const auto path = scratch.file("sparse");
  constexpr off_t size = (20 << 20) + 5;
  Descriptor file(::open(path.c_str(), O_CREAT | O_RDWR, 0600));
  ASSERT_EQ(::pwrite(file.get(), "first", 5, 0), 5);
  ASSERT_EQ(::pwrite(file.get(), "last!", 5, size - 5), 5);
  struct stat before {
  }, after{};
  ASSERT_EQ(::fstat(file.get(), &before), 0);
  ASSERT_TRUE(rewrite_blocks(file.get(), size));
  sync(file, path);
  ASSERT_EQ(::fstat(file.get(), &after), 0);
  EXPECT_LT(before.st_blocks * 512, size) << "no sparse files here: the test shows nothing";
  EXPECT_GE(after.st_blocks * 512, size);
  const auto bytes = bytes_of(path);
  ASSERT_EQ(bytes.size(), static_cast<std::size_t>(size));
  EXPECT_EQ(bytes.substr(0, 6), std::string("first\0", 6));
  EXPECT_EQ(bytes.substr(bytes.size() - 6), std::string("\0last!", 6));
}

TEST(Disk, ReportsAFileThatCannotBeRewritten) { EXPECT_FALSE(rewrite_blocks(-1, 10)); }

TEST(Disk, RemovesAFileThatIsNotFinished) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  std::ofstream(path + ".new") << "left by a process that was killed";
  {
    NewFile place(path, 100);
    EXPECT_FALSE(std::filesystem::exists(path + ".new"));
    std::ofstream(place.temporary()) << "half";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(Disk, MakesANewFileInPlaceOfALink) {
  const Scratch scratch;
  const auto path = scratch.file("progress"), precious = scratch.file("precious");
  std::ofstream(precious) << "precious";
  std::filesystem::create_symlink(precious, path);
  const auto file = create_file(path);
  ASSERT_EQ(::pwrite(file.get(), "new", 3, 0), 3);
  EXPECT_EQ(bytes_of(path), "new");
  EXPECT_EQ(bytes_of(precious), "precious");
}

TEST(Disk, SaysBytesReadably) {
  EXPECT_EQ(readable_bytes(0), "0 bytes");
  EXPECT_EQ(readable_bytes(1536), "1.5 KiB");
  EXPECT_EQ(readable_bytes(~std::uint64_t{0}), "16.0 EiB");
}

}  // namespace
}  // namespace kindred::store
