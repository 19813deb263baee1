#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace kindred::store {

/// What a lock file says about the process that holds it.
struct LockHolder {
  std::string host;
  std::int64_t process = 0;
  std::string job;             ///< Slurm job, "" outside Slurm
  std::int64_t restart = 0;    ///< how often Slurm has requeued that job
  std::int64_t since = 0;      ///< seconds since 1970
  std::int64_t heartbeat = 0;  ///< seconds since 1970

  /// This process, now.
  static LockHolder self();
  /// Nothing when the text is not one that `text` writes.
  static std::optional<LockHolder> parse(const std::string& text);
  /// Lines of key=value, as many bytes at every heartbeat.
  std::string text() const;
  /// "process 123 on node7, Slurm job 55, since 2025-01-31 12:00:00 UTC"
  std::string describe() const;
};

std::int64_t unix_seconds();

/// What the kernel says about the lock: had, held by another open file, or not known to this file system.
enum class KernelLock { ours, held, unsupported };

/// Whether a lock's holder is gone as far as can be told, by the rules of FileLock. `holder` is nothing for a
/// text that cannot be read; `age` is the seconds since the lock file was last written.
bool is_stale(const std::optional<LockHolder>& holder, const LockHolder& self, KernelLock kernel,
              std::int64_t age);

}  // namespace kindred::store
