#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kindred::parallel {
class Communicator;
}

namespace kindred::store {

enum class Type { u8, u32, u64, i32, i64, f32, f64 };
std::size_t size_of(Type type);

/// What a new array holds before anything is written: NaN where a reader may look before the state says
/// done, otherwise whatever the file system gives (zeros).
enum class Fill { nan, none };

struct Dimension {
  std::string name;
  std::int64_t size = 0;
};

/// A cohort's array: dimension `run` first, then these. Row = one run's part, contiguous in the file.
struct Array {
  std::string name;
  Type type = Type::f32;
  std::vector<Dimension> dimensions;
  Fill fill = Fill::none;
  std::int64_t row_length() const;  ///< elements of one run
};

/// Coordinate values of a dimension; monostate makes a netCDF dimension without values.
using Coordinate = std::variant<std::monostate, std::vector<std::int64_t>, std::vector<std::int32_t>,
                                std::vector<double>, std::vector<std::string>>;

/// A further, labelled array that does not depend on the run, such as parameter_offset (parameter).
struct Constant {
  std::string name;
  std::string dimension;
  Coordinate values;
};

/// What one cohort stores. `scales` has an entry for every dimension of its arrays except `run` and `group`.
/// No dimension is empty: an array with nothing to hold is left out.
struct CohortLayout {
  std::string name;
  std::map<std::string, std::string> attributes;  ///< dataset, architecture, key
  std::vector<std::int64_t> runs;                 ///< the row in /runs of each cohort row
  std::vector<std::pair<std::string, Coordinate>> scales;
  std::vector<Constant> constants;
  std::vector<Array> arrays;      ///< in the order that the checksum follows
  std::vector<Array> population;  ///< arrays of /population/<c>: dimension `group` first, then theirs
};

/// A column of /runs, written at creation.
struct Column {
  std::string name;
  std::variant<std::vector<std::uint8_t>, std::vector<std::int64_t>, std::vector<std::uint64_t>,
               std::vector<double>, std::vector<std::string>>
      values;
};

struct PopulationLayout {
  std::map<std::string, std::string>
      attributes;               ///< of the root: sweep, sweep_id, created, created_by, libraries
  std::vector<Column> columns;  ///< id, cohort, cohort_row and the settings
  std::vector<CohortLayout> cohorts;
  std::vector<std::string> groups;  ///< all, optimal, suboptimal
  std::int64_t runs() const;
  /// Bytes of the arrays in all (the file is a little larger).
  std::uint64_t bytes() const;
};

enum class State : std::uint8_t { pending = 0, done = 1, diverged = 2, failed = 3 };

/// A run's results. Those after `message` and `message` itself are volatile: outside the checksum.
struct RunResult {
  State state = State::pending;
  double epochs_completed = 0;
  double train_loss = 0, train_accuracy = 0, test_loss = 0, test_accuracy = 0;
  std::string message;
  double wall_seconds = 0, finished_unix = 0;
  std::string host, engine;
  std::int64_t pack = 0;
};

/// How the ranks' time was spent while they trained, over all starts that came to their end. Volatile.
struct TrainingTime {
  double busy_seconds = 0;  ///< sum over ranks of the time spent on runs
  double rank_seconds = 0;  ///< ranks times the time until the last one was ready
};

/// A row's bytes, in the order of CohortLayout::arrays.
using RowData = std::vector<std::vector<std::byte>>;

/// XXH64 of a run's cohort arrays in the file's order and then of its results.
std::uint64_t checksum(const RowData& rows, const RunResult& result);

/// Creates the file: under path + ".new", every dataset full size and allocated
/// early, disk space reserved, synced, renamed. Independent (rank 0 alone calls it).
/// Throws an input/output error when the folder is missing or read-only, the disk is too small, there are no
/// runs, or `path` is there already; nothing is left behind then. Files of equal layouts are equal byte by
/// byte. With `rename` false the file keeps its temporary name, for `publish` (disk.hpp).
void create_population(const std::string& path, const PopulationLayout& layout, bool rename = true);

/// What a check of a whole file found.
struct Verification {
  std::vector<std::string> problems;  ///< one line each; empty for a sound file
  std::vector<std::int64_t> damaged;  ///< runs whose state or data is wrong, each with a line in `problems`
  std::int64_t checked = 0;           ///< done and diverged runs whose checksum was computed
};

/// An open population file. Writing needs every rank to have opened it; writes are independent. Use it on one
/// thread. Members throw an input/output error, never crash, on a file that is damaged or of another kind.
class PopulationFile {
 public:
  struct Implementation;  ///< internal

