#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "scratch.hpp"
#include "store/lock.hpp"
#include "store/lock_holder.hpp"

namespace kindred::store {
namespace {

using ::testing::AllOf;
using testing::bytes_of;
using ::testing::HasSubstr;
using testing::Scratch;
using ::testing::ThrowsMessage;

/// A process that holds the lock until it is killed or told to end.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    std::array<int, 2> ready{}, end{};
    EXPECT_EQ(::pipe(ready.data()) + ::pipe(end.data()), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::close(end[1]);
      char byte = 0;
      {
        const FileLock lock(path, false);
        if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
        while (::read(end[0], &byte, 1) < 0) {
        }
      }
      ::_exit(0);
    }
    ::close(ready[1]);
    ::close(end[0]);
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    end_ = end[1];
  }
  ~Holder() {
    if (process_ > 0) stop(SIGKILL);
  }
  void release() { stop(0); }
  void kill() { stop(SIGKILL); }
  pid_t process() const { return process_; }

 private:
  void stop(int signal) {
    if (signal) ::kill(process_, signal);
    ::close(end_);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  pid_t process_;
  int end_;
};

class Lock : public ::testing::Test {
 protected:
  void SetUp() override { leave_slurm(); }
  void TearDown() override { leave_slurm(); }
  static void leave_slurm() {
    ::unsetenv("SLURM_JOB_ID");
    ::unsetenv("SLURM_RESTART_COUNT");
  }
  static void enter_slurm(const char* job, const char* restart) {
    ::setenv("SLURM_JOB_ID", job, 1);
    ::setenv("SLURM_RESTART_COUNT", restart, 1);
  }
  /// The lock file of a process elsewhere whose kernel lock this host does not see.
  void left_by(LockHolder holder) const { std::ofstream(path + ".lock") << holder.text(); }
  void expect_refused(const std::string& who) const {
    EXPECT_THAT(
        [&] { const FileLock lock(path, false); },
        ThrowsMessage<Error>(AllOf(HasSubstr(path + " is being written (by " + who),
                                   HasSubstr("wait for it, or pass --take-lock if that process is gone"))));
  }
  void expect_taken(bool take = false) const {
    {
      const FileLock lock(path, take);
      const auto holder = LockHolder::parse(bytes_of(path + ".lock"));
      ASSERT_TRUE(holder);
      EXPECT_EQ(holder->process, ::getpid());
    }
    EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
  }

