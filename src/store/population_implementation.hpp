#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/dataset.hpp"
#include "store/disk.hpp"
#include "store/global_heap.hpp"
#include "store/population_file.hpp"

namespace kindred::store {

/// A dataset that stays open, with its extent.
struct OpenDataset {
  h5::Handle handle;
  Extent extent;
};

/// A cohort's array that depends on the run.
struct OpenArray {
  Array array;
  std::int64_t rows = 0;
  OpenDataset* dataset = nullptr;
};

struct OpenCohort {
  std::vector<OpenArray> arrays;  ///< in creation order
};

/// Everything is found and read through the serial driver; a writer has a second, parallel handle for writes
/// alone. Opening a dataset without storage through MPI-IO would allocate it, a change of metadata.
struct PopulationFile::Implementation {
  /// Opens for reading and checks the root and /runs. Independent.
  explicit Implementation(const std::string& path);
  /// Opens for writing too; every rank has a descriptor. Collective.
  void open_parallel(MPI_Comm communicator);

  /// Opens once and keeps; `name` is a full path such as "/runs/state".
  OpenDataset& dataset(const std::string& name);
  /// The same, refused unless it is one-dimensional of this type.
  OpenDataset& column(const std::string& name, Type type);
  /// The same dataset for writing. Throws std::logic_error when the file is open for reading.
  hid_t writable(const std::string& name);
  const OpenCohort& cohort(const std::string& name);
  const OpenArray& array(const std::string& cohort, const std::string& name);
  void require_run(std::int64_t run) const;
  /// Where a run's arrays are.
  std::pair<std::string, std::int64_t> place(std::int64_t run);

  /// One element of a column of /runs.
  void read_element(const std::string& column, Type type, std::int64_t run, void* value);
  void write_element(const std::string& column, Type type, std::int64_t run, const void* value);
  std::string read_text(const std::string& column, std::int64_t run);
  /// The column has texts of fixed width; a longer text is cut.
  void write_text(const std::string& column, std::int64_t run, const std::string& text);

  /// The message, then the state, each synced where `durable`.
  void write_state(std::int64_t run, State state, const std::string& message, bool durable);

  void check_root();
  /// Checks the heap before the first text is read from it.
  void check_heap();

  std::string path;
  std::uint64_t bytes = 0;  ///< of the file
  h5::Handle file;
  std::optional<Descriptor> descriptor;  ///< of a writer, for fsync
  h5::Handle parallel;                   ///< of a writer
  std::int64_t runs = 0;
  GlobalHeap heap;
  std::map<std::string, OpenDataset> datasets;
  std::map<std::string, h5::Handle> writables;
  std::map<std::string, OpenCohort> cohorts;
  std::vector<std::string> cohort_of;  ///< by run, filled by place()
  std::vector<std::int64_t> cohort_row_of;
};

/// Selects elements offset..offset+length-1 of row `row` (flattened) of a dataset with these sizes.
void select_row_part(hid_t space, const std::vector<hsize_t>& sizes, hsize_t row, hsize_t offset,
                     hsize_t length);

}  // namespace kindred::store
