#include "store/lock_holder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <map>
#include <sstream>

#include "store/slurm.hpp"

namespace kindred::store {

namespace {

constexpr std::int64_t kSilence = 600;  // seconds without a heartbeat after which a holder counts as gone

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::optional<std::int64_t> integer(const std::string& text) {
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0' || errno != 0) return std::nullopt;
  return value;
}

}  // namespace

std::int64_t unix_seconds() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

LockHolder LockHolder::self() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return {host.data(),
          ::getpid(),
          environment("SLURM_JOB_ID"),
          integer(environment("SLURM_RESTART_COUNT")).value_or(0),
          unix_seconds(),
          unix_seconds()};
}

std::optional<LockHolder> LockHolder::parse(const std::string& text) {
  std::map<std::string, std::string> values;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (const auto equals = line.find('='); equals != std::string::npos)
      values[line.substr(0, equals)] = line.substr(equals + 1);
  // It is shown on a terminal, and anybody may have written the file.
  for (const auto& [key, value] : values)
    if (std::ranges::any_of(value, [](unsigned char c) { return c < ' ' || c == 127; })) return std::nullopt;
  const auto process = integer(values["process"]), restart = integer(values["restart"]);
  const auto since = integer(values["since"]), heartbeat = integer(values["heartbeat"]);
  if (values["host"].empty() || !process || !restart || !since || !heartbeat) return std::nullopt;
  return LockHolder{values["host"], *process, values["job"], *restart, *since, *heartbeat};
}

std::string LockHolder::text() const {
  return fmt::format("host={}\nprocess={}\njob={}\nrestart={}\nsince={}\nheartbeat={:012}\n", host, process,
                     job, restart, since, heartbeat);
}

std::string LockHolder::describe() const {
  return fmt::format("process {} on {}{}, since {:%Y-%m-%d %H:%M:%S} UTC", process, host,
                     job.empty() ? "" : ", Slurm job " + job, fmt::gmtime(static_cast<std::time_t>(since)));
}

bool is_stale(const std::optional<LockHolder>& holder, const LockHolder& self, KernelLock kernel,
              std::int64_t age) {
  const bool unsupported = kernel == KernelLock::unsupported;
  if (!holder) return kernel == KernelLock::ours || (unsupported && age > kSilence);
  // A kernel lock may be known to one host alone, so having it says nothing about a holder elsewhere.
  if (kernel == KernelLock::ours && holder->host == self.host) return true;
  if (!holder->job.empty()) {
    if (holder->job == self.job && holder->restart < self.restart) return true;
    // A job that squeue does not list may live, hidden or in another cluster: then the kernel holds the lock.
    const auto job = holder->job == self.job ? SlurmJob::other : ask_slurm(holder->job);
    if (job == SlurmJob::ended || (job == SlurmJob::unlisted && kernel != KernelLock::held)) return true;
  }
  return unsupported && unix_seconds() - holder->heartbeat > kSilence;
}

}  // namespace kindred::store
