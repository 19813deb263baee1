#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "compare/cohort.hpp"
#include "store/population_file.hpp"

namespace kindred::train {
struct Accelerator;
}

namespace kindred::compare {

/// Where one side of a comparison comes from: a slice of a cohort's runs.
struct Source {
  const store::PopulationFile* file = nullptr;
  const Cohort* cohort = nullptr;
  const std::vector<bool>* valid = nullptr;  ///< of each row: the run is done
  std::int64_t slice = 0;                    ///< index of a parameter, matrix, layer or representation
  std::int64_t snapshot = 0;                 ///< index among those of the statistics
  std::int64_t weights_snapshot = -1;        ///< index among those of the weights
  std::int64_t probes = 0;                   ///< how many are looked at
  std::span<const std::uint8_t> images;      ///< bytes of the dataset's test images, where they are needed
  const train::Accelerator* accelerator = nullptr;  ///< evaluates networks, multiplies; null: the CPU
};

/// A run's flat weights at the source's snapshot, or the part from `offset`. Independent.
void read_weights(const Source& source, std::int64_t row, std::int64_t offset, std::span<float> out);

/// Elements offset.. of the source's snapshot in a run's row of an array [snapshot, ...]. Independent.
template <class T>
void read_snapshot(const Source& source, const std::string& array, std::int64_t row, std::int64_t offset,
                   std::span<T> out) {
  const auto length = source.file->array(source.cohort->name, array).row_length() /
                      static_cast<std::int64_t>(source.cohort->snapshots.size());
  source.file->read_row_part(source.cohort->name, array, row, source.snapshot * length + offset,
                             static_cast<std::int64_t>(out.size()), std::as_writable_bytes(out));
}

}  // namespace kindred::compare
