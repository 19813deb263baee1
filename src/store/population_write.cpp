#include <stdexcept>

#include "store/element_type.hpp"
#include "store/population_implementation.hpp"
#include "store/runs_table.hpp"

namespace kindred::store {

void PopulationFile::write_run(std::int64_t run, const RowData& rows, const RunResult& result, bool durable) {
  const auto [cohort, row] = self_->place(run);
  const auto& arrays = self_->cohort(cohort).arrays;
  if (rows.size() != arrays.size()) throw std::logic_error("another number of arrays than the cohort has");
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].size() !=
        static_cast<std::size_t>(arrays[i].array.row_length()) * size_of(arrays[i].array.type))
      throw std::logic_error("a row of " + arrays[i].array.name + " has another length");

  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& sizes = arrays[i].dataset->extent.sizes;
    KINDRED_VALIDATE(row >= 0 && row < arrays[i].rows,
                     io_error("{}: run {} has no row in {} (the file is damaged)", self_->path, run,
                              arrays[i].array.name));
    std::vector<hsize_t> start(sizes.size(), 0), count(sizes);
    start[0] = static_cast<hsize_t>(row);
    count[0] = 1;
    const h5::Handle space = h5::simple_space(sizes);
    h5::check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
              "select a row");
    h5::check(H5Dwrite(self_->writable("/cohorts/" + cohort + "/" + arrays[i].array.name),
                       file_type(arrays[i].array.type),
                       h5::simple_space({static_cast<hsize_t>(arrays[i].array.row_length())}), space,
                       H5P_DEFAULT, rows[i].data()),
              "write " + arrays[i].array.name);
  }
  const std::uint64_t sum = checksum(rows, result);
  self_->write_element("checksum", Type::u64, run, &sum);
  for (const auto& field : kResultFields)
    self_->write_element(field.name, Type::f64, run, &(result.*field.value));
  for (const auto& field : kTimeFields)
    self_->write_element(field.name, Type::f64, run, &(result.*field.value));
  self_->write_text(kHost.name, run, result.host);
  self_->write_text(kEngine.name, run, result.engine);
  self_->write_element("pack", Type::i64, run, &result.pack);
  self_->write_state(run, result.state, result.message, durable);
}

void PopulationFile::sync() { store::sync(*self_->descriptor, self_->path); }

void PopulationFile::write_state(std::int64_t run, State state, const std::string& message) {
  self_->write_state(run, state, message, true);
}

void PopulationFile::Implementation::write_state(std::int64_t run, State state, const std::string& message,
                                                 bool durable) {
  write_text(kMessage.name, run, message);
  // Everything that the state vouches for is on the disk before the state is.
  if (durable) store::sync(*descriptor, path);
  const auto byte = static_cast<std::uint8_t>(state);
  write_element("state", Type::u8, run, &byte);
  if (durable) store::sync(*descriptor, path);
  KINDRED_VALIDATE(
      is_at(descriptor->get(), path),
      io_error("{} was removed or replaced while it was written (what was trained went into the file "
               "that is gone) start again, and leave the file where it is",
               path));
}

void PopulationFile::add_training_time(const TrainingTime& time) {
  auto total = training_time();
  if (!total) return;
  for (const auto& [name, value] : kTrainingFields) {
    (*total).*value += time.*value;
    h5::check(H5Dwrite(self_->writable(std::string("/training/") + name), file_type(Type::f64), H5S_ALL,
                       H5S_ALL, H5P_DEFAULT, &((*total).*value)),
              std::string("write ") + name);
  }
}

void PopulationFile::write_population(const std::string& cohort, const std::string& name, std::int64_t group,
                                      std::int64_t offset, std::span<const std::byte> values) {
  const std::string path = "/population/" + cohort + "/" + name;
  const auto& [sizes, elements, stored, text, type] = self_->dataset(path).extent;
  KINDRED_VALIDATE(type && stored, io_error("{}:/population/{}/{} is damaged", self_->path, cohort, name));
  const auto length = values.size() / size_of(*type);
  if (group < 0 || offset < 0 || static_cast<std::uint64_t>(group) >= sizes.at(0) ||
      values.size() % size_of(*type) != 0 ||
      static_cast<std::uint64_t>(offset) + length > elements / sizes.at(0))
    throw std::logic_error("the array " + name + " has another length");
  const h5::Handle space = h5::simple_space(sizes);
  select_row_part(space, sizes, static_cast<hsize_t>(group), static_cast<hsize_t>(offset), length);
  h5::check(H5Dwrite(self_->writable(path), file_type(*type), h5::simple_space({length}), space, H5P_DEFAULT,
                     values.data()),
            "write " + name);
}

}  // namespace kindred::store
