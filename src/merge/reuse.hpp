#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parallel/communicator.hpp"
#include "store/population_file.hpp"

namespace kindred::merge {

struct Reuse {
  std::vector<std::string> paths;  ///< population files to take runs from, the first ones first
  bool failed = false;             ///< take failed runs' place too, not only pending ones'
  std::string_view engine;         ///< that would train them
  std::function<bool()> stop;      ///< whether to leave the rest
};

/// Copies into the runs of `file` that are to be done the rows of equal identity that another file has done,
/// where that has all the arrays of `layout`, which is the file's, with the same sizes and coordinates, and
/// its data has its checksum. Rank 0 says how many, and why others were not. Runs are dealt over the ranks.
/// Collective. Throws an input/output error for a file that cannot be read or is damaged in its structure.
void reuse_runs(const Reuse& reuse, const store::PopulationLayout& layout, store::PopulationFile& file,
                const parallel::Communicator& world);

}  // namespace kindred::merge
