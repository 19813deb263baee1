#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::store {

/// A metric that a similarity file holds for one set of runs.
struct StoredMatrix {
  std::string metric;
  std::string kind;                 ///< "distance" or "similarity"
  std::string slice_dimension;      ///< "parameter", "representation", ... or "" for none
  std::vector<std::string> slices;  ///< its labels; empty without a slice dimension
  std::int64_t undefined = 0;       ///< pairs (a run with itself too) that have no value, in all slices
};

/// Whether the file is laid out as a similarity file, which has no /runs. False for what cannot be opened.
bool is_similarity(const std::string& path);

/// A finished similarity file, open for reading with the serial driver. Independent. Use it on one thread.
/// Members throw an input/output error, never crash, on a file that is damaged or of another kind. A `scope`
/// is named as in SimilarityCohort.
class SimilarityReader {
 public:
  explicit SimilarityReader(const std::string& path);
  ~SimilarityReader();
  SimilarityReader(const SimilarityReader&) = delete;
  SimilarityReader& operator=(const SimilarityReader&) = delete;

  std::string attribute(const std::string& name) const;  ///< of the root; "" where it is missing
  /// Cohorts, then /dataset/<d> for each dataset and /all, where these were computed.
  std::vector<std::string> scopes() const;
  std::vector<std::int64_t> runs(const std::string& scope) const;  ///< rows of /runs, coordinate `run`
  std::vector<StoredMatrix> matrices(const std::string& scope) const;
  /// Values of the run in the scope's row `row` with each of its runs, [runs]. `slice` is an index of the
  /// matrix's slices (0 without any). Throws std::out_of_range where there is none such.
  std::vector<float> row(const std::string& scope, const std::string& metric, std::int64_t slice,
                         std::int64_t row) const;

  /// Checks the structure, that every value is finite or NaN and its matrix symmetric, and the numbers of
  /// NaN. `checked` counts matrices; no runs are damaged.
  Verification verify() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

}  // namespace kindred::store
