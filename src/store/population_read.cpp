#include "store/element_type.hpp"
#include "store/population_implementation.hpp"
#include "store/runs_table.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

/// A whole one-dimensional dataset, converted to `T`.
template <class T>
std::vector<T> read_all(const OpenDataset& dataset, const std::string& name, hid_t memory, bool fits) {
  KINDRED_VALIDATE(fits && dataset.extent.stored && dataset.extent.sizes.size() == 1,
                   io_error("{} holds other values than asked for (the file is damaged)", name));
  std::vector<T> values(dataset.extent.elements);
  h5::check(H5Dread(dataset.handle, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read " + name);
  return values;
}

bool is_integer(const Extent& extent) {
  return extent.type && extent.type != Type::f32 && extent.type != Type::f64;
}

std::vector<std::int64_t> read_integers(const OpenDataset& dataset, const std::string& name) {
  return read_all<std::int64_t>(dataset, name, H5T_STD_I64LE, is_integer(dataset.extent));
}

std::vector<double> read_reals(const OpenDataset& dataset, const std::string& name) {
  return read_all<double>(dataset, name, H5T_IEEE_F64LE, dataset.extent.type.has_value());
}

std::vector<std::string> read_texts(const OpenDataset& dataset, const std::string& name) {
  KINDRED_VALIDATE(dataset.extent.text && dataset.extent.stored && dataset.extent.sizes.size() == 1,
                   io_error("{} holds no texts (the file is damaged)", name));
  return h5::read_texts(dataset.handle, name);
}

State checked_state(std::uint8_t byte, const std::string& path) {
  KINDRED_VALIDATE(byte <= static_cast<std::uint8_t>(State::failed),
                   io_error("{}:/runs/state holds {} (0 to 3 are states; the file is damaged)", path, byte));
  return static_cast<State>(byte);
}

}  // namespace

std::vector<double> PopulationFile::reals(const std::string& column) const {
  return read_reals(self_->dataset("/runs/" + column), "/runs/" + column);
}

std::vector<std::int64_t> PopulationFile::integers(const std::string& column) const {
  return read_integers(self_->dataset("/runs/" + column), "/runs/" + column);
}

std::vector<std::uint64_t> PopulationFile::words(const std::string& column) const {
  const auto& dataset = self_->dataset("/runs/" + column);
  return read_all<std::uint64_t>(dataset, "/runs/" + column, H5T_STD_U64LE, dataset.extent.type == Type::u64);
}

std::vector<std::string> PopulationFile::texts(const std::string& column) const {
  return read_texts(self_->dataset("/runs/" + column), "/runs/" + column);
}

std::vector<State> PopulationFile::states() const {
  const auto bytes =
      read_all<std::uint8_t>(self_->column("state", Type::u8), "/runs/state", H5T_STD_U8LE, true);
  std::vector<State> states;
  for (const auto byte : bytes) states.push_back(checked_state(byte, self_->path));
  return states;
}

std::vector<std::int64_t> PopulationFile::cohort_runs(const std::string& cohort) const {
  return cohort_integers(cohort, "run");
}

std::vector<std::int64_t> PopulationFile::cohort_integers(const std::string& cohort,
                                                          const std::string& name) const {
  self_->cohort(cohort);
  return read_integers(self_->dataset("/cohorts/" + cohort + "/" + name), "/cohorts/" + cohort + "/" + name);
}

std::vector<double> PopulationFile::cohort_reals(const std::string& cohort, const std::string& name) const {
  self_->cohort(cohort);
  return read_reals(self_->dataset("/cohorts/" + cohort + "/" + name), "/cohorts/" + cohort + "/" + name);
}

std::vector<std::string> PopulationFile::cohort_texts(const std::string& cohort,
                                                      const std::string& name) const {
  self_->cohort(cohort);
  return read_texts(self_->dataset("/cohorts/" + cohort + "/" + name), "/cohorts/" + cohort + "/" + name);
}

RunResult PopulationFile::result(std::int64_t run) const {
  RunResult result;
  std::uint8_t state = 0;
  self_->read_element("state", Type::u8, run, &state);
  result.state = checked_state(state, self_->path);
  for (const auto& field : kResultFields)
    self_->read_element(field.name, Type::f64, run, &(result.*field.value));
  for (const auto& field : kTimeFields)
    self_->read_element(field.name, Type::f64, run, &(result.*field.value));
  for (const auto& field : {kHost, kEngine, kMessage})
    result.*field.value = self_->read_text(field.name, run);
  self_->read_element("pack", Type::i64, run, &result.pack);
  return result;
}

std::optional<TrainingTime> PopulationFile::training_time() const {
  if (!h5::has_link(self_->file, "training")) return std::nullopt;
  TrainingTime time;
  for (const auto& [name, value] : kTrainingFields) {
    const std::string path = std::string("/training/") + name;
    const auto& number = self_->dataset(path);
    KINDRED_VALIDATE(number.extent.stored && number.extent.type == Type::f64 && number.extent.elements == 1,
                     io_error("{}:{} is not one number (the file is damaged)", self_->path, path));
    h5::check(H5Dread(number.handle, file_type(Type::f64), H5S_ALL, H5S_ALL, H5P_DEFAULT, &(time.*value)),
              "read " + path);
  }
  return time;
}

std::uint64_t PopulationFile::stored_checksum(std::int64_t run) const {
  std::uint64_t value = 0;
  self_->read_element("checksum", Type::u64, run, &value);
  return value;
}

std::uint64_t PopulationFile::computed_checksum(std::int64_t run) const {
  return checksum(rows(run), result(run));
}

RowData PopulationFile::rows(std::int64_t run) const {
  const auto [cohort, row] = self_->place(run);
  RowData rows;
  for (const auto& open : self_->cohort(cohort).arrays) {
    KINDRED_VALIDATE(row >= 0 && row < open.rows,
                     io_error("{}: run {} names row {} of the cohort {}, which has {} (the file is damaged)",
                              self_->path, run, row, cohort, open.rows));
    auto& bytes =
        rows.emplace_back(static_cast<std::size_t>(open.array.row_length()) * size_of(open.array.type));
    read_rows(cohort, open.array.name, row, 1, bytes);
  }
  return rows;
}

}  // namespace kindred::store
