#pragma once

#include <span>
#include <string>
#include <vector>

#include "ingest/cohort.hpp"
#include "population/run_record.hpp"

namespace kindred::ingest {

/// Reads the files of models one after another and takes their statistics. Holds buffers of the size of the
/// largest model seen. Independent.
class ModelReader {
 public:
  explicit ModelReader(const statistics::DescribeOptions& options) : describer_(options) {}

  /// Fills a run's record: the statistics of every snapshot, from doubles where the file has any, and the
  /// weights of those that are kept, rounded to float. Returns what is not finite in the weights, "" for
  /// nothing. Throws an input/output error for a file that cannot be read, or has not the cohort's tensors
  /// any more.
  std::string read(const RunFiles& run, const Cohort& cohort, population::RunRecord& record);

 private:
  /// Reads a file's tensors into `weights`, each at its parameter's offset.
  template <class T>
  void read_weights(const data::SafetensorsFile& file, const Cohort& cohort, std::span<T> weights) const;
  template <class T>
  std::span<const statistics::BasicSegment<T>> segments(const Cohort& cohort, std::span<const T> weights,
                                                        std::vector<statistics::BasicSegment<T>>& out) const;

  statistics::Describer describer_;
  statistics::Description description_;
  std::vector<float> floats_;
  std::vector<double> doubles_;
  std::vector<statistics::BasicSegment<float>> float_segments_;
  std::vector<statistics::BasicSegment<double>> double_segments_;
};

}  // namespace kindred::ingest
