#include <filesystem>
#include <set>
#include <stdexcept>

#include "store/dataset.hpp"
#include "store/descriptions.hpp"
#include "store/dimension_scale.hpp"
#include "store/disk.hpp"
#include "store/population_file.hpp"
#include "store/runs_table.hpp"
#include "store/schema.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

std::vector<std::int64_t> counting(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = i;
  return values;
}

void create_runs(hid_t file, const PopulationLayout& layout) {
  const h5::Handle group = h5::create_group(file, "runs");
  const auto count = static_cast<hsize_t>(layout.runs());
  DimensionScales scales(group);
  scales.add("run", counting(layout.runs()), count);
  const auto attach = [&](const h5::Handle& dataset) { scales.attach(dataset, {"run"}); };
  const auto real = [&](const char* name) {
    attach(create_dataset(group, name, Type::f64, {count}, Fill::nan));
  };
  const auto text = [&](const TextField& field) {
    attach(create_fixed_texts(group, field.name, field.width, count));
  };

  for (const auto& column : layout.columns) {
    const auto write = [&](const auto& values) {
      if (values.size() != count) throw std::logic_error("the column " + column.name + " has another length");
      attach(create_values(group, column.name, values));
    };
    std::visit(write, column.values);
  }
  attach(create_values(group, "state", std::vector<std::uint8_t>(count, 0)));
  attach(create_values(group, "checksum", std::vector<std::uint64_t>(count, 0)));
  for (const auto& field : kResultFields) real(field.name);
  for (const auto& field : kTimeFields) real(field.name);
  text(kHost);
  text(kEngine);
  attach(create_values(group, "pack", std::vector<std::int64_t>(count, 0)));
  text(kMessage);
  scales.finish();
  describe_datasets(group);
}

void create_training(hid_t file) {
  const h5::Handle group = h5::create_group(file, "training");
  for (const auto& [name, value] : kTrainingFields) create_scalar(group, name);
}

/// Adds the scales that `arrays` and `constants` use, in the layout's order.
void add_scales(DimensionScales& scales, const CohortLayout& cohort, const std::vector<Array>& arrays,
                const std::vector<Constant>& constants) {
  for (const auto& [name, values] : cohort.scales) {
    std::set<hsize_t> sizes;
    for (const auto& array : arrays)
      for (const auto& dimension : array.dimensions)
        if (dimension.name == name) sizes.insert(static_cast<hsize_t>(dimension.size));
    for (const auto& constant : constants)
      if (constant.dimension == name) sizes.insert(coordinate_size(constant.values));
    if (sizes.empty()) continue;
    const hsize_t size = *sizes.begin();
    const bool fits = std::holds_alternative<std::monostate>(values) || coordinate_size(values) == size;
    if (sizes.size() != 1 || !fits || size == 0)
      throw std::logic_error("the dimension " + name + " of " + cohort.name + " has several sizes or none");
    scales.add(name, values, size);
  }
}

/// Creates arrays whose first dimension is `outer` and ties them to the scales.
void create_arrays(hid_t group, DimensionScales& scales, const std::vector<Array>& arrays,
                   const std::string& outer) {
  for (const auto& array : arrays) {
    std::vector<std::string> names{outer};
    std::vector<hsize_t> sizes{scales.size(outer)};
    for (const auto& dimension : array.dimensions) {
      names.push_back(dimension.name);
      sizes.push_back(static_cast<hsize_t>(dimension.size));
    }
    scales.attach(create_dataset(group, array.name, array.type, sizes, array.fill), names);
  }
}

void create_cohort(hid_t parent, const CohortLayout& cohort) {
  if (cohort.runs.empty()) throw std::logic_error("the cohort " + cohort.name + " has no runs");
  const h5::Handle group = h5::create_group(parent, cohort.name);
  for (const auto& [name, text] : cohort.attributes) h5::write_attribute(group, name, text);
  DimensionScales scales(group);
  scales.add("run", cohort.runs, cohort.runs.size());
  add_scales(scales, cohort, cohort.arrays, cohort.constants);
  for (const auto& constant : cohort.constants)
    scales.attach(create_coordinate(group, constant.name, constant.values), {constant.dimension});
  create_arrays(group, scales, cohort.arrays, "run");
  scales.finish();
  describe_datasets(group);
}

void create_summaries(hid_t parent, const CohortLayout& cohort, const std::vector<std::string>& groups) {
  const h5::Handle group = h5::create_group(parent, cohort.name);
  DimensionScales scales(group);
  scales.add("group", groups, groups.size());
  add_scales(scales, cohort, cohort.population, {});
  create_arrays(group, scales, cohort.population, "group");
  scales.finish();
  describe_datasets(group);
}

}  // namespace

void create_population(const std::string& path, const PopulationLayout& layout, bool rename) {
  KINDRED_VALIDATE(layout.runs() > 0, io_error("cannot create {} (there are no runs)", path));
  KINDRED_VALIDATE(
      !std::filesystem::exists(std::filesystem::symlink_status(path)) || std::filesystem::is_directory(path),
      io_error("cannot create {} (there is such a file already) choose another name", path));
  NewFile place(path, needed_bytes(layout.bytes(), layout.cohorts.size()));
  {
    const h5::Handle creation = h5::file_creation(), access = h5::file_access();
    h5::Handle file(
        h5::check(H5Fcreate(place.temporary().c_str(), H5F_ACC_EXCL, creation, access), "create " + path),
        H5Fclose);
    h5::write_attribute(file, "schema", kPopulationSchema);
    h5::write_attribute(file, "schema_version", kSchemaVersion);
    for (const auto& [name, text] : layout.attributes) h5::write_attribute(file, name, text);
    create_runs(file, layout);
    {
      const h5::Handle cohorts = h5::create_group(file, "cohorts");
      for (const auto& cohort : layout.cohorts) create_cohort(cohorts, cohort);
    }
    {
      const h5::Handle population = h5::create_group(file, "population");
      for (const auto& cohort : layout.cohorts)
        if (!cohort.population.empty()) create_summaries(population, cohort, layout.groups);
    }
    create_training(file);
    file.close("write " + path);
  }
  place.reserve();
  if (rename)
    place.publish();
  else
    place.keep();
}

}  // namespace kindred::store
