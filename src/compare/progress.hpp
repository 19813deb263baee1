#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compare/tasks.hpp"
#include "store/disk.hpp"

namespace kindred::compare {

/// Which pairs of blocks are in the similarity file, so that a killed comparison goes on: a file beside it,
/// path + ".progress", with an entry for each unit, metric and pair of blocks: 0, or 1 + how many of its
/// pairs have a value. All of it is Independent; ranks write entries of their own.
class ProgressFile {
 public:
  /// Whether path + ".new" and the progress beside it are those of this job.
  static bool can_continue(const std::string& path, const Job& job);
  /// An empty one (rank 0).
  static void create(const std::string& path, const Job& job);
  /// Whether there was one.
  static bool remove(const std::string& path);

  /// Opens it and reads what there is.
  ProgressFile(const std::string& path, const Job& job);
  bool is_done(const Task& task) const;
  /// Notes a tile that was written; values: of each metric, [rows, columns].
  void note(const Task& task, const std::vector<std::vector<float>>& values);
  /// Records what was noted, once the similarity file has been synced.
  void record();
  /// Takes those that are done out of the list; returns how many.
  std::size_t erase_done(std::vector<Task>& tasks) const;
  /// How many pairs of each matrix ("<scope>/<metric>"), the diagonal among them, have no value: read anew
  /// from the file. Throws an input/output error where a pair of blocks has not been done.
  std::map<std::string, std::int64_t> undefined() const;

 private:
  std::size_t entry(std::size_t unit, std::size_t metric, std::int64_t row, std::int64_t column) const;
  std::vector<std::uint16_t> read() const;

  std::string path_;
  const Job& job_;
  store::Descriptor file_;
  std::vector<std::size_t> first_;  ///< of each unit, and the end: its first entry
  std::vector<std::uint16_t> entries_;
  std::vector<std::pair<std::size_t, std::uint16_t>> noted_;  ///< entries and their values
};

}  // namespace kindred::compare
