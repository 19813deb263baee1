#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kindred::parallel {
class Communicator;
}

namespace kindred::store {

/// One metric of a cohort: a matrix [run, run_other] for each slice.
struct MatrixLayout {
  std::string metric;
  std::string slice_dimension;      ///< "parameter", "matrix", "layer", "representation", "role" or ""
  std::vector<std::string> slices;  ///< coordinate values; empty without a slice dimension
  std::map<std::string, std::string> attributes;  ///< kind, definition, snapshot
  double low = 0, high = 0;                       ///< attribute `range`
};

/// Matrices over one set of runs. Metrics with a slice dimension of one name have the same slices.
struct SimilarityCohort {
  std::string name;                ///< the group below /cohorts, or a full path such as /dataset/mnist
  std::vector<std::int64_t> runs;  ///< rows of /runs, coordinate of `run` and `run_other`
  std::vector<MatrixLayout> matrices;
};

struct SimilarityLayout {
  std::map<std::string, std::string> attributes;
  std::vector<SimilarityCohort> cohorts;
  std::uint64_t bytes() const;
};

/// Creates path + ".new" full size, filled with NaN. Independent (rank 0). finish_similarity renames it, and
/// replaces an earlier file of that name. Throws an input/output error as create_population does.
void create_similarity(const std::string& path, const SimilarityLayout& layout);

class SimilarityFile {
 public:
  /// Opens path + ".new" for writing through MPI-IO. Collective.
  SimilarityFile(const std::string& path, const parallel::Communicator& communicator);
  ~SimilarityFile();  ///< Collective.
  SimilarityFile(const SimilarityFile&) = delete;
  SimilarityFile& operator=(const SimilarityFile&) = delete;

  /// Writes values [rows, columns] at (first_row, first_column) of a slice (0 without slices). Independent.
  void write_tile(const std::string& cohort, const std::string& metric, std::int64_t slice,
                  std::int64_t first_row, std::int64_t first_column, std::int64_t rows, std::int64_t columns,
                  std::span<const float> values);
  /// Brings what was written to the disk. Independent.
  void sync();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

/// Sets the attribute `undefined` of each matrix ("<cohort>/<metric>": how many pairs i <= j of all slices
/// are NaN), syncs path + ".new", renames it to path and syncs the folder. Independent (rank 0), after all
/// ranks have closed it.
void finish_similarity(const std::string& path, const std::map<std::string, std::int64_t>& undefined);

}  // namespace kindred::store
