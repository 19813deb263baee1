#pragma once

#include <memory>
#include <string>

namespace kindred::store {

/// The lock of a file being written: `<path>.lock`, a kernel lock plus a text that names the holder (host,
/// process, Slurm job, restart count, heartbeat each minute). One process holds it: rank 0
/// (Independent).
///
/// A lock left behind is taken over (removed, and made anew) when its kernel lock can be had on the same
/// host, when the holder is an earlier restart of the same Slurm job, when `squeue` names a final state of
/// its job or, unless another open file has the kernel lock, does not list it, or, where the file system has
/// no locks, when its heartbeat is older than ten minutes.
class FileLock {
 public:
  /// Throws an input/output error that names the holder. `take` ignores the holder (--take-lock).
  FileLock(const std::string& path, bool take);
  ~FileLock();  ///< Releases and removes the lock file.
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace kindred::store
