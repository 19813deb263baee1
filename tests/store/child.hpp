#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "core/error.hpp"

extern char** environ;

namespace kindred::store::testing {

/// Another process of the test, outside this process's MPI job. Killed at the end when it still runs.
class Child {
 public:
  explicit Child(std::vector<std::string> words) {
    std::vector<char*> arguments, variables;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    // A started process would otherwise take itself for a rank of this job.
    for (char** variable = environ; *variable; ++variable) {
      const std::string_view text(*variable);
      const bool job = text.starts_with("PMIX_") || text.starts_with("OMPI_COMM_") ||
                       text.starts_with("OMPI_MCA_") || text.starts_with("OMPI_UNIVERSE") ||
                       text.starts_with("OMPI_FILE") || text.starts_with("PMI_");
      if (!job) variables.push_back(*variable);
    }
    std::string file_system = "OMPI_MCA_mpi_yield_when_idle=1";
    variables.push_back(file_system.data());
    variables.push_back(nullptr);
    if (::posix_spawn(&process_, words[0].c_str(), nullptr, nullptr, arguments.data(), variables.data()) != 0)
      throw io_error("cannot start {}", words[0]);
  }
  ~Child() {
    if (process_ > 0) kill();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() {
    ::kill(process_, SIGKILL);
    wait();
  }
  /// Its exit status as waitpid reports it.
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }
  bool running() {
    int status = 0;
    if (process_ > 0 && ::waitpid(process_, &status, WNOHANG) != 0) process_ = -1;
    return process_ > 0;
  }

 private:
  pid_t process_ = -1;
};

}  // namespace kindred::store::testing
