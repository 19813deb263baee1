#include "app/summary_figures.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.hpp"

namespace kindred::app {
namespace {

std::size_t index_of(const std::vector<std::string>& names, const std::string& name,
                     const std::string& where) {
  const auto at = std::find(names.begin(), names.end(), name);
  KINDRED_VALIDATE(at != names.end(),
                   io_error("{} has no {} (the file is damaged) run kindred verify", where, name));
  return static_cast<std::size_t>(at - names.begin());
}

}  // namespace

double Spread::mean() const {
  return std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(count());
}

double Spread::deviation() const {
  const double mean = this->mean();
  double squares = 0;
  for (const double value : values_) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(count()));
}

double Spread::quantile(double position) const {
  if (values_.empty()) return std::numeric_limits<double>::quiet_NaN();
  auto sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const double at = position * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at), high = std::min(low + 1, sorted.size() - 1);
  // Infinite ones have no difference.
  if (sorted[low] == sorted[high]) return sorted[low];
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Figures::Figures(const store::PopulationFile& file, const std::string& cohort, const std::string& array)
    : file_(file), cohort_(cohort), array_(array) {
  if (!file.has_array(cohort, array)) return;
  const auto found = file.array(cohort, array);
  const auto& dimensions = found.dimensions;
  const bool fits = found.type == store::Type::f64 && (dimensions.size() == 2 || dimensions.size() == 3) &&
                    dimensions[0].name == "snapshot";
  KINDRED_VALIDATE(fits, io_error("/cohorts/{}/{} has other dimensions than (run, snapshot, ...) of doubles "
                                  "(the file is damaged) run kindred verify",
                                  cohort, array));
  rows_ = file.cohort_texts(cohort, dimensions[1].name);
  columns_ =
      dimensions.size() == 3 ? file.cohort_texts(cohort, dimensions[2].name) : std::vector<std::string>{""};
  const auto is_size = [](std::size_t labels, std::int64_t size) {
    return static_cast<std::int64_t>(labels) == size;
  };
  KINDRED_VALIDATE(
      is_size(file.cohort_integers(cohort, "snapshot").size(), dimensions[0].size) &&
          is_size(rows_.size(), dimensions[1].size) &&
          (dimensions.size() == 2 || is_size(columns_.size(), dimensions[2].size)),
      io_error("/cohorts/{}/{} has other sizes than its dimensions' labels (the file is damaged) run "
               "kindred verify",
               cohort, array));
}

std::vector<double> Figures::read(std::int64_t cohort_row, std::int64_t snapshot) const {
  std::vector<double> values(rows_.size() * columns_.size());
  const auto length = static_cast<std::int64_t>(values.size());
  if (length > 0)
    file_.read_row_part(cohort_, array_, cohort_row, snapshot * length, length,
                        std::as_writable_bytes(std::span(values)));
  return values;
}

std::size_t Figures::row(const std::string& name) const {
  return index_of(rows_, name, "/cohorts/" + cohort_ + "/" + array_);
}

std::size_t Figures::column(const std::string& name) const {
  return index_of(columns_, name, "/cohorts/" + cohort_ + "/" + array_);
}

void SpreadTable::add(std::span<const double> values) {
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i].add(values[i]);
}

std::vector<std::int64_t> snapshot_epochs(const store::PopulationFile& file, const std::string& cohort) {
  for (const char* array : {"moments", "layer_fluctuation", "spectrum"})
    if (file.has_array(cohort, array)) return file.cohort_integers(cohort, "snapshot");
  return {};
}

std::int64_t parameter_count(const store::PopulationFile& file, const std::string& cohort) {
  for (const auto& array : file.arrays(cohort)) {
    if (array.name == "weights" && !array.dimensions.empty()) return array.dimensions.back().size;
    if (array.name == "moments") {
      const auto sizes = file.cohort_integers(cohort, "parameter_size");
      return sizes.empty() ? 0 : sizes.back();
    }
  }
  return 0;
}

std::string architecture_name(const store::PopulationFile& file, const std::string& cohort) {
  const auto json = nlohmann::json::parse(file.attribute(cohort, "architecture"), nullptr, false);
  const auto name = json.is_object() ? json.find("architecture") : json.end();
  return json.is_object() && name != json.end() && name->is_string() ? name->get<std::string>() : "";
}

}  // namespace kindred::app
