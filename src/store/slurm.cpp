#include "store/slurm.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "store/disk.hpp"

extern char** environ;

namespace kindred::store {

namespace {

constexpr auto kPatience = std::chrono::seconds(30);

struct Answer {
  int status = 0;
  std::string text;  ///< standard output and errors
};

/// Everything that comes out of `pipe`; nothing when it does not end in time.
std::optional<std::string> read_all(int pipe) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::string text;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{pipe, POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready == 0) return std::nullopt;
    if (ready < 0 && errno == EINTR) continue;
    std::array<char, 4096> part;
    const ssize_t got = ::read(pipe, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

/// Runs squeue for a job without a shell. Nothing when it cannot be started or does not end.
std::optional<Answer> ask_squeue(const std::string& job) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const Descriptor reading(ends[0]);
  pid_t child = 0;
  int started = 0;
  {
    const Descriptor writing(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, writing.get(), STDERR_FILENO);
    std::array<std::string, 6> words{"squeue", "--noheader", "--jobs", job, "--format", "%T"};
    std::array<char*, 7> arguments{};
    std::ranges::transform(words, arguments.begin(), [](std::string& word) { return word.data(); });
    started = ::posix_spawnp(&child, "squeue", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
  }
  if (started != 0) return std::nullopt;
  const auto text = read_all(reading.get());
  if (!text) ::kill(child, SIGKILL);
  Answer answer;
  while (::waitpid(child, &answer.status, 0) < 0 && errno == EINTR) {
  }
  if (!text) return std::nullopt;
  answer.text = *text;
  return answer;
}

}  // namespace

SlurmJob ask_slurm(const std::string& job) {
  // The number comes from a file: anything else must not reach the command as an option.
  const bool is_number =
      !job.empty() && std::ranges::all_of(job, [](char c) { return c >= '0' && c <= '9'; });
  const auto answer = is_number ? ask_squeue(job) : std::nullopt;
  if (!answer || !WIFEXITED(answer->status)) return SlurmJob::other;
  if (WEXITSTATUS(answer->status) != 0)
    return answer->text.find("Invalid job id") == std::string::npos ? SlurmJob::other : SlurmJob::unlisted;
  const auto last = answer->text.find_last_not_of(" \n");
  if (last == std::string::npos) return SlurmJob::unlisted;
  const std::string state = answer->text.substr(0, last + 1);
  constexpr std::array ended{"COMPLETED", "CANCELLED", "FAILED",        "TIMEOUT",  "BOOT_FAIL",
                             "DEADLINE",  "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED"};
  return std::ranges::find(ended, state) != ended.end() ? SlurmJob::ended : SlurmJob::other;
}

}  // namespace kindred::store
