#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kindred::app {

/// What `kindred nearest` is asked.
struct NearestQuery {
  std::string path;        ///< of the similarity file
  std::string population;  ///< path; empty for the one that the similarity file names
  std::string scope;       ///< a cohort, dataset, dataset/<d> or all; empty for the run's cohort
  std::string metric;      ///< empty for wasserstein, or the first one where the file lacks it
  std::string slice;       ///< empty for the whole network, the penultimate representation, or the last slice
  std::int64_t run = 0;
  std::int64_t count = 10;
  bool farthest = false;
};

struct Neighbour {
  std::int64_t run = 0;
  float value = 0;
};

/// The answer; names are the file's.
struct Neighbours {
  std::string scope, metric, kind, slice_dimension, slice;
  std::vector<std::int64_t> runs;    ///< all of the scope
  std::int64_t compared = 0;         ///< how many others have a value with the run
  std::vector<Neighbour> found;      ///< the first ones of these
  std::string population, sweep_id;  ///< attributes of the file; empty where it has none
};

/// The runs most similar to one run: the smallest distances or the largest similarities, the other way round
/// for the farthest; ties by the runs' numbers. Pairs that are NaN and the run itself are left out. Throws a
/// usage error that names what there is, or an input/output error.
Neighbours find_neighbours(const NearestQuery& query);

/// What the verb prints: with the test accuracy and the settings that differ within the scope where the
/// population can be opened. Throws an input/output error where the one that the query names cannot, a usage
/// error where it is another sweep's.
std::string neighbours_text(const NearestQuery& query, const Neighbours& neighbours, bool json);

}  // namespace kindred::app
