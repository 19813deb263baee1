#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "scratch.hpp"
#include "store/lock.hpp"
#include "store/lock_holder.hpp"

// In place of the C library's: the file system knows no locks.
extern "C" int flock(int, int) {
  errno = ENOLCK;
  return -1;
}

namespace kindred::store {
namespace {

using testing::bytes_of;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class WithoutKernelLocks : public ::testing::Test {
 protected:
  void left_by(std::int64_t seconds_ago, const std::string& host = "another-host") {
    std::ofstream(path + ".lock")
        << LockHolder{host, 123, "", 0, 1'700'000'000, unix_seconds() - seconds_ago}.text();
  }
  void expect_refused(const std::string& who) {
    EXPECT_THAT([&] { const FileLock lock(path, false); }, ThrowsMessage<Error>(HasSubstr(who)));
  }

  testing::Scratch scratch;
  std::string path = scratch.file("population.h5");
};

TEST_F(WithoutKernelLocks, IsHeldByWhoMadeIt) {
  {
    const FileLock lock(path, false);
    expect_refused("process " + std::to_string(::getpid()));
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
  EXPECT_NO_THROW(FileLock(path, false));
}

TEST_F(WithoutKernelLocks, IsRefusedWhileItsHeartBeats) {
  for (const auto& host : {std::string("another-host"), LockHolder::self().host}) {
    left_by(590, host);
    expect_refused("process 123 on " + host +
                   ", since 2023-11-14 22:13:20 UTC) wait for it, or pass --take-lock");
  }
}

TEST_F(WithoutKernelLocks, IsTakenOverAfterTenSilentMinutesAndNotWrittenTo) {
  left_by(610);
  std::filesystem::create_hard_link(path + ".lock", scratch.file("old"));
  const auto before = bytes_of(scratch.file("old"));
  const FileLock lock(path, false);
  EXPECT_EQ(LockHolder::parse(bytes_of(path + ".lock"))->process, ::getpid());
  EXPECT_EQ(bytes_of(scratch.file("old")), before);
  expect_refused("process " + std::to_string(::getpid()));
}

TEST_F(WithoutKernelLocks, CanBeTaken) {
  left_by(0);
  const FileLock lock(path, true);
  EXPECT_EQ(LockHolder::parse(bytes_of(path + ".lock"))->process, ::getpid());
}

}  // namespace
}  // namespace kindred::store