  /// Opens for writing through MPI-IO. Collective.
  PopulationFile(const std::string& path, const parallel::Communicator& communicator);
  /// Opens for reading with the serial driver, also while others write. Independent.
  explicit PopulationFile(const std::string& path);
  ~PopulationFile();  ///< Collective when open for writing.
  PopulationFile(const PopulationFile&) = delete;
  PopulationFile& operator=(const PopulationFile&) = delete;

  std::int64_t runs() const;
  bool has_attribute(const std::string& name) const;                                ///< of the root
  std::string attribute(const std::string& name) const;                             ///< of the root
  std::string attribute(const std::string& cohort, const std::string& name) const;  ///< of a cohort
  std::vector<std::string> cohorts() const;                                ///< names, in creation order
  std::vector<std::string> column_names() const;                           ///< of /runs, in creation order
  std::vector<std::int64_t> cohort_runs(const std::string& cohort) const;  ///< coordinate `run`
  bool has_array(const std::string& cohort, const std::string& array) const;
  Array array(const std::string& cohort, const std::string& array) const;  ///< type and dimensions
  std::vector<Array> arrays(const std::string& cohort) const;  ///< that depend on the run, in creation order
  /// What create_population makes an equal file of, apart from what runs have stored. Texts among the
  /// attributes only: others are not ours.
  PopulationLayout layout() const;

  /// A whole column of /runs.
  std::vector<double> reals(const std::string& column) const;
  std::vector<std::int64_t> integers(const std::string& column) const;
  std::vector<std::uint64_t> words(const std::string& column) const;
  std::vector<std::string> texts(const std::string& column) const;  ///< variable or fixed length
  std::vector<State> states() const;

  /// Coordinate or constant values of a cohort's one-dimensional dataset.
  std::vector<std::int64_t> cohort_integers(const std::string& cohort, const std::string& name) const;
  std::vector<double> cohort_reals(const std::string& cohort, const std::string& name) const;
  std::vector<std::string> cohort_texts(const std::string& cohort, const std::string& name) const;

  /// Rows first..first+count-1 of a cohort's array, as stored. out: count × row_length elements of its type.
  void read_rows(const std::string& cohort, const std::string& array, std::int64_t first, std::int64_t count,
                 std::span<std::byte> out) const;
  /// Part of one row: elements offset..offset+length-1 of the row flattened.
  void read_row_part(const std::string& cohort, const std::string& array, std::int64_t row,
                     std::int64_t offset, std::int64_t length, std::span<std::byte> out) const;

  /// What is wrong with the structure, one line each: columns missing or of another type or length, arrays
  /// whose dimensions lack their scales, rows of cohorts and runs that do not point at each other. Empty for
  /// a sound file. States and checksums are not looked at.
  std::vector<std::string> problems() const;
  /// Checks the structure and, where that is sound, every run's state and checksum.
  Verification verify() const;
  /// Marks runs pending, synced: their state bytes alone are written, in place. The one change that needs no
  /// opening for writing, and so no MPI; the caller has the file's lock.
  void mark_pending(std::span<const std::int64_t> runs) const;

  RunResult result(std::int64_t run) const;
  /// Nothing for a file that does not record it.
  std::optional<TrainingTime> training_time() const;
  std::uint64_t stored_checksum(std::int64_t run) const;
  /// Recomputes the checksum from what is stored.
  std::uint64_t computed_checksum(std::int64_t run) const;
  /// A run's arrays, in the file's order.
  RowData rows(std::int64_t run) const;

  /// Writes everything of a finished run: whole rows, results, checksum, fsync, then the state, fsync.
  /// Independent; no two ranks may write one run. `durable` false leaves the fsyncs to `sync`.
  void write_run(std::int64_t run, const RowData& rows, const RunResult& result, bool durable = true);
  /// Brings to the disk what this rank has written. Independent.
  void sync();
  /// Marks a run failed with its message, or pending again. Independent; synced.
  void write_state(std::int64_t run, State state, const std::string& message);
  /// Adds to the recorded time; without effect where a file has no record of it. Independent (one rank).
  void add_training_time(const TrainingTime& time);
  /// Writes elements offset.. of a group's row (flattened) of an array of /population/<cohort>. Independent.
  void write_population(const std::string& cohort, const std::string& array, std::int64_t group,
                        std::int64_t offset, std::span<const std::byte> values);

 private:
  std::unique_ptr<Implementation> self_;
};

}  // namespace kindred::store
