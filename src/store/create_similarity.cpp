#include <array>
#include <filesystem>
#include <stdexcept>

#include "store/dataset.hpp"
#include "store/dimension_scale.hpp"
#include "store/disk.hpp"
#include "store/schema.hpp"
#include "store/similarity_file.hpp"
#include "store/similarity_path.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

/// Makes the missing groups of a path such as /cohorts/name.
h5::Handle create_groups(hid_t file, const std::string& path) {
  h5::Handle group = h5::open_group(file, "/");
  for (const auto& part : std::filesystem::path(path).relative_path())
    group = h5::has_link(group, part) ? h5::open_group(group, part) : h5::create_group(group, part);
  return group;
}

void create_cohort(hid_t file, const SimilarityCohort& cohort) {
  if (cohort.runs.empty()) throw std::logic_error("the cohort " + cohort.name + " has no runs");
  const h5::Handle group = create_groups(file, similarity_path(cohort.name));
  const hsize_t runs = cohort.runs.size();
  DimensionScales scales(group);
  scales.add("run", cohort.runs, runs);
  scales.add("run_other", cohort.runs, runs);
  std::map<std::string, std::vector<std::string>> slices_of;
  for (const auto& matrix : cohort.matrices) {
    if (matrix.slice_dimension.empty()) continue;
    const auto [known, added] = slices_of.emplace(matrix.slice_dimension, matrix.slices);
    if (matrix.slices.empty() || known->second != matrix.slices)
      throw std::logic_error("two metrics disagree on the dimension " + matrix.slice_dimension);
    if (added) scales.add(matrix.slice_dimension, matrix.slices, matrix.slices.size());
  }
  for (const auto& matrix : cohort.matrices) {
    std::vector<std::string> names{"run", "run_other"};
    std::vector<hsize_t> sizes{runs, runs};
    if (!matrix.slice_dimension.empty()) {
      names.insert(names.begin(), matrix.slice_dimension);
      sizes.insert(sizes.begin(), matrix.slices.size());
    }
    const h5::Handle dataset = create_dataset(group, matrix.metric, Type::f32, sizes, Fill::nan);
    scales.attach(dataset, names);
    for (const auto& [name, text] : matrix.attributes) h5::write_attribute(dataset, name, text);
    h5::write_attribute(dataset, "range", std::array{matrix.low, matrix.high});
    h5::write_attribute(dataset, "undefined", 0);
  }
  scales.finish();
}

}  // namespace

std::string similarity_path(const std::string& name) {
  return name.starts_with('/') ? name : "/cohorts/" + name;
}

void create_similarity(const std::string& path, const SimilarityLayout& layout) {
  NewFile place(path, needed_bytes(layout.bytes(), layout.cohorts.size()));
  {
    const h5::Handle creation = h5::file_creation(), access = h5::file_access();
    h5::Handle file(
        h5::check(H5Fcreate(place.temporary().c_str(), H5F_ACC_EXCL, creation, access), "create " + path),
        H5Fclose);
    h5::write_attribute(file, "schema", kSimilaritySchema);
    h5::write_attribute(file, "schema_version", kSchemaVersion);
    for (const auto& [name, text] : layout.attributes) h5::write_attribute(file, name, text);
    for (const auto& cohort : layout.cohorts) create_cohort(file, cohort);
    file.close("write " + path);
  }
  place.reserve();
  place.keep();
}

}  // namespace kindred::store
