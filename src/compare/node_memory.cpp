#include "compare/node_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

namespace kindred::compare {
namespace {

constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

/// The number in a file; unlimited where there is none ("max").
std::size_t limit_in(const std::filesystem::path& file) {
  std::ifstream text(file);
  std::size_t bytes = 0;
  return text >> bytes ? bytes : unlimited;
}

/// A number of MiB from Slurm; 0 where there is none.
std::size_t from_slurm(const char* name) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : 0;
}

std::size_t slurm_memory() {
  auto mebibytes = from_slurm("SLURM_MEM_PER_NODE");
  if (mebibytes == 0) mebibytes = from_slurm("SLURM_MEM_PER_CPU") * from_slurm("SLURM_CPUS_ON_NODE");
  return mebibytes == 0 ? unlimited : mebibytes << 20;
}

}  // namespace

std::size_t control_group_memory(const std::filesystem::path& root, const std::string& groups) {
  std::size_t least = unlimited;
  std::istringstream lines(groups);
  for (std::string line; std::getline(lines, line);) {
    // "0::/path", or "4:memory:/path" of version 1.
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && controllers != "memory") continue;
    const auto top = controllers.empty() ? root : root / "memory";
    const char* const file = controllers.empty() ? "memory.max" : "memory.limit_in_bytes";
    // Inside a container the path may be the host's, of which only the root is there.
    for (auto path = std::filesystem::path(line.substr(second + 1)).relative_path();;
         path = path.parent_path()) {
      least = std::min(least, limit_in(top / path / file));
      if (path.empty()) break;
    }
  }
  return least;
}

std::size_t node_memory() {
  std::ifstream file("/proc/self/cgroup");
  const std::string groups{std::istreambuf_iterator<char>(file), {}};
  const auto machine =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  return std::min({machine, control_group_memory("/sys/fs/cgroup", groups), slurm_memory()});
}

}  // namespace kindred::compare
