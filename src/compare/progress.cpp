#include "compare/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace kindred::compare {
namespace {

/// How the file begins: what it is, and of which job.
struct Head {
  std::array<char, 16> kind;
  std::uint64_t key, entries, bytes;  ///< bytes: of the similarity file
  bool operator==(const Head&) const = default;
};

std::string beside(const std::string& path) { return path + ".progress"; }

std::int64_t blocks(const Job& job, std::size_t cohort) {
  return blocks_of(static_cast<std::int64_t>(job.cohorts[cohort].runs.size()));
}

std::vector<std::size_t> first_entries(const Job& job) {
  std::vector<std::size_t> first{0};
  for (const auto& unit : job.units)
    first.push_back(first.back() + unit.metrics.size() * static_cast<std::size_t>(blocks(job, unit.left) *
                                                                                  blocks(job, unit.right)));
  return first;
}

std::uint64_t size_of(const std::string& path) {
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path, unknown);
  return unknown ? 0 : bytes;
}

/// path: of the comparison.
Head head_of(const std::string& path, const Job& job) {
  return {std::to_array("kindred compare"), job.key, first_entries(job).back(), size_of(path + ".new")};
}

/// Whether a pair of blocks of a unit is computed: of a triangle those on and above the diagonal.
bool is_wanted(const Unit& unit, std::int64_t row, std::int64_t column) {
  return !unit.triangle() || row <= column;
}

}  // namespace

bool ProgressFile::can_continue(const std::string& path, const Job& job) {
  // A link may lead to somebody else's file.
  for (const auto& file : {path + ".new", beside(path)})
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file))) return false;
  std::ifstream file(beside(path), std::ios::binary);
  Head head{};
  file.read(reinterpret_cast<char*>(&head), sizeof(head));
  return file && head == head_of(path, job) &&
         size_of(beside(path)) == sizeof(head) + head.entries * sizeof(std::uint16_t);
}

void ProgressFile::create(const std::string& path, const Job& job) {
  const Head head = head_of(path, job);
  store::create_file(beside(path));
  std::ofstream file(beside(path), std::ios::binary);
  file.write(reinterpret_cast<const char*>(&head), sizeof(head));
  const std::vector<std::uint16_t> entries(head.entries);
  file.write(reinterpret_cast<const char*>(entries.data()),
             static_cast<std::streamsize>(entries.size() * sizeof(std::uint16_t)));
  file.close();
  KINDRED_VALIDATE(file.good(), io_error("cannot write {} ({}) free some space or choose another folder",
                                         beside(path), std::strerror(errno)));
}

bool ProgressFile::remove(const std::string& path) { return std::filesystem::remove(beside(path)); }

ProgressFile::ProgressFile(const std::string& path, const Job& job)
    : path_(beside(path)), job_(job), file_(store::open_for_writing(path_)), first_(first_entries(job)) {
  entries_ = read();
}

std::vector<std::uint16_t> ProgressFile::read() const {
  std::vector<std::uint16_t> entries(first_.back());
  KINDRED_VALIDATE(store::read_at(file_.get(), sizeof(Head), std::as_writable_bytes(std::span(entries))),
                   io_error("cannot read {} ({}) start again without it", path_, std::strerror(errno)));
  return entries;
}

std::size_t ProgressFile::entry(std::size_t unit, std::size_t metric, std::int64_t row,
                                std::int64_t column) const {
  const auto& compared = job_.units[unit];
  const auto columns = blocks(job_, compared.right);
  return first_[unit] +
         static_cast<std::size_t>(
             (static_cast<std::int64_t>(metric) * blocks(job_, compared.left) + row) * columns + column);
}

bool ProgressFile::is_done(const Task& task) const {
  const auto& tile = task.tile;
  const bool diagonal = job_.units[task.unit].triangle() && tile.first_row == tile.first_column;
  for (std::size_t m = 0; m < job_.units[task.unit].metrics.size(); ++m)
    for (auto row = tile.first_row; row < tile.first_row + tile.rows; row += block_runs)
      for (auto column = diagonal ? row : tile.first_column; column < tile.first_column + tile.columns;
           column += block_runs)
        if (entries_[entry(task.unit, m, row / block_runs, column / block_runs)] == 0) return false;
  return true;
}

void ProgressFile::note(const Task& task, const std::vector<std::vector<float>>& values) {
  const auto& tile = task.tile;
  const bool diagonal = job_.units[task.unit].triangle() && tile.first_row == tile.first_column;
  for (std::size_t m = 0; m < values.size(); ++m)
    for (std::int64_t row = 0; row < tile.rows; row += block_runs)
      for (std::int64_t column = diagonal ? row : 0; column < tile.columns; column += block_runs) {
        std::uint16_t count = 1;
        for (auto i = row; i < std::min(row + block_runs, tile.rows); ++i)
          for (auto j = diagonal ? std::max(i, column) : column;
               j < std::min(column + block_runs, tile.columns); ++j)
            count += !std::isnan(values[m][static_cast<std::size_t>(i * tile.columns + j)]);
        noted_.emplace_back(entry(task.unit, m, (tile.first_row + row) / block_runs,
                                  (tile.first_column + column) / block_runs),
                            count);
      }
}

void ProgressFile::record() {
  for (const auto& [k, count] : noted_) {
    KINDRED_VALIDATE(
        store::write_at(file_.get(), sizeof(Head) + k * sizeof(count), std::as_bytes(std::span(&count, 1))),
        io_error("cannot write {} ({})", path_, std::strerror(errno)));
  }
  noted_.clear();
}

std::size_t ProgressFile::erase_done(std::vector<Task>& tasks) const {
  return std::erase_if(tasks, [this](const Task& task) { return is_done(task); });
}

std::map<std::string, std::int64_t> ProgressFile::undefined() const {
  std::map<std::string, std::int64_t> undefined;
  for (const auto& scope : job_.layout.cohorts)
    for (const auto& matrix : scope.matrices) {
      const auto runs = static_cast<std::int64_t>(scope.runs.size());
      const auto slices = std::max<std::int64_t>(1, static_cast<std::int64_t>(matrix.slices.size()));
      undefined[scope.name + "/" + matrix.metric] = slices * runs * (runs + 1) / 2;
    }
  const auto entries = read();
  for (std::size_t u = 0; u < job_.units.size(); ++u) {
    const auto& unit = job_.units[u];
    for (std::size_t m = 0; m < unit.metrics.size(); ++m) {
      std::int64_t defined = 0;
      for (std::int64_t row = 0; row < blocks(job_, unit.left); ++row)
        for (std::int64_t column = 0; column < blocks(job_, unit.right); ++column) {
          if (!is_wanted(unit, row, column)) continue;
          const auto value = entries[entry(u, m, row, column)];
          KINDRED_VALIDATE(value > 0, io_error("{} lacks a part of {} of {} (it was changed meanwhile) give "
                                               "the same command again",
                                               path_, unit.metrics[m].name, job_.cohorts[unit.left].name));
          defined += value - 1;
        }
      for (const auto& to : unit.destinations[m])
        undefined[to.scope + "/" + std::string(unit.metrics[m].name)] -= defined;
    }
  }
  return undefined;
}

}  // namespace kindred::compare
