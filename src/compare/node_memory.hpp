#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace kindred::compare {

/// Bytes that the processes of this node may use together: the machine's, or less where its control group or
/// Slurm allows less. Independent.
std::size_t node_memory();

/// The least that a process's control groups allow, which are below `root` (/sys/fs/cgroup); `groups`: the
/// text of /proc/self/cgroup, of version 1 or 2. The largest number where there is no limit. Independent.
std::size_t control_group_memory(const std::filesystem::path& root, const std::string& groups);

}  // namespace kindred::compare