  Scratch scratch;
  std::string path = scratch.file("population.h5");
  LockHolder elsewhere{"another-host", 123, "", 0, 1'700'000'000, unix_seconds()};
};

TEST_F(Lock, IsNamedBesideTheFileAndRemovedAtTheEnd) { expect_taken(); }

TEST_F(Lock, SaysWhoHoldsItAndWhere) {
  enter_slurm("77", "2");
  const FileLock lock(path, false);
  const auto holder = LockHolder::parse(bytes_of(path + ".lock"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->host, LockHolder::self().host);
  EXPECT_EQ(holder->job, "77");
  EXPECT_EQ(holder->restart, 2);
  EXPECT_LE(std::abs(holder->heartbeat - unix_seconds()), 60);
  EXPECT_EQ(elsewhere.describe(), "process 123 on another-host, since 2023-11-14 22:13:20 UTC");
}

TEST_F(Lock, IsRefusedWhileAProcessHoldsIt) {
  Holder holder(path);
  expect_refused(fmt::format("process {} on {}", holder.process(), LockHolder::self().host));
  holder.release();
  expect_taken();
}

TEST_F(Lock, IsRefusedASecondTimeInOneProcess) {
  const FileLock lock(path, false);
  expect_refused(fmt::format("process {}", ::getpid()));
}

TEST_F(Lock, OfAKilledProcessIsTakenOverOnTheSameHost) {
  Holder holder(path);
  holder.kill();
  EXPECT_TRUE(std::filesystem::exists(path + ".lock"));
  expect_taken();
}

TEST_F(Lock, OfAnotherHostIsRefusedEvenWhenOld) {
  elsewhere.heartbeat -= 100'000;
  left_by(elsewhere);
  expect_refused("process 123 on another-host");
  EXPECT_EQ(bytes_of(path + ".lock"), elsewhere.text());
}

TEST_F(Lock, OfAnotherHostCanBeTaken) {
  left_by(elsewhere);
  expect_taken(true);
}

TEST_F(Lock, OfALivingProcessCanBeTakenAndStaysWithTheTaker) {
  Holder holder(path);
  const FileLock lock(path, true);
  holder.release();
  const auto text = LockHolder::parse(bytes_of(path + ".lock"));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->process, ::getpid());
  expect_refused(fmt::format("process {}", ::getpid()));
}

TEST_F(Lock, OfAnEarlierRestartOfTheSameJobIsTakenOver) {
  elsewhere.job = "77";
  elsewhere.restart = 1;
  left_by(elsewhere);
  enter_slurm("77", "1");
  expect_refused("process 123 on another-host, Slurm job 77");
  left_by(elsewhere);
  enter_slurm("78", "2");
  expect_refused("process 123 on another-host, Slurm job 77");
  left_by(elsewhere);
  enter_slurm("77", "2");
  expect_taken();
}

TEST_F(Lock, OfAnEarlierRestartIsTakenOverWhileTheKernelStillHoldsIt) {
  // The node is gone, and the file server has not noticed yet.
  elsewhere.job = "77";
  left_by(elsewhere);
  const int fd = ::open((path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX | LOCK_NB), 0);
  expect_refused("process 123 on another-host, Slurm job 77");
  enter_slurm("77", "0");
  expect_refused("process 123 on another-host, Slurm job 77");
  enter_slurm("77", "1");
  expect_taken();
  ::close(fd);
}

TEST_F(Lock, IsNeverWrittenWhereALinkLeads) {
  const auto precious = scratch.file("precious");
  std::ofstream(precious) << "precious";
  std::filesystem::create_symlink(precious, path + ".lock");
  for (const bool take : {false, true})
    EXPECT_THAT([&] { const FileLock lock(path, take); },
                ThrowsMessage<Error>(HasSubstr("a symbolic link stands there")));
  std::filesystem::remove(path + ".lock");
  std::filesystem::create_hard_link(precious, path + ".lock");
  expect_taken();
  EXPECT_EQ(bytes_of(precious), "precious");
}

TEST_F(Lock, WithATextThatCannotBeReadIsJudgedByTheKernelAlone) {
  for (const char* text : {"", "host=a\nprocess=x\n", "\xff\xfe",
                           "host=\x1b[2J\nprocess=1\nrestart=0\nsince=1\nheartbeat=1\n"}) {
    std::ofstream(path + ".lock") << text;
    EXPECT_FALSE(LockHolder::parse(text));
    expect_taken();
  }
}

TEST_F(Lock, WithoutKernelLocksIsStaleAfterTenSilentMinutes) {
  const auto self = LockHolder::self();
  const auto stale = [&](KernelLock kernel) { return is_stale(elsewhere, self, kernel, 0); };
  elsewhere.heartbeat = unix_seconds() - 590;
  EXPECT_FALSE(stale(KernelLock::unsupported));
  elsewhere.heartbeat = unix_seconds() - 610;
  EXPECT_TRUE(stale(KernelLock::unsupported));
  EXPECT_FALSE(stale(KernelLock::held));
  EXPECT_FALSE(stale(KernelLock::ours));
  elsewhere.host = self.host;
  EXPECT_TRUE(stale(KernelLock::ours));
  EXPECT_FALSE(stale(KernelLock::held));
}

TEST_F(Lock, WithAnUnreadableTextIsStaleWhenOldOrFree) {
  const auto self = LockHolder::self();
  EXPECT_TRUE(is_stale({}, self, KernelLock::ours, 0));
  EXPECT_FALSE(is_stale({}, self, KernelLock::held, 10'000));
  EXPECT_FALSE(is_stale({}, self, KernelLock::unsupported, 590));
  EXPECT_TRUE(is_stale({}, self, KernelLock::unsupported, 610));
}

TEST_F(Lock, NeedsAFolderThatCanBeWritten) {
  EXPECT_THAT([&] { const FileLock lock(scratch.file("no/population.h5"), false); },
              ThrowsMessage<Error>(HasSubstr("No such file or directory")));
  EXPECT_THROW(FileLock("/sys/population.h5", false), Error);
}

}  // namespace
}  // namespace kindred::store
