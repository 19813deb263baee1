#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::ingest {

/// One file of a run's weights.
struct SnapshotFile {
  std::int64_t epoch = 0;
  std::string path;
};

/// A run as the folder has it.
struct RunFiles {
  std::string name;
  bool is_folder = false;           ///< its files are named by their epochs
  std::vector<SnapshotFile> files;  ///< ascending epochs; one of epoch 0 where the run is a single file
};

/// Whether a comes before b where runs of digits count as numbers: run2 before run10. A total order.
bool natural_less(std::string_view a, std::string_view b);

/// The runs of a folder in the natural order of their names: `<run>.safetensors`, and folders
/// `<run>/<epoch>.safetensors`. Other files, and folders without such files, are left aside; symbolic links
/// are followed. Independent. Throws a usage error for a folder that cannot be read or holds no run, a file
/// whose name is no epoch, two files of one epoch, two runs of one name, a name that is not UTF-8.
std::vector<RunFiles> find_runs(const std::string& folder);

}  // namespace kindred::ingest
