#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::app {

/// A column of /runs that tells the runs apart: a setting (`section.key`), the seed, or a name that came
/// with the runs.
class Setting {
 public:
  /// Throws an input/output error where the file has no such column, or one of another length than its runs.
  Setting(const store::PopulationFile& file, const std::string& name);

  nlohmann::ordered_json json(std::size_t run) const;  ///< as stored; NaN as null
  std::string text(std::size_t run) const;             ///< "–" where it does not apply to the run
  /// Whether the value of `run` comes before that of `other`: numbers by size, NaN first; texts by bytes.
  bool less(std::size_t run, std::size_t other) const;

 private:
  using Values = std::variant<std::vector<std::string>, std::vector<std::int64_t>, std::vector<double>>;
  static Values read(const store::PopulationFile& file, const std::string& name);
  Values values_;
};

/// The names of those columns, in the file's order.
std::vector<std::string> setting_names(const store::PopulationFile& file);

}  // namespace kindred::app
