#include <algorithm>
#include <set>

#include "store/dimension_scale.hpp"
#include "store/element_type.hpp"
#include "store/population_implementation.hpp"
#include "store/runs_table.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

/// The columns of /runs that every file has for what runs store.
std::set<std::string> own_columns() {
  std::set<std::string> names{"run", "state", "checksum", "pack", kHost.name, kEngine.name, kMessage.name};
  for (const auto& field : kResultFields) names.insert(field.name);
  for (const auto& field : kTimeFields) names.insert(field.name);
  return names;
}

Column read_column(const PopulationFile& file, const std::string& name, const Extent& extent) {
  if (extent.text) return {name, file.texts(name)};
  if (extent.type == Type::u64) return {name, file.words(name)};
  if (extent.type == Type::f64 || extent.type == Type::f32) return {name, file.reals(name)};
  const auto integers = file.integers(name);
  if (extent.type == Type::u8) return {name, std::vector<std::uint8_t>(integers.begin(), integers.end())};
  return {name, integers};
}

template <class T>
std::vector<T> read_all(const OpenDataset& dataset, const std::string& path) {
  std::vector<T> values(dataset.extent.elements);
  h5::check(
      H5Dread(dataset.handle, file_type(*dataset.extent.type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
      "read " + path);
  return values;
}

Coordinate read_coordinate(const OpenDataset& dataset, const std::string& path) {
  const auto& extent = dataset.extent;
  if (!extent.stored) return std::monostate{};
  if (extent.text) return h5::read_texts(dataset.handle, path);
  if (extent.type == Type::i64) return read_all<std::int64_t>(dataset, path);
  if (extent.type == Type::i32) return read_all<std::int32_t>(dataset, path);
  KINDRED_VALIDATE(extent.type == Type::f64,
                   io_error("{} holds coordinates of an unknown type (the file was changed)", path));
  return read_all<double>(dataset, path);
}

std::map<std::string, std::string> read_attributes(hid_t object) {
  std::map<std::string, std::string> texts;
  for (const auto& name : h5::text_attribute_names(object)) texts[name] = h5::text_attribute(object, name);
  return texts;
}

/// Adds the scales and constants of a group to a cohort's layout and returns its arrays, those whose first
/// dimension is `outer`.
std::vector<Array> read_group(PopulationFile::Implementation& file, const std::string& path,
                              const std::string& outer, CohortLayout& layout) {
  const h5::Handle group = h5::open_group(file.file, path);
  const GroupScales scales(group);
  std::vector<Array> arrays;
  for (const auto& name : h5::link_names(group)) {
    const auto& dataset = file.dataset(path + "/" + name);
    const auto& sizes = dataset.extent.sizes;
    const bool is_scale = std::ranges::find(scales.names, name) != scales.names.end();
    if (is_scale) {
      if (name != outer &&
          std::ranges::find(layout.scales, name, &decltype(layout.scales)::value_type::first) ==
              layout.scales.end())
        layout.scales.emplace_back(name, read_coordinate(dataset, path + "/" + name));
      continue;
    }
    const auto names = scales.dimensions(dataset.handle, sizes.size());
    KINDRED_VALIDATE(
        !names.empty() && std::ranges::find(names, "") == names.end(),
        io_error("{}:{}/{} has dimensions without scales (the file is damaged)", file.path, path, name));
    if (names[0] != outer) {
      layout.constants.push_back({name, names[0], read_coordinate(dataset, path + "/" + name)});
      continue;
    }
    KINDRED_VALIDATE(dataset.extent.type,
                     io_error("{}:{}/{} holds no numbers (the file is damaged)", file.path, path, name));
    Array array{name, *dataset.extent.type, {}, fill_of(dataset.handle)};
    for (std::size_t i = 1; i < sizes.size(); ++i)
      array.dimensions.push_back({names[i], static_cast<std::int64_t>(sizes[i])});
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace

PopulationLayout PopulationFile::layout() const {
  PopulationLayout layout;
  layout.attributes = read_attributes(self_->file);
  layout.attributes.erase("schema");
  const auto own = own_columns();
  for (const auto& name : column_names())
    if (!own.contains(name))
      layout.columns.push_back(read_column(*this, name, self_->dataset("/runs/" + name).extent));
  const bool has_population = h5::has_link(self_->file, "population");
  const auto summaries = has_population ? h5::link_names(h5::open_group(self_->file, "/population"))
                                        : std::vector<std::string>();
  for (const auto& name : cohorts()) {
    CohortLayout cohort;
    cohort.name = name;
    cohort.attributes = read_attributes(h5::open_group(self_->file, "/cohorts/" + name));
    cohort.runs = cohort_runs(name);
    cohort.arrays = read_group(*self_, "/cohorts/" + name, "run", cohort);
    if (std::ranges::find(summaries, name) != summaries.end()) {
      cohort.population = read_group(*self_, "/population/" + name, "group", cohort);
      const std::string groups = "/population/" + name + "/group";
      if (layout.groups.empty()) layout.groups = h5::read_texts(self_->dataset(groups).handle, groups);
    }
    layout.cohorts.push_back(std::move(cohort));
  }
  return layout;
}

}  // namespace kindred::store
