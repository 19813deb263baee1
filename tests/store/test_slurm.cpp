#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "scratch.hpp"
#include "store/lock.hpp"
#include "store/lock_holder.hpp"
#include "store/slurm.hpp"

namespace kindred::store {
namespace {

using testing::Scratch;

/// Puts a command `squeue` with this body first in PATH.
class FakeSqueue {
 public:
  explicit FakeSqueue(const std::string& body) : before_(std::getenv("PATH")) {
    std::filesystem::create_directory(scratch_.file("bin"));
    const auto command = scratch_.file("bin/squeue");
    std::ofstream(command) << "#!/bin/sh\nprintf '%s ' \"$@\" > " << arguments() << "\n" << body << "\n";
    ::chmod(command.c_str(), 0755);
    ::setenv("PATH", (scratch_.file("bin") + ":" + before_).c_str(), 1);
  }
  ~FakeSqueue() { ::setenv("PATH", before_.c_str(), 1); }
  std::string arguments() const { return scratch_.file("arguments"); }

 private:
  Scratch scratch_;
  std::string before_;
};

TEST(Slurm, JobsThatHaveEndedAWhileAgoAreNotListed) {
  const FakeSqueue squeue("exit 0");
  EXPECT_EQ(ask_slurm("77"), SlurmJob::unlisted);
  EXPECT_EQ(testing::bytes_of(squeue.arguments()), "--noheader --jobs 77 --format %T ");
}

TEST(Slurm, JobsInAFinalStateHaveEnded) {
  EXPECT_EQ((FakeSqueue("echo CANCELLED"), ask_slurm("77")), SlurmJob::ended);
  EXPECT_EQ((FakeSqueue("echo PREEMPTED"), ask_slurm("77")), SlurmJob::ended);
  EXPECT_EQ((FakeSqueue("echo RUNNING"), ask_slurm("77")), SlurmJob::other);
  EXPECT_EQ((FakeSqueue("echo PENDING"), ask_slurm("77")), SlurmJob::other);
  EXPECT_EQ((FakeSqueue("echo COMPLETING"), ask_slurm("77")), SlurmJob::other);
}

TEST(Slurm, JobsThatTheControllerHasForgottenAreNotListed) {
  EXPECT_EQ(
      (FakeSqueue("echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"), ask_slurm("77")),
      SlurmJob::unlisted);
}

TEST(Slurm, AFailingCommandSaysNothing) {
  EXPECT_EQ((FakeSqueue("echo 'Unable to contact slurm controller' >&2; exit 1"), ask_slurm("77")),
            SlurmJob::other);
  EXPECT_EQ((FakeSqueue("kill -9 $$"), ask_slurm("77")), SlurmJob::other);
}

TEST(Slurm, OnlyNumbersAreAskedAbout) {
  const FakeSqueue squeue("exit 0");
  for (const char* job : {"", "--help", "7;ls", "7 8"}) EXPECT_EQ(ask_slurm(job), SlurmJob::other) << job;
  EXPECT_FALSE(std::filesystem::exists(squeue.arguments()));
}

TEST(Slurm, ALockOfAnEndedJobIsTakenOver) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  const LockHolder holder{"another-host", 123, "77", 0, unix_seconds(), unix_seconds()};
  std::ofstream(path + ".lock") << holder.text();
  {
    const FakeSqueue squeue("echo RUNNING");
    EXPECT_THROW(FileLock(path, false), Error);
  }
  const FakeSqueue squeue("exit 0");
  EXPECT_NO_THROW(FileLock(path, false));
}

TEST(Slurm, ALockOfAnEndedJobIsTakenOverWhileTheKernelStillHoldsIt) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  std::ofstream(path + ".lock")
      << LockHolder{"another-host", 123, "77", 0, unix_seconds(), unix_seconds()}.text();
  const int fd = ::open((path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
  // Not listed: it may be hidden, or another cluster's.
  for (const char* answer : {"echo RUNNING", "exit 0", "echo 'Invalid job id specified' >&2; exit 1"}) {
    const FakeSqueue squeue(answer);
    EXPECT_THROW(FileLock(path, false), Error) << answer;
  }
  const FakeSqueue squeue("echo NODE_FAIL");
  EXPECT_NO_THROW(FileLock(path, false));
  ::close(fd);
}

}  // namespace
}  // namespace kindred::store
